#include <proximux/exchange/mux/Lanes.h>

#include <proximux/exchange/mux/Mux.h>

#include <initializer_list>
#include <utility>

namespace proximux
{

Lanes::Lanes(Mux& mux)
    : _mux(mux)
{
    grow();
}

void Lanes::grow()
{
    while (_lanes.size() < _mux.pool.size())
        _lanes.push_back(std::make_unique<Lane>(_lanes.size()));
}

// ------------------------------------------------------------------------------- what happens to one

void Lanes::received(Lane& lane, Bytes bytes, Instant now)
{
    lane.lastByte = now;
    lane.speaks = false;
    const bool heard = _mux.settings.hearsOthers();
    if (_mux.pool.state(lane.number) != LanePool::State::settling)
        take(lane, bytes, now);
    else if (lane.settle.isArmed() && _mux.settings.noisy)
        _mux.timers.settle.arm(lane.settle, now); // the silence begins anew
    else if (lane.settle.isArmed() && !heard)
        _mux.opening.failed(lane, CloseReason::greeted, now);
    else
        _mux.opening.settling(lane, bytes, now);
}

void Lanes::take(Lane& lane, Bytes bytes, Instant now)
{
    constexpr std::size_t LITTLE = 16384; // who sends more at once does not wait
    lane.input.take(bytes);
    if (!_mux.policy.responses.targetBytes(lane, now) || _mux.leavers.leaveFlooded(lane, now))
        return;
    lane.input.keep();
    if (lane.pin.client != nullptr)
        _mux.pinExpiry.isUsed(lane, now);
    if ((lane.inMessage || !lane.input.isEmpty()) && bytes.size() < LITTLE)
        _mux.effects.awaitsMore(lane.target);
    if (isInUse(lane) && _mux.policy.choice.isAtRest(lane))
        _mux.timers.inactive.arm(lane.inactive, now);
    _mux.backpressure.update(lane, now);
    _mux.sending.pump(lane, now);
}

void Lanes::sent(Lane& lane, std::size_t waiting, Instant now)
{
    lane.waiting = waiting;
    updateLoad(lane);
    armResponse(lane, now);
    if (Request* last = lane.pipeline.last())
    {
        armAnswer(lane, *last, now);
        if (last->client != nullptr)
            _mux.backpressure.update(*last->client, now);
    }
    if (_mux.targetRequests.pay(lane, now))
        _mux.sending.pump(lane, now);
}

void Lanes::ended(Lane& lane, Instant now)
{
    if (_mux.pool.state(lane.number) == LanePool::State::settling)
        return _mux.opening.failed(lane, CloseReason::targetEnded, now);
    _mux.policy.responses.laneEnded(lane, now);
    close(lane, CloseReason::targetEnded, How::finish, now);
}

void Lanes::lost(Lane& lane, Instant now)
{
    if (_mux.pool.state(lane.number) == LanePool::State::settling)
        _mux.opening.failed(lane, CloseReason::targetLost, now);
    else
        close(lane, CloseReason::targetLost, How::abort, now);
}

// -------------------------------------------------------------------------------- which are there

Lane* Lanes::find(TargetId target) const
{
    const std::size_t place = _mux.pool.placeOf(target);
    return place == LanePool::NONE ? nullptr : _lanes[place].get();
}

bool Lanes::isInUse(const Lane& lane) const
{
    const LanePool::State state = _mux.pool.state(lane.number);
    return state == LanePool::State::idle || state == LanePool::State::busy;
}

bool Lanes::isTaken(const Lane& lane)
{
    return !lane.pipeline.isEmpty() && lane.pipeline.last()->traits.isAlone();
}

bool Lanes::ignoresUnknown(const Lane& lane) const
{
    return _mux.settings.ignoreUnknownIds && lane.ids != nullptr && !isTaken(lane);
}

/// A lane that can't take more at the moment is full for the pool, however little is on it.
void Lanes::updateLoad(Lane& lane)
{
    if (!isInUse(lane))
        return;
    const bool blocked = lane.streaming != nullptr || lane.waiting > 0 || lane.pin.client != nullptr ||
                         lane.pause.isArmed() || lane.ending || lane.cancel != 0 || isTaken(lane) ||
                         _mux.pool.isOutgoing(lane.number);
    _mux.pool.load(lane.number, blocked ? LanePool::FULL : lane.load());
}

// ---------------------------------------------------------------------------------------------- its time

void Lanes::pause(Lane& lane, Instant now)
{
    if (_mux.settings.requestGap > Duration{0})
        _mux.timers.requestGap.arm(lane.pause, now);
}

void Lanes::armResponse(Lane& lane, Instant now)
{
    const Request* first = lane.pipeline.first();
    if (lane.pin.leaving && lane.heldFor == nullptr)
        return lane.response.isArmed() ? void()
                                       : _mux.timers.response.arm(lane.response, now); // there may be no end of bytes
    const bool ends =
        lane.framer != nullptr || (first != nullptr && !first->begun); // of raw only the first byte is awaited
    const bool owes = lane.streaming != first || lane.waiting > 0 || (first != nullptr && lane.awaitsTarget(*first));
    if (_mux.settings.byId && lane.waiting == 0 && lane.streaming == nullptr)
        return DeadlineList::disarm(lane.response); // each has its own deadline
    if (first != nullptr && ends && owes && lane.heldFor == nullptr && !first->traits.blocking)
        _mux.timers.response.arm(lane.response, now);
    else
        DeadlineList::disarm(lane.response);
}

void Lanes::armAnswer(Lane& lane, Request& request, Instant now)
{
    if (!_mux.settings.byId || request.is(Transaction::timedOut))
        return;
    const bool sending = !request.whole || (lane.waiting > 0 && lane.pipeline.last() == &request);
    if (sending || lane.heldFor != nullptr)
        DeadlineList::disarm(request.answer);
    else
        _mux.timers.answer.arm(request.answer, now);
}

void Lanes::expire(Instant now)
{
    while (Deadline* due = _mux.timers.connectDelay.takeDue(now))
        _mux.opening.beginPrologue(Due<Lane>::owner(*due), now);
    while (Deadline* due = _mux.timers.requestGap.takeDue(now))
    {
        Lane& lane = Due<Lane>::owner(*due);
        updateLoad(lane);
        _mux.sending.pump(lane, now);
    }
    while (Deadline* due = _mux.timers.settle.takeDue(now))
        _mux.opening.usable(Due<Lane>::owner(*due), now);
    while (Deadline* due = _mux.timers.signIn.takeDue(now))
    {
        Lane& lane = Due<Lane>::owner(*due);
        if (lane.ending || lane.probe != nullptr)
        {
            close(lane, lane.ending ? CloseReason::otherUser : CloseReason::responseTimeout, How::abort, now);
            continue;
        }
        _mux.observer.prologueRefused(lane.target, {});
        close(lane, CloseReason::targetLost, How::abort, now);
    }
    while (Deadline* due = _mux.timers.response.takeDue(now))
    {
        Lane& lane = Due<Lane>::owner(*due);
        if (_mux.pool.state(lane.number) == LanePool::State::settling)
            _mux.opening.unanswered(lane, now);
        else
        {
            if (!_mux.settings.byId && !lane.pipeline.isEmpty())
                _mux.answers.partTimedOut(*lane.pipeline.first(), now); // else each has its own deadline
            _mux.cancels.stop(lane, now);
            close(lane, CloseReason::responseTimeout, How::abort, now);
        }
    }
    while (Deadline* due = _mux.timers.answer.takeDue(now))
        _mux.policy.responses.answerOverdue(Due<Request>::owner(*due), now);
    while (Deadline* due = _mux.timers.pinIdle.takeDue(now))
        _mux.pinning.becameIdle(Due<Lane>::owner(*due), now);
    while (Deadline* due = _mux.timers.gap.takeDue(now))
    {
        Lane& lane = Due<Lane>::owner(*due);
        lane.silent = true;
        _mux.policy.responses.gapPassed(lane, now);
    }
    while (Deadline* due = _mux.timers.inactive.takeDue(now))
    {
        Lane& lane = Due<Lane>::owner(*due);
        if (_mux.policy.choice.isAtRest(lane))
            close(lane, CloseReason::inactive, How::finish, now);
    }
}

// ------------------------------------------------------------------------------------- who has it alone

void Lanes::pin(Lane& lane, Client& client, unsigned reasons, Instant now)
{
    if (!_mux.pinning.pin(lane, _mux.pool.targetOf(lane.number), client, reasons, now))
        return;
    updateLoad(lane);
    _mux.sending.pumpAll(); // others were bound to it
    _mux.clients.lookAgain(client);
}

void Lanes::unpin(Lane& lane)
{
    _mux.pinning.unpin(lane);
    _mux.sending.pumpAll(); // whoever waits to be pinned may be served by another
}

void Lanes::endPin(Client& client, Instant now)
{
    client.halted = false;
    Lane* lane = client.pin.lane;
    if (lane == nullptr)
        return;
    unpin(*lane);
    if (_mux.policy.responses.restore(*lane, now))
        return;
    close(*lane, CloseReason::pinEnded, partingFrom(*lane), now);
    _mux.clients.charge(client, nullptr, now);
}

// ----------------------------------------------------------------------------------------------- its end

void Lanes::close(Lane& lane, CloseReason reason, How how, Instant now)
{
    const TargetId target = lane.target;
    if (_mux.pool.state(lane.number) == LanePool::State::closed)
        return;
    if (lane.heldFor != nullptr)
        _mux.backpressure.release(lane, now);
    const bool silent = lane.silent;
    lane.silent = false;
    leavePool(lane, reason, now);
    const Client* pinned = lane.pin.client;
    if (pinned != nullptr)
        endPinOfLost(lane, reason, now);
    _mux.repeats.repeatAll(lane, pinned, reason, now);
    failAll(lane, reason, how, silent, now);
    _mux.effects.closeTarget(target, reason, how);
    empty(lane);
    _mux.sending.pumpAll(); // who was bound to it may be served by another
}

/// A connection that its target ends before it was of any use is as good as none.
void Lanes::leavePool(Lane& lane, CloseReason reason, Instant now)
{
    const bool atRest = _mux.pool.state(lane.number) == LanePool::State::idle;
    const bool useless =
        !lane.proven && (atRest || lane.login != nullptr) &&
        (reason == CloseReason::targetEnded || reason == CloseReason::targetLost || reason == CloseReason::desync);
    if (!useless)
        return _mux.pool.closed(lane.number, now);
    _mux.opening.noteFailure(lane, now);
    _mux.pool.wasUseless(lane.number, now);
}

/// The state of its client is lost with the connection, on which what it has queued counts.
void Lanes::endPinOfLost(Lane& lane, CloseReason reason, Instant now)
{
    Client& pinned = *lane.pin.client;
    const bool cutOff = lane.pin.pushes && (lane.inMessage || lane.pin.leaving);
    unpin(lane);
    if (cutOff)
        return _mux.clients.fail(pinned, reason, true, now);
    if (pinned.state == Client::State::closing)
        return;
    pinned.final = true;
    _mux.answers.drop(pinned, pinned.next, reason, now);
    pinned.reason = reason;
    _mux.clients.lookAgain(pinned);
}

/// What was in flight on it fails, as far as it was not answered.
void Lanes::failAll(Lane& lane, CloseReason reason, How how, bool silent, Instant now)
{
    const TargetId target = lane.target;
    const bool fresh = !lane.proven;
    while (Request* request = lane.pipeline.first())
    {
        _mux.answers.takeOut(lane, *request, false, now);
        if (request->errand != 0)
            _mux.cancels.answered(request->errand, ErrandEnd::unknown);
        const bool answered = _mux.policy.responses.isAnswered(*request, how == How::abort, silent);
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
            if (fresh && Repeats::isSuspect(*request))
                _mux.clients.charge(*client, nullptr, now);
            _mux.answers.fail(*request, reason, now);
            continue;
        }
        _mux.answers.tellEnd(*request, target, !answered, reason, now);
        if (request->check)
            _mux.checks.ended(*request, true);
        if (client != nullptr)
        {
            client->requests.remove(*request);
            _mux.clients.lookAgain(*client);
        }
        _mux.sending.recycle(*request);
    }
}

/// Its target was told that it has ended, and has ended, too: it is closed as it would be without us.
void Lanes::endInSilence(Client& client, bool cutOff, Instant now)
{
    if (cutOff)
        _mux.clients.close(client, CloseReason::ended, How::abort, now);
    else
        _mux.clients.beginClosing(client, CloseReason::ended, now);
}

void Lanes::empty(Lane& lane)
{
    for (Deadline* deadline : {static_cast<Deadline*>(&lane.pause), static_cast<Deadline*>(&lane.settle),
                               static_cast<Deadline*>(&lane.response), static_cast<Deadline*>(&lane.inactive),
                               static_cast<Deadline*>(&lane.gap), static_cast<Deadline*>(&lane.departure),
                               static_cast<Deadline*>(&lane.parting), static_cast<Deadline*>(&lane.signIn),
                               static_cast<Deadline*>(&lane.lifetime)})
        DeadlineList::disarm(*deadline);
    _mux.orphans.leave(lane);
    LaneConnection next;
    static_cast<LaneConnection&>(lane) = std::move(next);
}

How Lanes::partingFrom(const Lane& lane)
{
    const bool mayBeUnread = lane.pipeline.isEmpty() && (lane.waiting > 0 || lane.unconfirmed);
    return mayBeUnread ? How::finish : How::abort;
}

bool Lanes::yield(Instant now)
{
    for (const auto& lane : _lanes)
    {
        if (!isInUse(*lane) || !mayYield(*lane, now))
            continue;
        close(*lane, CloseReason::otherProtocol, partingFrom(*lane), now);
        return true;
    }
    return false;
}

bool Lanes::mayYield(Lane& lane, Instant now) const
{
    return lane.pin.client == nullptr && lane.waiting == 0 && _mux.policy.choice.isAtRest(lane) &&
           _mux.policy.responses.beforeYielding(lane, now);
}

} // namespace proximux
