// SharedExchange: what still answers clients that have left, and clients that make us connect anew.

#include <proximux/exchange/mux/SharedExchange.h>

#include <algorithm>

namespace proximux
{

namespace
{

using Row = List<Request, &Request::place>;

/// The oldest on the lane for whose answer somebody waits, or null.
const Request* oldestAwaited(const Lane& lane)
{
    const Request* request = lane.row.first();
    while (request != nullptr && request->client == nullptr)
        request = Row::next(*request);
    return request;
}

/// Whether the lane is busy with what is for nobody.
bool isSwallowing(const Lane& lane)
{
    const Request* present = lane.ids ? lane.answered : lane.row.first();
    return present != nullptr && present->left && lane.heldFor == nullptr;
}

/// Whether something is still to come, and all that is still to come is for nobody.
bool isLeft(const Lane& lane)
{
    return lane.gone.owed > 0 && lane.gone.requests + lane.abandoned == lane.row.size();
}

} // namespace

/// The client of a request in flight has gone: what answers it is for nobody.
void SharedExchange::leave(Request& request, Instant now)
{
    request.client = nullptr;
    request.again.clear();
    if (request.overdue)
        return;
    Lane& lane = *request.lane;
    request.left = true;
    ++lane.gone.requests;
    ++_left;
    if (isOptional(lane, request))
        return;
    ++lane.gone.owed;
    if (lane.ids)
        _timers.leaver.arm(request.queue, now);
}

/// It is in its row no more, or given up.
void SharedExchange::forget(Lane& lane, Request& request)
{
    if (!request.left)
        return;
    request.left = false;
    --lane.gone.requests;
    --_left;
    lane.gone.owed -= isOptional(lane, request) ? 0 : 1;
    lane.gone.forgotten -= request.forgotten ? 1 : 0;
    request.forgotten = false;
    DeadlineList::disarm(request.queue);
}

/// With ids it takes no place of the pipeline any more; its id stays taken.
void SharedExchange::leaverOverdue(Request& request, Instant now)
{
    Lane& lane = *request.lane;
    request.forgotten = true;
    ++lane.gone.forgotten;
    updateLoad(lane);
    pump(lane, now);
}

/// Time for which this lane was busy with what is for nobody.
Duration SharedExchange::swallowed(const Lane& lane, Instant now)
{
    const bool running = lane.gone.since != Instant::never();
    return {lane.gone.time.us + (running ? now - lane.gone.since : Duration{0}).us};
}

/// A connection that is asked for nothing but what is for nobody is reset at once, so that its target learns of it.
/// Where that happens too often, as somebody may wish, it has the time that it has with others behind.
void SharedExchange::leaveLanes(Instant now)
{
    for (const auto& lane : _lanes)
        leaveIfForNobody(*lane, now);
}

void SharedExchange::leaveIfForNobody(Lane& lane, Instant now)
{
    if (!isInUse(lane) || !isLeft(lane) || lane.departure.isArmed())
        return;
    if (lane.ids != nullptr && lane.ids->areScarce())
        return; // their answers bring the ids back
    if (_departures.has(now))
        leaveLane(lane, now);
    else
        _timers.departure.arm(lane.departure, now);
}

void SharedExchange::leaveLane(Lane& lane, Instant now)
{
    if (!isLeft(lane) || (lane.ids != nullptr && lane.ids->areScarce()))
        return;
    _departures.take(now);
    closeLane(lane, CloseReason::abandoned, How::abort, now);
}

/// What came for nobody is too much for those who wait behind it.
bool SharedExchange::isFlooded(const Lane& lane) const
{
    const Request* waits = isSwallowing(lane) ? oldestAwaited(lane) : nullptr;
    return waits != nullptr && lane.gone.bytes - waits->swallowedBytes > _settings.abandonLimit;
}

/// Returns whether the lane is closed, because of what came for nobody, or because nothing but that is to come.
bool SharedExchange::leaveFlooded(Lane& lane, Instant now)
{
    if (lane.gone.requests == 0)
        return false;
    if (isFlooded(lane))
        closeLane(lane, CloseReason::abandoned, How::abort, now);
    else
        leaveIfForNobody(lane, now);
    return !isInUse(lane);
}

/// The time of what is for nobody runs while others wait behind it.
void SharedExchange::updateSwallowing(Instant now)
{
    for (const auto& lane : _lanes)
    {
        const bool counts =
            lane->gone.requests > 0 && isInUse(*lane) && isSwallowing(*lane) && oldestAwaited(*lane) != nullptr;
        if (counts == (lane->gone.since != Instant::never()))
            continue;
        lane->gone.time = swallowed(*lane, now);
        lane->gone.since = counts ? now : Instant::never();
        if (counts)
            ++_swallowing;
        else
            --_swallowing;
    }
}

/// Never: nobody waits behind what is for nobody.
Instant SharedExchange::swallowedUntil(const Lane& lane) const
{
    const Request* waits = lane.gone.since != Instant::never() ? oldestAwaited(lane) : nullptr;
    if (waits == nullptr || _settings.abandonTimeout.isOff())
        return Instant::never();
    return {lane.gone.since.us + _settings.abandonTimeout.us - lane.gone.time.us + waits->swallowedTime.us};
}

void SharedExchange::expireLeavers(Instant now)
{
    while (Deadline* due = _timers.leaver.takeDue(now))
        leaverOverdue(Due<Request>::owner(*due), now);
    while (Deadline* due = _timers.departure.takeDue(now))
        leaveLane(Due<Lane>::owner(*due), now);
    if (_swallowing > 0)
        for (const auto& lane : _lanes)
            if (swallowedUntil(*lane) <= now)
                closeLane(*lane, CloseReason::abandoned, How::abort, now);
}

// ------------------------------------------------------------------------------------------------ connecting anew

/// A connection at rest is reset, so that nothing of it stays behind on our side. What may not have been read yet is
/// not lost with it: requests that nothing has answered.
How SharedExchange::partingFrom(const Lane& lane)
{
    const bool mayBeUnread = lane.row.isEmpty() && (lane.waiting > 0 || lane.unconfirmed);
    return mayBeUnread ? How::finish : How::abort;
}

/// The client makes us connect anew, for this request maybe. Whoever does so too often waits: what else it has queued
/// leaves the line for a while.
void SharedExchange::charge(SharedClient& client, const Request* request, Instant now)
{
    client.reconnects.take(now);
    if (client.reconnects.has(now) || client.state == SharedClient::State::closing)
        return;
    _timers.calm.arm(client.calm, now);
    for (Request* each = client.next; each != nullptr; each = client.requests.next(*each))
        if (each != request && Line::isIn(*each))
            lineOf(*each).remove(*each);
}

void SharedExchange::calmed(SharedClient& client, Instant now)
{
    if (!client.reconnects.has(now))
        return _timers.calm.arm(client.calm, now);
    for (Request* request = client.next; request != nullptr; request = client.requests.next(*request))
        if (!request->replied && !Line::isIn(*request) && (!_settings.fair || request == client.next))
            enter(*request, now);
    _pumpAll = true;
}

} // namespace proximux
