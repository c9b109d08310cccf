// SharedExchange: requests that are lost with their connection, do no harm, and are sent once more.

#include <proximux/exchange/mux/SharedExchange.h>

namespace proximux
{

/// Of what ties its client no copy is kept: that counts on its connection. One exchange at a time, only a connection
/// that was in use before may have been closed by its target while the request was on its way to it.
bool SharedExchange::keepsCopy(const Lane& lane, const Request& request) const
{
    const bool harmless = request.traits.repeatable;
    if (!harmless || !request.whole || request.repeats > 0 || request.traits.ties != 0 || lane.tied != nullptr)
        return false;
    if (isExclusive())
        return lane.proven;
    const SharedClient& client = *request.client;
    return client.copied + request.size <= _settings.requestBuffer &&
           _memory.hasRoom(static_cast<std::size_t>(request.size));
}

void SharedExchange::keepCopy(Request& request, Bytes bytes)
{
    request.again = bytes;
    request.client->copied += request.again.size();
    account(*request.client);
}

/// From now on it can't be sent once more.
void SharedExchange::dropCopy(Request& request)
{
    if (request.again.empty())
        return;
    if (SharedClient* client = request.client)
    {
        client->copied -= request.again.size();
        account(*client);
    }
    request.again.clear();
}

bool SharedExchange::mayRepeat(const Lane& lane, const Request& request, CloseReason reason, Instant now) const
{
    constexpr unsigned MOST = 3;
    if (request.client == nullptr || request.again.empty())
        return false;
    if (!_settings.queueTimeout.isOff() && request.came + _settings.queueTimeout <= now)
        return false; // it has waited for all its time
    const bool lost = reason == CloseReason::targetEnded || reason == CloseReason::targetLost;
    if (isExclusive())
        return lost && request.repeats < MOST && lane.proven && lane.input.isEmpty();
    const bool isFirst = !_settings.byId && lane.row.first() == &request;
    if (request.suspect || request.repeats >= MOST ||
        (isFirst && (!lane.input.isEmpty() || reason == CloseReason::responseTimeout)))
        return false; // it is the one
    const bool known = lost || reason == CloseReason::desync || reason == CloseReason::malformedResponse ||
                       reason == CloseReason::abandoned || reason == CloseReason::responseTimeout;
    return known && !isFollowed(request);
}

/// In order, a later request of its client that changes something was sent: it may have been executed, and what is read
/// now would show its effect.
bool SharedExchange::isFollowed(const Request& request) const
{
    if (_settings.byId)
        return false;
    const SharedClient& client = *request.client;
    for (const Request* each = client.requests.next(request); each != nullptr; each = client.requests.next(*each))
        if ((each->sent || each->repeats > 0) && (!each->traits.repeatable || each->traits.changes))
            return true;
    return false;
}

/// What was lost with the lane and may be sent once more goes back to the front of the line, the oldest first. Whoever
/// was alone on a new connection has ended it himself.
void SharedExchange::repeatRow(Lane& lane, CloseReason reason, Instant now)
{
    if (lane.row.size() == 1 && !lane.proven)
        return;
    constexpr std::size_t MANY = 8;
    const std::size_t size = lane.row.size();
    std::size_t place = size;
    for (Request* request = lane.row.last(); request != nullptr;)
    {
        Request& each = *request;
        request = each.place.previous;
        --place;
        if (!mayRepeat(lane, each, reason, now))
            continue;
        takeOut(lane, each, false, now);
        if (--each.client->inFlight == 0)
            each.client->lane = nullptr;
        repeat(each, reason, place < MANY || place + MANY >= size);
    }
}

/// One of those that were lost together may have ended their connection: the first that was not answered, as a rule, or
/// the last that was read. The oldest and the newest are each alone on a new connection then; all others go together
/// again, so that a loss costs few connections. What nobody answered in time has no share in the loss of others.
void SharedExchange::repeat(Request& request, CloseReason reason, bool mayBeCause)
{
    SharedClient& client = *request.client;
    if (_settings.fair && client.next != nullptr && Line::isIn(*client.next))
        lineOf(*client.next).remove(*client.next); // only the oldest stands in line
    client.next = &request;
    request.sent = false;
    request.lane = nullptr;
    ++request.repeats;
    const bool known = reason == CloseReason::responseTimeout || reason == CloseReason::abandoned;
    request.suspect = !isExclusive() && !known && mayBeCause;
    request.traits.alone = request.traits.alone || isSuspect(request);
    ++_queued;
    _ownIds += request.traits.keepsId ? 1 : 0;
    _timers.queue.armSince(request.queue, request.came);
    if (!client.calm.isArmed())
        _line.pushFront(request);
    _pumpAll = true;
}

} // namespace proximux
