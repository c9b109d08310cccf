// Multiplexer: requests that wait for what cannot be had, a target or a pin.

#include <proximux/exchange/mux/Multiplexer.h>

#include <algorithm>
#include <limits>

namespace proximux
{

// ------------------------------------------------------------------------------------------------ targets

/// A connection to this lane's target failed, or was of no use.
void Multiplexer::noteFailure(const Lane& lane, Instant now)
{
    constexpr Instant BEFORE{std::numeric_limits<std::int64_t>::min()};
    if (_failedAt.size() < _pool.targets())
        _failedAt.resize(_pool.targets(), BEFORE);
    _failedAt[_pool.targetOf(lane.number)] = now;
    _targetFailed = true;
}

/// While no connection is open and every target has failed since a request came, that waits for pool.connect_timeout.
void Multiplexer::failUnavailable(Instant now)
{
    _targetFailed = false;
    _unavailable = Instant::never();
    if (_failedAt.empty() || std::any_of(_lanes.begin(), _lanes.end(), [this](const auto& l) { return isInUse(*l); }))
        return;
    const Instant all = *std::min_element(_failedAt.begin(), _failedAt.end());
    for (std::size_t slot = 0; slot < _clients.size(); ++slot)
        while (Request* overdue = unavailable(_clients[slot].get(), all, now))
            failRequest(*overdue, CloseReason::noTarget, now);
}

/// A request of this client that waited in vain until now, or null. Says when the next one will have.
Request* Multiplexer::unavailable(const Client* client, Instant failed, Instant now)
{
    if (client == nullptr)
        return nullptr;
    for (Request* request = client->requests.first(); request != nullptr; request = client->requests.next(*request))
    {
        if (request->sent || request->replied || request->came > failed)
            continue;
        const Instant due = request->came + _settings.connectTimeout;
        if (due <= now)
            return request;
        _unavailable = std::min(_unavailable, due);
    }
    return nullptr;
}

// ------------------------------------------------------------------------------------------------ pins

/// As long as pins can be had, it waits for a connection like any other.
void Multiplexer::expirePins(Instant now)
{
    while (Deadline* due = _timers.pin.takeDue(now))
    {
        Request& request = Due<Request>::owner(*due);
        if (request.client->pin.lane != nullptr)
            continue;
        if (mayPin())
        {
            _timers.pin.arm(request.pin, now);
            continue;
        }
        _why = _pinning.describe(_lanes, now);
        _effects.pinRefused(request.client->id, _why);
        failRequest(request, CloseReason::noPin, now);
    }
}

} // namespace proximux
