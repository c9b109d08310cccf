// Multiplexer: target connections.

#include <proximux/exchange/mux/Multiplexer.h>

#include <algorithm>
#include <initializer_list>

namespace proximux
{

// ------------------------------------------------------------------------------------------------ opening

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

// ------------------------------------------------------------------------------------------------ bytes

void Multiplexer::response(TargetId target, Bytes bytes, Instant now)
{
    constexpr std::size_t LITTLE = 16384; // who sends more at once does not wait
    Lane* from = find(target);
    if (from == nullptr)
        return;
    from->lastByte = now;
    const bool heard = _settings.ignoreUnknownIds && _settings.byId;
    if (_pool.state(from->number) == LanePool::State::settling && from->settle.isArmed() && !heard)
        attemptFailed(*from, CloseReason::greeted, now);
    else if (_pool.state(from->number) == LanePool::State::settling)
        settling(*from, bytes, now);
    else
    {
        from->input.take(bytes);
        if (targetBytes(*from, now) && !leaveFlooded(*from, now))
        {
            from->input.keep();
            if (from->pin.client != nullptr)
                pinUsed(*from, now);
            if ((from->inMessage || !from->input.isEmpty()) && bytes.size() < LITTLE)
                _effects.awaitsMore(target);
            if (isInUse(*from) && isAtRest(*from))
                _timers.inactive.arm(from->inactive, now);
            updateTargetHold(*from, now);
            pump(*from, now);
        }
    }
    finishCall(now);
}

void Multiplexer::targetSent(TargetId target, std::size_t waiting, Instant now)
{
    Lane* sent = find(target);
    if (sent == nullptr)
        return;
    sent->waiting = waiting;
    updateLoad(*sent);
    armResponse(*sent, now);
    if (Request* last = sent->pipeline.last())
    {
        armAnswer(*sent, *last, now);
        if (last->client != nullptr)
            updateClient(*last->client, now);
    }
    pump(*sent, now);
    finishCall(now);
}

// ------------------------------------------------------------------------------------------------ the end

void Multiplexer::targetEnded(TargetId target, Instant now)
{
    Lane* ended = find(target);
    if (ended == nullptr)
        return;
    if (_pool.state(ended->number) == LanePool::State::settling)
        attemptFailed(*ended, CloseReason::targetEnded, now);
    else
    {
        laneEnded(*ended, now);
        closeLane(*ended, CloseReason::targetEnded, How::finish, now);
    }
    finishCall(now);
}

void Multiplexer::targetLost(TargetId target, Instant now)
{
    Lane* lost = find(target);
    if (lost == nullptr)
        return;
    if (_pool.state(lost->number) == LanePool::State::settling)
        attemptFailed(*lost, CloseReason::targetLost, now);
    else
        closeLane(*lost, CloseReason::targetLost, How::abort, now);
    finishCall(now);
}

void Multiplexer::targetFaulted(TargetId target, Instant now)
{
    Lane* faulted = find(target);
    if (faulted == nullptr)
        return;
    closeLane(*faulted, CloseReason::fault, How::abort, now);
    finishCall(now);
}

/// Costs those that were on it, and nobody else.
void Multiplexer::closeLane(Lane& lane, CloseReason reason, How how, Instant now)
{
    const TargetId target = lane.target;
    if (_pool.state(lane.number) == LanePool::State::closed)
        return;
    if (lane.heldFor != nullptr)
        releaseTarget(lane, now);
    const bool silent = lane.silent;
    lane.silent = false;
    const bool useless =
        !lane.proven && _pool.state(lane.number) == LanePool::State::idle &&
        (reason == CloseReason::targetEnded || reason == CloseReason::targetLost || reason == CloseReason::desync);
    if (useless)
    {
        noteFailure(lane, now);
        _pool.wasUseless(lane.number, now);
    }
    else
        _pool.closed(lane.number, now);
    Client* pinned = lane.pin.client;
    if (pinned != nullptr)
    {
        const bool cutOff = lane.pin.pushes && (lane.inMessage || lane.pin.leaving);
        unpin(lane);
        if (cutOff)
            fail(*pinned, reason, true, now);
        else if (pinned->state != Client::State::closing)
        {
            pinned->final = true; // its state is lost with the connection, on which what it has queued counts
            drop(*pinned, pinned->next, reason, now);
            pinned->reason = reason;
            lookAgain(*pinned);
        }
    }
    repeatAll(lane, pinned, reason, now);
    const bool fresh = !lane.proven;
    while (Request* request = lane.pipeline.first())
    {
        takeOut(lane, *request, false, now);
        const bool answered = isAnswered(*request, how == How::abort, silent);
        Client* client = request->client;
        if (client != nullptr && --client->inFlight == 0)
            client->lane = nullptr;
        if (client != nullptr && client->endPassed)
        {
            endInSilence(*client, request->begun, now);
            continue;
        }
        if (client != nullptr && !answered)
        {
            if (fresh && isSuspect(*request))
                charge(*client, nullptr, now);
            failRequest(*request, reason, now);
            continue;
        }
        tellEnd(*request, target, !answered, reason, now);
        if (client != nullptr)
        {
            client->requests.remove(*request);
            lookAgain(*client);
        }
        recycle(*request);
    }
    _effects.closeTarget(target, reason, how);
    emptyLane(lane);
}

/// Its target was told that it has ended, and has ended, too: it is closed as it would be without us.
void Multiplexer::endInSilence(Client& client, bool cutOff, Instant now)
{
    if (cutOff)
        closeClient(client, CloseReason::ended, How::abort, now);
    else
        beginClosing(client, CloseReason::ended, now);
}

void Multiplexer::emptyLane(Lane& lane)
{
    for (Deadline* deadline : {static_cast<Deadline*>(&lane.pause), static_cast<Deadline*>(&lane.settle),
                               static_cast<Deadline*>(&lane.response), static_cast<Deadline*>(&lane.inactive),
                               static_cast<Deadline*>(&lane.gap), static_cast<Deadline*>(&lane.departure)})
        DeadlineList::disarm(*deadline);
    _orphans.leave(lane);
    LaneConnection next;
    static_cast<LaneConnection&>(lane) = std::move(next);
}

/// The client has the lane alone from now on.
void Multiplexer::pin(Lane& lane, Client& client, unsigned reasons, Instant now)
{
    if (!_pinning.pin(lane, client, reasons, now))
        return;
    updateLoad(lane);
    lookAgain(client);
}

/// The lane is for all again.
void Multiplexer::unpin(Lane& lane)
{
    _pinning.unpin(lane);
    _pumpAll = true; // whoever waits to be pinned may be served by another
}

Lane* Multiplexer::find(TargetId target) const
{
    const std::size_t place = _pool.placeOf(target);
    return place == LanePool::NONE ? nullptr : _lanes[place].get();
}

} // namespace proximux
