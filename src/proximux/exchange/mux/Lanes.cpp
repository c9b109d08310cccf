// Multiplexer: target connections.

#include <proximux/exchange/mux/Multiplexer.h>

#include <algorithm>
#include <initializer_list>

namespace proximux
{

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
