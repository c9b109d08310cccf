// SharedExchange: ties that are idle while others wait.

#include <proximux/exchange/mux/SharedExchange.h>

#include <string>
#include <utility>

namespace proximux
{

/// Something passed between the tied client and its target, or the tie has just begun.
void SharedExchange::tieUsed(Lane& lane, Instant now)
{
    _pinning.isUsed(lane);
    if (lane.pin.client != nullptr && lane.row.isEmpty())
        _timers.tieIdle.arm(lane.pinIdle, now);
}

/// Whether somebody waits for a tie or for a connection, and none is to come.
bool SharedExchange::othersWait(Instant now) const
{
    const bool comes = _pool.underWay() > 0 || (_pool.hasClosed() && _pool.retryAt(now) <= now);
    const auto waits = [comes](const Request& request, bool mayHave)
    { return request.client->pin.lane == nullptr && request.client->inFlight == 0 && !(comes && mayHave); };
    return _queue.find([&](const Request& request, bool pins) { return waits(request, !pins || mayTie()); }) != nullptr;
}

/// The one that has been idle for longest first, and as many as are needed.
void SharedExchange::endIdleTies(Instant now)
{
    while (_pinning.hasIdle() && othersWait(now))
    {
        if (_pool.hasClosed() && _pool.retryAt(now) > now)
            return; // nobody would be served by it
        endIdleTie(*_pinning.longestIdle(_lanes), now);
    }
}

/// Its client gets an error where one can be told, and is closed.
void SharedExchange::endIdleTie(Lane& lane, Instant now)
{
    const SharedClient& tied = *lane.pin.client;
    const ClientId id = tied.id;
    const bool mayBeTold = !lane.pin.tunnel && !lane.inMessage && !lane.pin.leaving && tied.requests.isEmpty() &&
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
