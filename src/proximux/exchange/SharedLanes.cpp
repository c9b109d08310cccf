// SharedExchange: target connections, and deadlines.

#include <proximux/exchange/Mutants.h>
#include <proximux/exchange/SharedExchange.h>

#include <algorithm>
#include <cassert>
#include <initializer_list>

namespace proximux
{

// ------------------------------------------------------------------------------------------------ opening

bool SharedExchange::open(Instant now)
{
    const std::size_t place = _pool.open(now);
    if (place == SharedPool::NONE)
        return false;
    _lanes[place]->target = _pool.idOf(place);
    return true;
}

void SharedExchange::warmUp(Instant now)
{
    while (open(now))
        continue;
}

/// As many connections are opened as requests wait for one.
void SharedExchange::openMore(Instant now)
{
    _retry = Instant::never();
    while (_pool.hasClosed() && wantsMore())
    {
        if (open(now))
            continue;
        _retry = _pool.retryAt(now);
        return;
    }
}

bool SharedExchange::wantsMore() const
{
    std::size_t wanting = 0;
    for (const Line* line : {&_line, mayTie() ? &_tying : nullptr})
        for (const Request* request = line != nullptr ? line->first() : nullptr; request != nullptr;
             request = line->next(*request))
            if (wantsConnection(*request) && ++wanting > _pool.underWay())
                return true;
    return false;
}

void SharedExchange::targetOpened(TargetId target, Instant now)
{
    Lane* opened = find(target);
    if (opened == nullptr)
        return;
    _pool.opened(opened->number);
    opened->lastByte = now;
    if (_settings.connectDelay > Duration{0})
        _connectDelay.arm(opened->pause, now);
    else
        beginPrologue(*opened, now);
    finishCall(now);
}

void SharedExchange::beginPrologue(Lane& lane, Instant now)
{
    const Prologue* prologue = prologueOf(lane);
    if (prologue != nullptr && !prologue->says.empty())
        _wiring.toTarget(lane.target, prologue->says);
    settling(lane, {}, now);
}

/// What is said on a new connection to this lane's target; null: nothing.
const Prologue* SharedExchange::prologueOf(const Lane& lane) const
{
    const std::size_t target = _pool.targetOf(lane.number);
    return target < _settings.prologues.size() ? &_settings.prologues[target] : nullptr;
}

/// The connection is open, and in use as soon as what is expected has come, and nothing else for pool.settle.
void SharedExchange::settling(Lane& lane, Bytes bytes, Instant now)
{
    lane.input.take(bytes);
    lane.input.keep();
    const Prologue* prologue = prologueOf(lane);
    const Bytes expected = prologue != nullptr && !planted(Mutant::hurryPrologue) ? Bytes(prologue->expects) : Bytes();
    const Bytes came = lane.input.waiting();
    const bool wrong = came.size() > expected.size() || came != expected.substr(0, came.size());
    if (wrong && !planted(Mutant::forgivePrologue))
    {
        if (expected.empty())
            return attemptFailed(lane, CloseReason::greeted, now);
        _wiring.prologueRefused(lane.target, came);
        return attemptFailed(lane, CloseReason::prologueRefused, now);
    }
    if (lane.pause.isArmed())
        return; // it was not spoken to yet
    if (came.size() < expected.size())
        return _response.arm(lane.response, now);
    lane.input.clear();
    DeadlineList::disarm(lane.response);
    if (_settings.settle > Duration{0} && !planted(Mutant::skipSettle))
        _settle.arm(lane.settle, now);
    else
        laneUsable(lane, now);
}

void SharedExchange::laneUsable(Lane& lane, Instant now)
{
    _pool.settled(lane.number);
    updateLoad(lane);
    if (lane.framer == nullptr || !planted(Mutant::keepFramer))
        prepare(lane);
    _inactive.arm(lane.inactive, now);
    pump(lane, now);
}

void SharedExchange::targetFailed(TargetId target, Instant now)
{
    Lane* failed = find(target);
    if (failed == nullptr)
        return;
    attemptFailed(*failed, CloseReason::noTarget, now);
    finishCall(now);
}

/// Whoever waited for it may be served by another that has room.
void SharedExchange::attemptFailed(Lane& lane, CloseReason reason, Instant now)
{
    _wiring.closeTarget(lane.target, reason, How::abort);
    _pool.failed(lane.number, now);
    emptyLane(lane);
    for (const auto& other : _lanes)
        pump(*other, now);
}

// ------------------------------------------------------------------------------------------------ bytes

void SharedExchange::response(TargetId target, Bytes bytes, Instant now)
{
    constexpr std::size_t LITTLE = 16384; // who sends more at once does not wait
    Lane* from = find(target);
    if (from == nullptr)
        return;
    from->lastByte = now;
    if (_pool.state(from->number) == SharedPool::State::settling && from->settle.isArmed())
        attemptFailed(*from, CloseReason::greeted, now);
    else if (_pool.state(from->number) == SharedPool::State::settling)
        settling(*from, bytes, now);
    else
    {
        from->input.take(bytes);
        if (targetBytes(*from, now))
        {
            from->input.keep();
            if ((from->inMessage || !from->input.isEmpty()) && bytes.size() < LITTLE)
                _wiring.awaitsMore(target);
            if (isAtRest(*from))
                _inactive.arm(from->inactive, now);
            updateTargetHold(*from, now);
            pump(*from, now);
        }
    }
    finishCall(now);
}

void SharedExchange::targetSent(TargetId target, std::size_t waiting, Instant now)
{
    Lane* sent = find(target);
    if (sent == nullptr)
        return;
    sent->waiting = waiting;
    updateLoad(*sent);
    armResponse(*sent, now);
    if (Request* last = sent->row.last())
    {
        armAnswer(*sent, *last, now);
        if (last->client != nullptr)
            updateClient(*last->client, now);
    }
    pump(*sent, now);
    finishCall(now);
}

/// From now on the target may take exchange.response_timeout to its next byte; while a request is still being sent, to
/// take more of it.
void SharedExchange::armResponse(Lane& lane, Instant now)
{
    const Request* first = lane.row.first();
    const bool ends =
        lane.framer != nullptr || (first != nullptr && !first->begun); // of raw only the first byte is awaited
    const bool owes = lane.streaming != first || lane.waiting > 0;
    if (_settings.byId && lane.waiting == 0 && lane.streaming == nullptr)
        return DeadlineList::disarm(lane.response); // each has its own deadline
    if (first != nullptr && ends && owes && lane.heldFor == nullptr && !first->traits.blocking)
        _response.arm(lane.response, now);
    else
        DeadlineList::disarm(lane.response);
}

/// Where each request has its own deadline, it runs while the target could answer: the request is sent, and we read.
void SharedExchange::armAnswer(Lane& lane, Request& request, Instant now)
{
    if (!_settings.byId || request.overdue)
        return;
    const bool sending = !request.whole || (lane.waiting > 0 && lane.row.last() == &request);
    if (sending || lane.heldFor != nullptr)
        DeadlineList::disarm(request.answer);
    else
        _answers.arm(request.answer, now);
}

/// What waits for the client that is answered now holds the target.
void SharedExchange::updateTargetHold(Lane& lane, Instant now)
{
    const std::size_t most = lane.heldFor != nullptr ? _settings.responseBuffer / 2 : _settings.responseBuffer;
    SharedClient* client = slowReader(lane);
    SharedClient* slow = client != nullptr && client->waiting > most ? client : nullptr;
    if (slow == lane.heldFor)
        return;
    if (lane.heldFor != nullptr)
        releaseTarget(lane, now);
    if (slow == nullptr)
        return;
    lane.heldFor = slow;
    lane.heldSince = Instant::never();
    ++_heldLanes;
    _wiring.holdTarget(lane.target, true);
    DeadlineList::disarm(lane.response);
    DeadlineList::disarm(lane.gap); // it is silent because it is held
    for (Request* request = lane.row.first(); request != nullptr; request = lane.row.next(*request))
        DeadlineList::disarm(request->answer);
}

/// Who got more than he reads, if more is to come for him; else whose bytes come next, as far as is known.
SharedClient* SharedExchange::slowReader(const Lane& lane) const
{
    if (lane.tied != nullptr)
        return lane.tied;
    if (lane.reader != nullptr && lane.reader->lane == &lane &&
        (lane.reader == lane.heldFor || lane.reader->waiting > _settings.responseBuffer))
        return lane.reader;
    const Request* first = lane.row.first();
    return first != nullptr ? first->client : nullptr;
}

void SharedExchange::releaseTarget(Lane& lane, Instant now)
{
    if (lane.heldSince != Instant::never())
        lane.heldFor->stalled.us += (now - lane.heldSince).us;
    lane.heldFor = nullptr;
    --_heldLanes;
    _wiring.holdTarget(lane.target, false);
    armResponse(lane, now);
    for (Request* request = lane.row.first(); request != nullptr; request = lane.row.next(*request))
        armAnswer(lane, *request, now);
    if (lane.framer == nullptr)
        armGap(lane, now);
}

/// Whether somebody else waits behind the slow reader. Its own requests are few.
bool SharedExchange::holdsUpOthers(const Lane& lane) const
{
    const auto isOthers = [&lane](const Request& request)
    { return request.client != nullptr && request.client != lane.heldFor; };
    for (const Request* request = lane.row.first(); request != nullptr; request = lane.row.next(*request))
        if (isOthers(*request))
            return true;
    for (const Line* line : {&_line, &_tying})
        for (const Request* request = line->first(); request != nullptr; request = line->next(*request))
            if (isOthers(*request))
                return true;
    return false;
}

/// A slow reader's time runs while it holds up others.
void SharedExchange::updateStalls(Instant now)
{
    for (const auto& lane : _lanes)
    {
        if (lane->heldFor == nullptr)
            continue;
        const bool counts = holdsUpOthers(*lane);
        if (counts == (lane->heldSince != Instant::never()))
            continue;
        if (!counts)
            lane->heldFor->stalled.us += (now - lane->heldSince).us;
        lane->heldSince = counts ? now : Instant::never();
    }
}

// ------------------------------------------------------------------------------------------------ the end

void SharedExchange::targetEnded(TargetId target, Instant now)
{
    Lane* ended = find(target);
    if (ended == nullptr)
        return;
    if (_pool.state(ended->number) == SharedPool::State::settling)
        attemptFailed(*ended, CloseReason::targetEnded, now);
    else
    {
        laneEnded(*ended, now);
        closeLane(*ended, CloseReason::targetEnded, How::finish, now);
    }
    finishCall(now);
}

void SharedExchange::targetLost(TargetId target, Instant now)
{
    Lane* lost = find(target);
    if (lost == nullptr)
        return;
    if (_pool.state(lost->number) == SharedPool::State::settling)
        attemptFailed(*lost, CloseReason::targetLost, now);
    else
        closeLane(*lost, CloseReason::targetLost, How::abort, now);
    finishCall(now);
}

void SharedExchange::targetFaulted(TargetId target, Instant now)
{
    Lane* faulted = find(target);
    if (faulted == nullptr)
        return;
    closeLane(*faulted, CloseReason::fault, How::abort, now);
    finishCall(now);
}

/// Costs those that were on it, and nobody else.
void SharedExchange::closeLane(Lane& lane, CloseReason reason, How how, Instant now)
{
    const TargetId target = lane.target;
    if (_pool.state(lane.number) == SharedPool::State::closed)
        return;
    if (lane.heldFor != nullptr)
        releaseTarget(lane, now);
    const bool silent = lane.silent;
    lane.silent = false;
    const bool useless =
        !lane.proven && _pool.state(lane.number) == SharedPool::State::idle &&
        (reason == CloseReason::targetEnded || reason == CloseReason::targetLost || reason == CloseReason::desync);
    if (useless)
        _pool.wasUseless(lane.number, now);
    else
        _pool.closed(lane.number, now);
    SharedClient* tied = lane.tied;
    if (tied != nullptr)
    {
        const bool cutOff = lane.pushes && lane.inMessage;
        untie(lane);
        if (cutOff)
            fail(*tied, reason, true, now);
        else if (tied->state != SharedClient::State::closing && !planted(Mutant::keepQueueOfTied))
        {
            tied->final = true; // its state is lost with the connection, on which what it has queued counts
            drop(*tied, tied->next, reason, now);
            tied->reason = reason;
            lookAgain(*tied);
        }
    }
    const bool survives = planted(Mutant::ignoreReset) && reason == CloseReason::targetLost;
    while (Request* request = survives ? nullptr : lane.row.first())
    {
        takeOut(lane, *request);
        const bool answered = isAnswered(*request, how == How::abort, silent);
        SharedClient* client = request->client;
        if (client != nullptr && --client->inFlight == 0)
            client->lane = nullptr;
        if (mayRepeat(lane, *request, reason))
        {
            repeat(*request, now);
            continue;
        }
        if (client != nullptr && !answered)
        {
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
    _wiring.closeTarget(target, reason, how);
    emptyLane(lane);
}

void SharedExchange::emptyLane(Lane& lane)
{
    for (Deadline* deadline : {static_cast<Deadline*>(&lane.pause), static_cast<Deadline*>(&lane.settle),
                               static_cast<Deadline*>(&lane.response), static_cast<Deadline*>(&lane.inactive),
                               static_cast<Deadline*>(&lane.gap)})
        DeadlineList::disarm(*deadline);
    lane.target = {};
    if (!planted(Mutant::keepFramer))
        lane.framer.reset();
    if (!planted(Mutant::ignoreReset))
        lane.ids.reset();
    if (planted(Mutant::keepInput))
        lane.input.keep();
    else
        lane.input.clear();
    lane.streaming = nullptr;
    lane.answered = nullptr;
    lane.inMessage = false;
    lane.abandoned = 0;
    lane.dialect = 0;
    lane.proven = false;
    lane.reader = nullptr;
    lane.waiting = 0;
    lane.silent = false;
}

/// The client has the lane alone from now on.
void SharedExchange::tie(Lane& lane, SharedClient& client, unsigned reasons)
{
    client.ties |= reasons;
    if (client.tied != nullptr)
        return;
    client.tied = &lane;
    lane.tied = &client;
    ++_tied;
    updateLoad(lane);
    lookAgain(client);
}

/// The lane is for all again.
void SharedExchange::untie(Lane& lane)
{
    lane.tied->tied = nullptr;
    lane.tied->ties = 0;
    lane.tied = nullptr;
    lane.pushes = lane.tunnel = false;
    --_tied;
    _pumpAll = true; // whoever waits to be tied may be served by another
}

Lane* SharedExchange::find(TargetId target) const
{
    const std::size_t place = _pool.placeOf(target);
    return place == SharedPool::NONE ? nullptr : _lanes[place].get();
}

// ------------------------------------------------------------------------------------------------ deadlines

Instant SharedExchange::expire(Instant now)
{
    expireClients(now);
    expireLanes(now);
    if (_heldLanes > 0)
        expireStalls(now);
    finishCall(now);
    return nextDeadline();
}

void SharedExchange::expireClients(Instant now)
{
    while (Deadline* due = _queueing.takeDue(now))
        failRequest(Due<Request>::owner(*due), CloseReason::queueTimeout, now);
    while (Deadline* due = _pause.takeDue(now))
        fail(Due<SharedClient>::owner(*due), CloseReason::requestTimeout, false, now);
    while (Deadline* due = _idle.takeDue(now))
    {
        SharedClient& client = Due<SharedClient>::owner(*due);
        closeClient(client, CloseReason::idle, client.waiting > 0 ? How::abort : How::finish, now);
    }
    while (Deadline* due = _linger.takeDue(now))
    {
        SharedClient& client = Due<SharedClient>::owner(*due);
        const bool closing = client.state == SharedClient::State::closing;
        closeClient(client, closing ? client.reason : CloseReason::halfCloseTimeout, How::abort, now);
    }
}

void SharedExchange::expireLanes(Instant now)
{
    while (Deadline* due = _connectDelay.takeDue(now))
        beginPrologue(Due<Lane>::owner(*due), now);
    while (Deadline* due = _requestGap.takeDue(now))
    {
        Lane& lane = Due<Lane>::owner(*due);
        updateLoad(lane);
        pump(lane, now);
    }
    while (Deadline* due = _settle.takeDue(now))
        laneUsable(Due<Lane>::owner(*due), now);
    while (Deadline* due = _response.takeDue(now))
    {
        Lane& lane = Due<Lane>::owner(*due);
        if (_pool.state(lane.number) == SharedPool::State::settling)
            attemptFailed(lane, CloseReason::prologueRefused, now);
        else if (planted(Mutant::keepOverdue) && lane.streaming == nullptr && lane.answered == nullptr)
            finish(lane, *lane.row.first(), now);
        else
            closeLane(lane, CloseReason::responseTimeout, How::abort, now);
    }
    while (Deadline* due = _answers.takeDue(now))
        answerOverdue(Due<Request>::owner(*due), now);
    while (Deadline* due = _gap.takeDue(now))
    {
        Lane& lane = Due<Lane>::owner(*due);
        lane.silent = true;
        gapPassed(lane, now);
    }
    while (Deadline* due = _inactive.takeDue(now))
    {
        Lane& lane = Due<Lane>::owner(*due);
        if (isAtRest(lane))
            closeLane(lane, CloseReason::inactive, How::finish, now);
    }
}

void SharedExchange::expireStalls(Instant now)
{
    if (_settings.stallTimeout.isOff())
        return;
    for (const auto& lane : _lanes)
        if (lane->heldFor != nullptr && lane->heldSince != Instant::never() &&
            lane->heldSince + _settings.stallTimeout <= now + lane->heldFor->stalled)
            fail(*lane->heldFor, CloseReason::stalled, true, now);
}

Instant SharedExchange::nextDeadline() const
{
    Instant next = std::min({_queueing.first(), _response.first(), _answers.first(), _pause.first(), _idle.first(),
                             _linger.first(), _connectDelay.first(), _requestGap.first(), _settle.first(),
                             _inactive.first(), _gap.first(), _retry});
    if (_heldLanes == 0 || _settings.stallTimeout.isOff())
        return next;
    for (const auto& lane : _lanes)
        if (lane->heldFor != nullptr && lane->heldSince != Instant::never())
            next = std::min(next, lane->heldSince + _settings.stallTimeout - lane->heldFor->stalled);
    return next;
}

} // namespace proximux
