#include <proximux/exchange/mux/PinExpiry.h>

#include <proximux/exchange/mux/Mux.h>

#include <string>
#include <utility>

namespace proximux
{

void PinExpiry::isUsed(Lane& lane, Instant now)
{
    _mux.pinning.isUsed(lane);
    if (lane.pin.client != nullptr && lane.pipeline.isEmpty())
        _mux.timers.pinIdle.arm(lane.pinIdle, now);
}

/// Whether somebody waits for a pin or for a connection, and none is to come.
bool PinExpiry::othersWait(Instant now) const
{
    const bool comes = _mux.pool.underWay() > 0 || (_mux.pool.hasClosed() && _mux.pool.retryAt(now) <= now);
    const auto waits = [comes](const Request& request, bool mayHave)
    { return request.client->pin.lane == nullptr && request.client->inFlight == 0 && !(comes && mayHave); };
    return _mux.queue.find([&](const Request& request, bool pins)
                           { return waits(request, !pins || _mux.pinning.mayPin()); }) != nullptr;
}

void PinExpiry::endIdle(Instant now)
{
    while (_mux.pinning.hasIdle() && othersWait(now))
    {
        if (_mux.pool.hasClosed() && _mux.pool.retryAt(now) > now)
            return; // nobody would be served by it
        Lane* longest =
            _mux.pinning.longestIdle(_mux.lanes.all(), [this](const Lane& lane)
                                     { return _mux.pool.avoidance(lane.number) == Targets::Avoidance::none; });
        if (longest == nullptr)
            return; // nor by one to a target that is avoided
        end(*longest, CloseReason::pinIdle,
            "the pinned connection was idle while other clients waited (exchange.tie_idle_timeout)", now);
    }
}

bool PinExpiry::isBetweenMessages(const Lane& lane)
{
    return lane.pipeline.isEmpty() && lane.waiting == 0 && !lane.pin.tunnel && !lane.inMessage && !lane.pin.leaving &&
           !lane.pin.returning;
}

void PinExpiry::end(Lane& lane, CloseReason reason, const char* why, Instant now)
{
    const Client& pinned = *lane.pin.client;
    const ClientId id = pinned.id;
    const bool mayBeTold = !lane.pin.tunnel && !lane.inMessage && !lane.pin.leaving && pinned.requests.isEmpty() &&
                           pinned.state != Client::State::closing && pinned.conversation != nullptr;
    _mux.lanes.close(lane, reason, Lanes::partingFrom(lane),
                     now); // first: what is pushed must not hold back the error
    Client* client = mayBeTold ? _mux.clients.find(id) : nullptr;
    std::string error;
    if (client != nullptr && client->conversation->expired(why, error))
        _mux.answers.replyOnly(*client, std::move(error), now);
}

/// As long as pins can be had, it waits for a connection like any other.
void PinExpiry::expire(Instant now)
{
    while (Deadline* due = _mux.timers.pin.takeDue(now))
    {
        Request& request = Due<Request>::owner(*due);
        if (!Sending::awaitsPin(request))
            continue;
        if (_mux.pinning.mayPin())
        {
            _mux.timers.pin.arm(request.pin, now);
            continue;
        }
        _why = _mux.pinning.describe(_mux.lanes.all(), now);
        _mux.observer.pinRefused(request.client->id, _why);
        _mux.answers.fail(request, CloseReason::noPin, now);
    }
}

} // namespace proximux
