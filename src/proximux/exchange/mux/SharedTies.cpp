// SharedExchange: ties that are idle while others wait.

#include <proximux/exchange/mux/SharedExchange.h>

#include <string>
#include <utility>

namespace proximux
{

/// Something passed between the tied client and its target, or the tie has just begun.
void SharedExchange::tieUsed(Lane& lane, Instant now)
{
    noLongerIdle(lane);
    if (lane.tied != nullptr && lane.row.isEmpty())
        _timers.tieIdle.arm(lane.tieIdle, now);
}

void SharedExchange::noLongerIdle(Lane& lane)
{
    DeadlineList::disarm(lane.tieIdle);
    if (lane.idleSince != Instant::never())
        --_idleTies;
    lane.idleSince = Instant::never();
}

/// It stays as long as nobody else needs it.
void SharedExchange::tieIdleFor(Lane& lane, Instant now)
{
    lane.idleSince = now;
    ++_idleTies;
}

/// Whether somebody waits for a tie or for a connection, and none is to come.
bool SharedExchange::othersWait(Instant now) const
{
    const bool comes = _pool.underWay() > 0 || (_pool.hasClosed() && _pool.retryAt(now) <= now);
    const auto waits = [comes](const Request& request, bool mayHave)
    { return request.client->tied == nullptr && request.client->inFlight == 0 && !(comes && mayHave); };
    for (const Request* request = _line.first(); request != nullptr; request = _line.next(*request))
        if (waits(*request, true))
            return true;
    for (const Request* request = _tying.first(); request != nullptr; request = _tying.next(*request))
        if (waits(*request, mayTie()))
            return true;
    return false;
}

/// The one that has been idle for longest first, and as many as are needed.
void SharedExchange::endIdleTies(Instant now)
{
    while (_idleTies > 0 && othersWait(now))
    {
        if (_pool.hasClosed() && _pool.retryAt(now) > now)
            return; // nobody would be served by it
        Lane* longest = nullptr;
        for (const auto& lane : _lanes)
            if (lane->idleSince != Instant::never() && (longest == nullptr || lane->idleSince < longest->idleSince))
                longest = lane.get();
        if (longest == nullptr)
            return;
        endIdleTie(*longest, now);
    }
}

/// Its client gets an error where one can be told, and is closed.
void SharedExchange::endIdleTie(Lane& lane, Instant now)
{
    const SharedClient& tied = *lane.tied;
    const ClientId id = tied.id;
    const bool mayBeTold = !lane.tunnel && !lane.inMessage && !lane.leaving && tied.requests.isEmpty() &&
                           tied.state != SharedClient::State::closing && tied.conversation != nullptr;
    closeLane(lane, CloseReason::tieIdle, partingFrom(lane), now); // first: what is pushed must not hold back the error
    SharedClient* client = mayBeTold ? find(id) : nullptr;
    std::string error;
    if (client != nullptr &&
        client->conversation->malformed(
            "the pinned connection was idle while other clients waited (exchange.tie_idle_timeout)", error))
        replyOnly(*client, std::move(error), now);
}

} // namespace proximux
