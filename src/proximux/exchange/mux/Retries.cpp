#include <proximux/exchange/mux/Retries.h>

namespace proximux
{

/// Of what pins its client no copy is kept: that counts on its connection. One exchange at a time, only a connection
/// that was in use before may have been closed by its target while the request was on its way to it.
bool Retries::keepsCopy(const Lane& lane, const Request& request) const
{
    const bool harmless = request.traits.repeatable;
    if (!harmless || !request.whole || request.repeats > 0 || request.traits.pins != 0 || lane.pin.client != nullptr)
        return false;
    if (_settings.isExclusive())
        return lane.proven;
    const Client& client = *request.client;
    return client.copied + request.size <= _settings.requestBuffer &&
           _memory.hasRoom(static_cast<std::size_t>(request.size));
}

bool Retries::mayRepeat(const Lane& lane, const Request& request, CloseReason reason, Instant now) const
{
    constexpr unsigned MOST = 3;
    if (request.client == nullptr || request.again.empty())
        return false;
    if (!_settings.queueTimeout.isOff() && request.came + _settings.queueTimeout <= now)
        return false; // it has waited for all its time
    const bool lost = reason == CloseReason::targetEnded || reason == CloseReason::targetLost;
    if (_settings.isExclusive())
        return lost && request.repeats < MOST && lane.proven && lane.input.isEmpty();
    const bool isFirst = !_settings.byId && lane.pipeline.first() == &request;
    if (request.suspect || request.repeats >= MOST ||
        (isFirst && (!lane.input.isEmpty() || reason == CloseReason::responseTimeout)))
        return false; // it is the one
    const bool known = lost || reason == CloseReason::desync || reason == CloseReason::malformedResponse ||
                       reason == CloseReason::abandoned || reason == CloseReason::responseTimeout;
    return known && !isFollowed(request);
}

/// In order, a later request of its client that changes something was sent: it may have been executed, and what is read
/// now would show its effect.
bool Retries::isFollowed(const Request& request) const
{
    if (_settings.byId)
        return false;
    const Client& client = *request.client;
    for (const Request* each = client.requests.next(request); each != nullptr; each = client.requests.next(*each))
        if ((each->isSent() || each->repeats > 0) && (!each->traits.repeatable || each->traits.changes))
            return true;
    return false;
}

} // namespace proximux
