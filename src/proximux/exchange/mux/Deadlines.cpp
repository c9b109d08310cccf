// Multiplexer: deadlines, and targets that are held because of slow readers.

#include <proximux/exchange/mux/Multiplexer.h>

#include <algorithm>
#include <initializer_list>

namespace proximux
{

/// From now on the target may take exchange.response_timeout to its next byte; while a request is still being sent, to
/// take more of it.
void Multiplexer::armResponse(Lane& lane, Instant now)
{
    const Request* first = lane.pipeline.first();
    if (lane.pin.leaving && lane.heldFor == nullptr)
        return lane.response.isArmed() ? void()
                                       : _timers.response.arm(lane.response, now); // there may be no end of bytes
    const bool ends =
        lane.framer != nullptr || (first != nullptr && !first->begun); // of raw only the first byte is awaited
    const bool owes = lane.streaming != first || lane.waiting > 0;
    if (_settings.byId && lane.waiting == 0 && lane.streaming == nullptr)
        return DeadlineList::disarm(lane.response); // each has its own deadline
    if (first != nullptr && ends && owes && lane.heldFor == nullptr && !first->traits.blocking)
        _timers.response.arm(lane.response, now);
    else
        DeadlineList::disarm(lane.response);
}

/// Where each request has its own deadline, it runs while the target could answer: the request is sent, and we read.
void Multiplexer::armAnswer(Lane& lane, Request& request, Instant now)
{
    if (!_settings.byId || request.overdue)
        return;
    const bool sending = !request.whole || (lane.waiting > 0 && lane.pipeline.last() == &request);
    if (sending || lane.heldFor != nullptr)
        DeadlineList::disarm(request.answer);
    else
        _timers.answer.arm(request.answer, now);
}

/// What waits for the client that is answered now holds the target.
void Multiplexer::updateTargetHold(Lane& lane, Instant now)
{
    const std::size_t most = lane.heldFor != nullptr ? _settings.responseBuffer / 2 : _settings.responseBuffer;
    Client* client = slowReader(lane);
    Client* slow = client != nullptr && client->waiting > most ? client : nullptr;
    if (slow == lane.heldFor)
        return;
    if (lane.heldFor != nullptr)
        releaseTarget(lane, now);
    if (slow == nullptr)
        return;
    lane.heldFor = slow;
    _stalls.watch(lane);
    _effects.holdTarget(lane.target, true);
    DeadlineList::disarm(lane.response);
    DeadlineList::disarm(lane.gap); // it is silent because it is held
    for (Request* request = lane.pipeline.first(); request != nullptr; request = lane.pipeline.next(*request))
        DeadlineList::disarm(request->answer);
}

/// Who got more than he reads, if more is to come for him; else whose bytes come next, as far as is known.
Client* Multiplexer::slowReader(const Lane& lane) const
{
    if (lane.pin.client != nullptr)
        return lane.pin.client;
    if (lane.reader != nullptr && lane.reader->lane == &lane &&
        (lane.reader == lane.heldFor || lane.reader->waiting > _settings.responseBuffer))
        return lane.reader;
    const Request* first = lane.pipeline.first();
    return first != nullptr ? first->client : nullptr;
}

void Multiplexer::releaseTarget(Lane& lane, Instant now)
{
    lane.heldFor = nullptr;
    _effects.holdTarget(lane.target, false);
    armResponse(lane, now);
    for (Request* request = lane.pipeline.first(); request != nullptr; request = lane.pipeline.next(*request))
        armAnswer(lane, *request, now);
    if (lane.framer == nullptr)
        armGap(lane, now);
}

Instant Multiplexer::expire(Instant now)
{
    if (_records.areIdsShort() || _ownIds > 0)
        _pumpAll = _records.restoreIds(now) || _pumpAll; // somebody may wait for one
    expireClients(now);
    expireLanes(now);
    while (Lane* lane = _stalls.firstOverdue(now))
    {
        Client& client = *lane->stall.client;
        _stalls.forget(*lane, now);
        fail(client, CloseReason::stalled, lane->heldFor != nullptr, now);
    }
    expireLeavers(now);
    finishCall(now);
    return nextDeadline();
}

void Multiplexer::expireClients(Instant now)
{
    while (Deadline* due = _timers.queue.takeDue(now))
    {
        const CloseReason reason = _records.areIdsShort() ? CloseReason::noIdentifier : CloseReason::queueTimeout;
        failRequest(Due<Request>::owner(*due), reason, now);
    }
    expirePins(now);
    if (_unavailable <= now)
        failUnavailable(now);
    while (Deadline* due = _timers.delayedReply.takeDue(now))
        reply(*Due<Request>::owner(*due).client, now);
    while (Deadline* due = _timers.pause.takeDue(now))
        fail(Due<Client>::owner(*due), CloseReason::requestTimeout, false, now);
    while (Deadline* due = _timers.idle.takeDue(now))
    {
        Client& client = Due<Client>::owner(*due);
        closeClient(client, CloseReason::idle, client.waiting > 0 ? How::abort : How::finish, now);
    }
    while (Deadline* due = _timers.discard.takeDue(now))
    {
        Client& client = Due<Client>::owner(*due);
        const bool goesOn = client.discarded > 0 && client.reason == CloseReason::malformedRequest;
        stopListening(client, goesOn ? How::abort : How::finish, now);
    }
    while (Deadline* due = _timers.linger.takeDue(now))
    {
        Client& client = Due<Client>::owner(*due);
        const bool closing = client.state == Client::State::closing;
        closeClient(client, closing ? client.reason : CloseReason::halfCloseTimeout, How::abort, now);
    }
    while (Deadline* due = _timers.calm.takeDue(now))
        calmed(Due<Client>::owner(*due), now);
}

void Multiplexer::expireLanes(Instant now)
{
    while (Deadline* due = _timers.connectDelay.takeDue(now))
        beginPrologue(Due<Lane>::owner(*due), now);
    while (Deadline* due = _timers.requestGap.takeDue(now))
    {
        Lane& lane = Due<Lane>::owner(*due);
        updateLoad(lane);
        pump(lane, now);
    }
    while (Deadline* due = _timers.settle.takeDue(now))
        laneUsable(Due<Lane>::owner(*due), now);
    while (Deadline* due = _timers.response.takeDue(now))
    {
        Lane& lane = Due<Lane>::owner(*due);
        if (_pool.state(lane.number) == LanePool::State::settling)
            attemptFailed(lane, CloseReason::prologueRefused, now);
        else
        {
            if (!_settings.byId && !lane.pipeline.isEmpty())
                partTimedOut(*lane.pipeline.first(), now); // else each has its own deadline
            closeLane(lane, CloseReason::responseTimeout, How::abort, now);
        }
    }
    while (Deadline* due = _timers.answer.takeDue(now))
        answerOverdue(Due<Request>::owner(*due), now);
    while (Deadline* due = _timers.pinIdle.takeDue(now))
        _pinning.becameIdle(Due<Lane>::owner(*due), now);
    while (Deadline* due = _timers.gap.takeDue(now))
    {
        Lane& lane = Due<Lane>::owner(*due);
        lane.silent = true;
        gapPassed(lane, now);
    }
    while (Deadline* due = _timers.inactive.takeDue(now))
    {
        Lane& lane = Due<Lane>::owner(*due);
        if (isAtRest(lane))
            closeLane(lane, CloseReason::inactive, How::finish, now);
    }
}

Instant Multiplexer::nextDeadline() const
{
    Instant next = std::min({_timers.next(), _retry, _unavailable, _stalls.next(), _orphans.next(_lanes)});
    return _records.areIdsShort() || _ownIds > 0 ? std::min(next, _records.nextFreeId()) : next;
}

} // namespace proximux
