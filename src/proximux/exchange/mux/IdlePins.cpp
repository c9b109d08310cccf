// Multiplexer: pins that are idle while others wait.

#include <proximux/exchange/mux/Multiplexer.h>

#include <string>
#include <utility>

namespace proximux
{

/// Something passed between the pinned client and its target, or the pin has just begun.
void Multiplexer::pinUsed(Lane& lane, Instant now)
{
    _pinning.isUsed(lane);
    if (lane.pin.client != nullptr && lane.pipeline.isEmpty())
        _timers.pinIdle.arm(lane.pinIdle, now);
}

/// Whether somebody waits for a pin or for a connection, and none is to come.
bool Multiplexer::othersWait(Instant now) const
{
    const bool comes = _pool.underWay() > 0 || (_pool.hasClosed() && _pool.retryAt(now) <= now);
    const auto waits = [comes](const Request& request, bool mayHave)
    { return request.client->pin.lane == nullptr && request.client->inFlight == 0 && !(comes && mayHave); };
    return _queue.find([&](const Request& request, bool pins) { return waits(request, !pins || mayPin()); }) != nullptr;
}

/// The one that has been idle for longest first, and as many as are needed.
void Multiplexer::endIdlePins(Instant now)
{
    while (_pinning.hasIdle() && othersWait(now))
    {
        if (_pool.hasClosed() && _pool.retryAt(now) > now)
            return; // nobody would be served by it
        endIdlePin(*_pinning.longestIdle(_lanes), now);
    }
}

/// Its client gets an error where one can be told, and is closed.
void Multiplexer::endIdlePin(Lane& lane, Instant now)
{
    const Client& pinned = *lane.pin.client;
    const ClientId id = pinned.id;
    const bool mayBeTold = !lane.pin.tunnel && !lane.inMessage && !lane.pin.leaving && pinned.requests.isEmpty() &&
                           pinned.state != Client::State::closing && pinned.conversation != nullptr;
    closeLane(lane, CloseReason::pinIdle, partingFrom(lane), now); // first: what is pushed must not hold back the error
    Client* client = mayBeTold ? find(id) : nullptr;
    std::string error;
    if (client != nullptr &&
        client->conversation->malformed(
            "the pinned connection was idle while other clients waited (exchange.tie_idle_timeout)", error))
        replyOnly(*client, std::move(error), now);
}

} // namespace proximux
