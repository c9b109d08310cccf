// Multiplexer: what still answers clients that have left, and clients that make us connect anew.

#include <proximux/exchange/mux/Multiplexer.h>

namespace proximux
{

/// The client of a request in flight has gone: what answers it is for nobody.
void Multiplexer::leave(Request& request, Instant now)
{
    request.client = nullptr;
    request.again.clear();
    if (request.overdue)
        return;
    const bool optional = isOptional(*request.lane, request);
    _orphans.add(request, optional);
    if (!optional && request.lane->ids != nullptr)
        _timers.leaver.arm(request.queue, now);
}

/// With ids it takes no place of the pipeline any more; its id stays taken.
void Multiplexer::leaverOverdue(Request& request, Instant now)
{
    Lane& lane = *request.lane;
    Orphans::forget(request);
    updateLoad(lane);
    pump(lane, now);
}

/// A connection that is asked for nothing but what is for nobody is reset at once, so that its target learns of it.
/// Where that happens too often, as somebody may wish, it has the time that it has with others behind.
void Multiplexer::leaveLanes(Instant now)
{
    for (const auto& lane : _lanes)
        leaveIfForNobody(*lane, now);
}

void Multiplexer::leaveIfForNobody(Lane& lane, Instant now)
{
    if (!isInUse(lane) || !Orphans::isLeft(lane) || lane.departure.isArmed())
        return;
    if (_orphans.mayDepart(now))
        leaveLane(lane, now);
    else
        _timers.departure.arm(lane.departure, now);
}

void Multiplexer::leaveLane(Lane& lane, Instant now)
{
    if (!Orphans::isLeft(lane))
        return;
    _orphans.departs(now);
    closeLane(lane, CloseReason::abandoned, How::abort, now);
}

/// Returns whether the lane is closed, because of what came for nobody, or because nothing but that is to come.
bool Multiplexer::leaveFlooded(Lane& lane, Instant now)
{
    if (lane.orphans.requests == 0)
        return false;
    if (_orphans.isFlooded(lane))
        closeLane(lane, CloseReason::abandoned, How::abort, now);
    else
        leaveIfForNobody(lane, now);
    return !isInUse(lane);
}

void Multiplexer::expireLeavers(Instant now)
{
    while (Deadline* due = _timers.leaver.takeDue(now))
        leaverOverdue(Due<Request>::owner(*due), now);
    while (Deadline* due = _timers.departure.takeDue(now))
        leaveLane(Due<Lane>::owner(*due), now);
    if (_orphans.next(_lanes) <= now)
        for (const auto& lane : _lanes)
            if (_orphans.until(*lane) <= now)
                closeLane(*lane, CloseReason::abandoned, How::abort, now);
}

// ------------------------------------------------------------------------------------------------ connecting anew

/// A connection at rest is reset, so that nothing of it stays behind on our side. What may not have been read yet is
/// not lost with it: requests that nothing has answered.
How Multiplexer::partingFrom(const Lane& lane)
{
    const bool mayBeUnread = lane.pipeline.isEmpty() && (lane.waiting > 0 || lane.unconfirmed);
    return mayBeUnread ? How::finish : How::abort;
}

/// The client makes us connect anew, for this request maybe. Whoever does so too often waits: what else it has queued
/// leaves the queue for a while.
void Multiplexer::charge(Client& client, const Request* request, Instant now)
{
    client.reconnects.take(now);
    if (client.reconnects.has(now) || client.state == Client::State::closing)
        return;
    _timers.calm.arm(client.calm, now);
    for (Request* each = client.next; each != nullptr; each = client.requests.next(*each))
        if (each != request && Queue::isIn(*each))
            _queue.remove(*each);
}

void Multiplexer::calmed(Client& client, Instant now)
{
    if (!client.reconnects.has(now))
        return _timers.calm.arm(client.calm, now);
    for (Request* request = client.next; request != nullptr; request = client.requests.next(*request))
        if (!request->replied && !Queue::isIn(*request) && (!_settings.fair || request == client.next))
            enter(*request, now);
    _pumpAll = true;
}

} // namespace proximux
