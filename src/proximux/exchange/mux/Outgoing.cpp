#include <proximux/exchange/mux/Outgoing.h>

#include <proximux/exchange/LeavingReason.h>
#include <proximux/exchange/mux/Mux.h>

namespace proximux
{

/// By a random part of up to a tenth it counts as older, so that not all are replaced at once.
void Outgoing::begin(Lane& lane, Instant now)
{
    const std::int64_t lifetime = _mux.settings.lifetime.us;
    if (lifetime > 0)
        _mux.timers.lifetime.armSince(lane.lifetime, now - Duration{static_cast<std::int64_t>(_mux.random.below(
                                                               static_cast<std::uint64_t>(lifetime / 10 + 1)))});
}

void Outgoing::reconfigure(Instant now)
{
    _mux.lanes.grow();
    review(now);
    for (const auto& lane : _mux.lanes.all())
        if (_mux.lanes.isInUse(*lane))
            armAgain(*lane, now);
}

void Outgoing::review(Instant now)
{
    for (const auto& lane : _mux.lanes.all())
    {
        if (_mux.pool.mayStay(lane->number))
            DeadlineList::disarm(lane->parting);
        else if (!lane->parting.isArmed())
            _mux.timers.parting.arm(lane->parting, now);
        _mux.lanes.updateLoad(*lane);
    }
    _mux.sending.pumpAll();
}

CloseReason Outgoing::reasonFor(const Lane& lane) const
{
    return lane.aged ? CloseReason::aged : leavingReason(_mux.pool.avoidance(lane.number));
}

/// Arms deadlines that were off before, and are not any more.
void Outgoing::armAgain(Lane& lane, Instant now)
{
    if (!lane.inactive.isArmed() && _mux.policy.choice.isAtRest(lane))
        _mux.timers.inactive.arm(lane.inactive, now);
    if (!lane.lifetime.isArmed() && !lane.aged)
        begin(lane, now);
    if (!lane.pinIdle.isArmed() && lane.pin.idleSince == Instant::never())
        _mux.pinExpiry.isUsed(lane, now);
    if (!lane.response.isArmed())
        _mux.lanes.armResponse(lane, now);
    for (Request* request = lane.pipeline.first(); request != nullptr; request = lane.pipeline.next(*request))
        if (!request->answer.isArmed())
            _mux.lanes.armAnswer(lane, *request, now);
}

void Outgoing::leave(Instant now)
{
    if (!_mux.pool.hasOutgoing())
        return;
    for (const auto& lane : _mux.lanes.all())
        if (_mux.pool.isOutgoing(lane->number))
            leave(*lane, now);
}

void Outgoing::leave(Lane& lane, Instant now)
{
    if (!_mux.lanes.isInUse(lane) || Lanes::isForsaken(lane))
        _mux.lanes.close(lane, reasonFor(lane), How::abort, now);
    else if (_mux.lanes.mayYield(lane, now))
        _mux.lanes.close(lane, reasonFor(lane), partingFrom(lane), now);
    else if (lane.pin.client != nullptr && _mux.pool.isEnding(lane.number) && PinExpiry::isBetweenMessages(lane))
        _mux.pinExpiry.end(lane, CloseReason::targetClosed, "an administrator closed the target (target close)", now);
}

/// An old connection ends in order: its target need not take that for a fault.
How Outgoing::partingFrom(const Lane& lane) const
{
    return lane.aged ? How::finish : Lanes::partingFrom(lane);
}

void Outgoing::expire(Instant now)
{
    while (Deadline* due = _mux.timers.lifetime.takeDue(now))
    {
        Lane& lane = Due<Lane>::owner(*due);
        lane.aged = true;
        _mux.pool.age(lane.number);
        _mux.lanes.updateLoad(lane);
    }
    while (Deadline* due = _mux.timers.parting.takeDue(now))
    {
        Lane& lane = Due<Lane>::owner(*due);
        _mux.lanes.close(lane, reasonFor(lane), How::abort, now);
    }
}

} // namespace proximux
