// Multiplexer: target connections that are opened, up to their use.

#include <proximux/exchange/mux/Multiplexer.h>

#include <algorithm>
#include <utility>

namespace proximux
{

bool Multiplexer::open(Instant now)
{
    const std::size_t place = _pool.open(now);
    if (place == LanePool::NONE)
        return false;
    _lanes[place]->target = _pool.idOf(place);
    return true;
}

void Multiplexer::warmUp(Instant now)
{
    while (open(now))
        continue;
}

/// As many connections are opened as requests wait for one.
void Multiplexer::openMore(Instant now)
{
    _retry = Instant::never();
    while (_pool.hasClosed() && wantsMore())
    {
        if (open(now))
            continue;
        _retry = _pool.retryAt(now);
        if (!std::exchange(_noneOpens, true))
            _pumpAll = true; // whoever wants a new one does with another now
        return;
    }
    _noneOpens = false;
}

bool Multiplexer::wantsMore() const
{
    return wantingSince(_giveWay) != Instant::never();
}

/// Of the requests that want a connection, beyond those for which one is under way, the oldest that came so early.
Instant Multiplexer::wantingSince(Instant latest) const
{
    std::size_t wanting = 0;
    Instant oldest = Instant::never();
    const Request* more = _queue.find(
        [&](const Request& request, bool pins)
        {
            if (request.came > latest || (pins && !mayPin()) || !wantsConnection(request))
                return false;
            oldest = std::min(oldest, request.came);
            return ++wanting > _pool.underWay();
        });
    return more != nullptr ? oldest : Instant::never();
}

Instant Multiplexer::waitsSince() const
{
    const bool opens = _pool.hasClosed() && _retry == Instant::never();
    return opens ? Instant::never() : wantingSince(Instant::never());
}

void Multiplexer::giveWay(Instant since, Instant now)
{
    const bool more = since > _giveWay;
    _giveWay = since;
    if (!more)
        return;
    _pumpAll = true;
    finishCall(now);
}

bool Multiplexer::yield(Instant now)
{
    for (const auto& lane : _lanes)
    {
        if (!isInUse(*lane) || lane->pin.client != nullptr || !isAtRest(*lane) || !beforeYielding(*lane, now))
            continue;
        closeLane(*lane, CloseReason::otherProtocol, partingFrom(*lane), now);
        finishCall(now);
        return true;
    }
    return false;
}

void Multiplexer::targetOpened(TargetId target, Instant now)
{
    Lane* opened = find(target);
    if (opened == nullptr)
        return;
    _pool.opened(opened->number);
    opened->lastByte = now;
    if (_settings.connectDelay > Duration{0})
        _timers.connectDelay.arm(opened->pause, now);
    else
        beginPrologue(*opened, now);
    finishCall(now);
}

void Multiplexer::beginPrologue(Lane& lane, Instant now)
{
    const Prologue* prologue = prologueOf(lane);
    if (prologue != nullptr && !prologue->says.empty())
        _effects.toTarget(lane.target, prologue->says);
    settling(lane, {}, now);
}

/// What is said on a new connection to this lane's target; null: nothing.
const Prologue* Multiplexer::prologueOf(const Lane& lane) const
{
    const std::size_t target = _pool.targetOf(lane.number);
    return target < _settings.prologues.size() ? &_settings.prologues[target] : nullptr;
}

/// The connection is open, and in use as soon as what is expected has come, and nothing else for pool.settle.
void Multiplexer::settling(Lane& lane, Bytes bytes, Instant now)
{
    lane.input.take(bytes);
    lane.input.keep();
    const Prologue* prologue = prologueOf(lane);
    const Bytes expected = prologue != nullptr ? Bytes(prologue->expects) : Bytes();
    const Bytes came = lane.input.waiting();
    const bool heard = _settings.ignoreUnknownIds && _settings.byId && expected.empty();
    const bool wrong = heard ? came.size() > _settings.responseBuffer
                             : came.size() > expected.size() || came != expected.substr(0, came.size());
    if (wrong)
    {
        if (expected.empty())
            return attemptFailed(lane, CloseReason::greeted, now);
        _effects.prologueRefused(lane.target, came);
        return attemptFailed(lane, CloseReason::prologueRefused, now);
    }
    if (lane.pause.isArmed() || lane.settle.isArmed())
        return; // it was not spoken to yet
    if (came.size() < expected.size())
        return _timers.response.arm(lane.response, now);
    if (!heard)
        lane.input.clear();
    DeadlineList::disarm(lane.response);
    if (_settings.settle > Duration{0})
        _timers.settle.arm(lane.settle, now);
    else
        laneUsable(lane, now);
}

void Multiplexer::laneUsable(Lane& lane, Instant now)
{
    _pool.settled(lane.number);
    updateLoad(lane);
    prepare(lane);
    _timers.inactive.arm(lane.inactive, now);
    if (!lane.input.isEmpty())
    {
        if (!targetBytes(lane, now)) // what was heard meanwhile
            return;
        lane.input.keep();
    }
    pump(lane, now);
}

void Multiplexer::targetFailed(TargetId target, Instant now)
{
    Lane* failed = find(target);
    if (failed == nullptr)
        return;
    attemptFailed(*failed, CloseReason::noTarget, now);
    finishCall(now);
}

void Multiplexer::targetUnavailable(TargetId target, Instant now)
{
    Lane* lane = find(target);
    if (lane == nullptr)
        return;
    _effects.closeTarget(lane->target, CloseReason::noTarget, How::abort);
    _pool.closed(lane->number, now);
    attemptEnded(*lane, now);
    finishCall(now);
}

void Multiplexer::attemptFailed(Lane& lane, CloseReason reason, Instant now)
{
    _effects.closeTarget(lane.target, reason, How::abort);
    noteFailure(lane, now);
    _pool.failed(lane.number, now);
    attemptEnded(lane, now);
}

/// Whoever waited for it may be served by another that has room.
void Multiplexer::attemptEnded(Lane& lane, Instant now)
{
    emptyLane(lane);
    for (const auto& other : _lanes)
        pump(*other, now);
}

} // namespace proximux
