#include <proximux/exchange/mux/Leavers.h>

#include <proximux/exchange/mux/Mux.h>

namespace proximux
{

void Leavers::leave(Request& request, Instant now)
{
    request.client = nullptr;
    request.again.clear();
    if (request.is(Transaction::timedOut))
        return;
    const bool optional = Answers::isOptional(*request.lane, request);
    _mux.orphans.add(request, optional);
    if (!optional && request.lane->ids != nullptr)
        _mux.timers.leaver.arm(request.queue, now);
}

/// With ids it takes no place of the pipeline any more; its id stays taken.
void Leavers::overdue(Request& request, Instant now)
{
    Lane& lane = *request.lane;
    Orphans::forget(request);
    _mux.lanes.updateLoad(lane);
    _mux.sending.pump(lane, now);
}

void Leavers::leaveLanes(Instant now)
{
    for (const auto& lane : _mux.lanes.all())
        leaveIfForNobody(*lane, now);
}

void Leavers::leaveIfForNobody(Lane& lane, Instant now)
{
    if (!_mux.lanes.isInUse(lane) || !Orphans::isLeft(lane) || lane.departure.isArmed() || lane.cancel != 0)
        return;
    if (_mux.orphans.mayDepart(now) && !lane.unread)
        leaveLane(lane, now);
    else
        _mux.timers.departure.arm(lane.departure, now);
}

void Leavers::leaveLane(Lane& lane, Instant now)
{
    if (!Orphans::isLeft(lane))
        return;
    _mux.orphans.departs(now);
    if (!stop(lane, now))
        _mux.lanes.close(lane, CloseReason::abandoned, How::abort, now);
}

/// What a target works at for nobody it would go on with behind the end of its connection, too: it is told to stop, and
/// the connection is closed only if that is of no use. False: it can't be told, or was.
bool Leavers::stop(Lane& lane, Instant now)
{
    Request* request = lane.pipeline.first();
    if (request == nullptr || request->stopped || lane.streaming != nullptr || lane.probe != nullptr ||
        !_mux.cancels.stop(lane, now))
        return false;
    request->stopped = true;
    _mux.timers.departure.arm(lane.departure, now);
    return true;
}

void Leavers::endPinned(Lane& lane, Instant now)
{
    if (stop(lane, now))
        lane.spent = true; // closed as soon as that is answered
    else if (!_mux.policy.responses.restore(lane, now))
        _mux.lanes.close(lane, CloseReason::pinEnded, Lanes::partingFrom(lane), now);
}

bool Leavers::leaveFlooded(Lane& lane, Instant now)
{
    if (lane.orphans.requests == 0)
        return false;
    if (_mux.orphans.isFlooded(lane))
        _mux.lanes.close(lane, CloseReason::abandoned, How::abort, now);
    else
        leaveIfForNobody(lane, now);
    return !_mux.lanes.isInUse(lane);
}

void Leavers::expire(Instant now)
{
    while (Deadline* due = _mux.timers.leaver.takeDue(now))
        overdue(Due<Request>::owner(*due), now);
    while (Deadline* due = _mux.timers.departure.takeDue(now))
        leaveLane(Due<Lane>::owner(*due), now);
    if (_mux.orphans.next(_mux.lanes.all()) <= now)
        for (const auto& lane : _mux.lanes.all())
            if (_mux.orphans.until(*lane) <= now)
                _mux.lanes.close(*lane, CloseReason::abandoned, How::abort, now);
}

} // namespace proximux
