#include <proximux/exchange/mux/Answers.h>

#include <proximux/exchange/mux/Mux.h>

#include <utility>

namespace proximux
{

// ---------------------------------------------------------------------------------------- by a response

void Answers::deliver(Lane& lane, Request& request, Bytes bytes, const std::vector<Edit>* edits, Instant now)
{
    const bool first = !request.begun;
    if (first)
    {
        request.begun = true;
        request.firstByte = now;
    }
    request.responseSize += bytes.size();
    if (request.is(Transaction::orphaned))
        Orphans::swallow(lane, bytes.size());
    _mux.lanes.armAnswer(lane, request, now);
    if (!_mux.settings.byId)
        _mux.lanes.armResponse(lane, now);
    if (request.check)
        return _mux.checks.received(request, bytes);
    if (request.client == nullptr || request.traits.swallowed)
        return;
    Client& client = *request.client;
    std::string text;
    if (first && request.traits.translated)
    {
        client.conversation->translate(bytes, request.traits, text);
        bytes = text;
    }
    std::size_t at = 0;
    if (edits != nullptr)
        for (const Edit& edit : *edits)
        {
            deliver(lane, client, bytes.substr(at, edit.offset - at), now);
            deliver(lane, client, edit.insert, now);
            at = edit.offset + edit.remove;
        }
    deliver(lane, client, bytes.substr(at), now);
}

void Answers::deliver(Lane& lane, Client& client, Bytes bytes, Instant now)
{
    if (bytes.empty())
        return;
    if (lane.framer == nullptr || lane.pin.pushes || lane.pin.tunnel)
        _mux.timers.idle.arm(client.idle, now); // nothing says that more is to come
    if (client.linger.isArmed() && client.state == Client::State::ended)
        _mux.timers.linger.arm(client.linger, now);
    client.waiting = _mux.effects.toClient(client.id, bytes);
    if (lane.reader == nullptr || lane.reader->lane != &lane || lane.reader->waiting <= _mux.settings.responseBuffer)
        lane.reader = &client;
    if (client.waiting == 0)
        return;
    _mux.backpressure.account(client); // what it does not read may count for more
    _mux.backpressure.update(client, now);
}

void Answers::takeOut(Lane& lane, Request& request, bool answered, Instant now)
{
    lane.pipeline.remove(request);
    _mux.orphans.remove(request, isOptional(lane, request));
    lane.optional -= isOptional(lane, request) ? 1 : 0;
    DeadlineList::disarm(request.answer);
    leavePart(lane, request, answered, now);
    TargetRecords::takeId(lane, request, answered, now);
    if (_mux.sending.mayAwaitId())
        _mux.sending.pumpAll(); // for this id, on another lane
    if (lane.streaming == &request)
        lane.streaming = nullptr;
    if (lane.answered == &request)
        lane.answered = nullptr;
}

void Answers::finish(Lane& lane, Request& request, Instant now)
{
    const bool answered = lane.answered == &request || !request.traits.answered;
    takeOut(lane, request, answered, now);
    if (request.errand != 0)
        _mux.cancels.answered(request.errand, ErrandEnd::heard);
    lane.proven = true;
    if (request.is(Transaction::timedOut))
        --lane.abandoned;
    _mux.lanes.pause(lane, now);
    _mux.lanes.updateLoad(lane);
    if (lane.pipeline.isEmpty())
    {
        DeadlineList::disarm(lane.response);
        DeadlineList::disarm(lane.gap);
        lane.silent = false;
        DeadlineList::disarm(lane.departure);
        _mux.timers.inactive.arm(lane.inactive, now);
    }
    else if (!_mux.settings.byId)
        _mux.lanes.armResponse(lane, now);
    tellEnd(request, lane.target, false, CloseReason::ended, now);
    noteOrder(lane, request);
    if (Client* client = request.client)
    {
        client->requests.remove(request);
        if (--client->inFlight == 0)
            client->lane = nullptr;
        if (client->large == &request)
            client->large = nullptr;
        if (client->requests.isEmpty())
            _mux.timers.idle.arm(client->idle, now);
        if (client->next != nullptr || client->state == Client::State::ended || _mux.draining || client->held ||
            client->final || client->flushes || !client->consent.text.empty() || request.traits.barrier)
            _mux.clients.lookAgain(*client);
        reply(*client, now);
    }
    if (request.check)
        _mux.checks.ended(request, !answered);
    _mux.policy.responses.afterAnswer(lane, request, now);
    if (lane.pin.client != nullptr)
        _mux.pinExpiry.isUsed(lane, now);
    _mux.sending.recycle(request);
}

/// A response to what was sent last shows that the target has read all before it.
void Answers::noteOrder(Lane& lane, const Request& request)
{
    const bool silent = !request.traits.answered && !request.traits.pushes;
    if (!silent && lane.unconfirmed)
        return;
    lane.unread = silent;
    if (request.client != nullptr)
        request.client->after = silent ? lane.target : TargetId{};
}

// ------------------------------------------------------------------------------------------------- by us

/// It takes its place among its client's requests, behind those that are to be answered before it.
void Answers::answerLocally(Request& request, Instant now)
{
    Client& client = *request.client;
    _mux.sending.unqueue(request);
    request.move(Transaction::replied);
    if (client.large == &request)
    {
        leaveRest(request);
        request.size = client.partial;
        client.queued = client.partial;
        client.partial = 0;
    }
    keepReply(request);
    _mux.sending.advance(client, now);
    reply(client, now);
}

void Answers::greet(const Lane& lane, Request& request, Instant now)
{
    request.client->conversation->translate(lane.greeting, request.traits, request.traits.reply);
    answerLocally(request, now);
}

void Answers::leaveRest(Request& request)
{
    Client& client = *request.client;
    client.large = nullptr;
    client.discarding = true;
    client.final = client.final || request.traits.last;
}

void Answers::reply(Client& client, Instant now)
{
    const Lane* lane = client.pin.lane != nullptr ? client.pin.lane : client.lane;
    const Request* answered = lane != nullptr && lane->inMessage ? lane->answered : nullptr;
    if ((answered != nullptr && answered->client == &client) ||
        (lane != nullptr && lane->inMessage && lane->pin.pushes))
        return; // not into the midst of a message
    Request* next = client.replied > 0 ? client.requests.first() : nullptr;
    bool behindQueued = false;
    while (next != nullptr)
    {
        Request& request = *next;
        next = client.requests.next(request);
        if (!request.is(Transaction::replied) && !_mux.settings.byId)
            return;
        behindQueued = behindQueued || (!request.is(Transaction::replied) && !request.isSent());
        if (!request.is(Transaction::replied) || (behindQueued && request.inputSize() > 0))
            continue; // its bytes are still among those of the queued
        if (mustWait(client, request, now))
            return;
        releaseReply(request);
        client.requests.remove(request);
        request.responseSize = request.traits.reply.size();
        if (!request.traits.reply.empty() && !request.traits.swallowed)
            client.waiting = _mux.effects.toClient(client.id, request.traits.reply);
        tellEnd(request, request.lane != nullptr ? request.lane->target : TargetId{}, request.failed, request.reason,
                now);
        const bool resets = request.traits.resets;
        client.halted = client.halted && !request.traits.delayed;
        _mux.sending.recycle(request);
        if (client.requests.isEmpty())
            _mux.timers.idle.arm(client.idle, now);
        _mux.clients.lookAgain(client);
        if (resets)
            _mux.lanes.endPin(client, now);
    }
}

/// What is pushed and what answers a request can't be told apart while somebody gets both: the target itself says, by
/// ending the connection, that all was answered which came before this answer of ours.
bool Answers::mustWait(Client& client, const Request& request, Instant now)
{
    const RequestTraits& traits = request.traits;
    if (request.answer.isArmed() || request.awaitsCancel)
        return true; // for local.failed_auth_delay, or until the target was told of what it cancels
    const bool says = !traits.reply.empty() || traits.resets || traits.last;
    if (client.pin.lane == nullptr || !client.pin.lane->pin.pushes || !says)
        return false;
    _mux.policy.responses.askForEnd(*client.pin.lane, now);
    return true;
}

void Answers::replyOnly(Client& client, std::string text, Instant now)
{
    Request& request = _mux.sending.make(client, now);
    request.traits.reply = std::move(text);
    request.size = 0;
    request.tag = 0;
    answerLocally(request, now);
}

void Answers::tellDrained(Client& client)
{
    std::string text;
    const bool isBetween = client.pin.lane == nullptr || !client.pin.lane->inMessage;
    if (isBetween && client.conversation != nullptr && client.conversation->drained(text))
        client.waiting = _mux.effects.toClient(client.id, text);
}

/// A request is answered by us; its answer counts until it is said.
void Answers::keepReply(Request& request)
{
    Client& client = *request.client;
    ++client.replied;
    client.replies += request.traits.reply.size();
    _mux.backpressure.account(client);
}

void Answers::releaseReply(Request& request)
{
    Client& client = *request.client;
    --client.replied;
    client.replies -= request.traits.reply.size();
    _mux.backpressure.account(client);
}

// -------------------------------------------------------------------------------------------------- not

/// Whether its client has begun something that would go on without this request, in a state that nobody knows: it has a
/// connection alone, or may have with the answer to an earlier one.
bool Answers::leavesGap(const Request& request) const
{
    const Client& client = *request.client;
    const bool mayBegin = _mux.settings.personal && _mux.settings.isExclusive() && client.inFlight > 0;
    return !request.isSent() && (client.pin.lane != nullptr || mayBegin);
}

void Answers::fail(Request& request, CloseReason reason, Instant now)
{
    _mux.consents.refuse(request, now);
    Client& client = *request.client;
    const bool isGap = leavesGap(request);
    request.traits.last = request.traits.last || isGap;
    if (request.begun || !_mux.policy.requests.makeReply(request, reason))
        return _mux.clients.fail(client, reason, request.begun, now);
    request.failed = true;
    request.reason = reason;
    tellEnd(request, request.lane != nullptr ? request.lane->target : TargetId{}, true, reason, now);
    const bool isCounted = reason != CloseReason::cancelled || client.requests.next(request) != nullptr;
    if (isGap || request.traits.vital || (!request.isSent() && request.traits.pins != 0 && isCounted))
    {
        drop(client, client.requests.next(request), reason, now); // it counts on the state that this was to leave
        _mux.clients.endRequests(client, reason, now);
    }
    if (!request.isSent())
        return answerLocally(request, now);
    if (client.large == &request)
        leaveRest(request);
    request.move(Transaction::replied);
    keepReply(request);
    reply(client, now);
}

void Answers::drop(Client& client, Request* request, CloseReason reason, Instant now)
{
    while (request != nullptr)
    {
        Request& dropped = *request;
        request = client.requests.next(dropped);
        client.requests.remove(dropped);
        tellEnd(dropped, TargetId{}, true, reason, now);
        if (dropped.is(Transaction::replied))
            releaseReply(dropped);
        else
            _mux.sending.unqueue(dropped);
        if (client.next == &dropped)
            client.next = nullptr;
        if (client.large == &dropped)
            client.large = nullptr; // nothing more is read from it
        else
            client.queued -= dropped.inputSize();
        _mux.sending.recycle(dropped);
    }
}

void Answers::giveUp(Request& request, CloseReason reason, Instant now)
{
    _mux.orphans.remove(request, isOptional(*request.lane, request));
    request.move(Transaction::timedOut);
    ++request.lane->abandoned;
    _mux.sending.pumpAll(); // somebody may wait for the connection to be at rest
    if (Client* client = request.client)
    {
        Lane& lane = *request.lane;
        if (request.begun || !_mux.policy.requests.makeReply(request, reason))
            _mux.clients.fail(*client, reason, request.begun, now);
        else
        {
            tellEnd(request, request.lane->target, true, reason, now);
            client->requests.remove(request);
            if (--client->inFlight == 0)
                client->lane = nullptr;
            _mux.repeats.dropCopy(request);
            request.client = nullptr;
            replyOnly(*client, std::move(request.traits.reply), now);
        }
        if (!_mux.lanes.isInUse(lane))
            return; // it went with its client
    }
    if (isOptional(*request.lane, request) && request.lane->answered != &request)
        return finish(*request.lane, request, now); // nothing is to come
}

void Answers::partTimedOut(Request& request, Instant now)
{
    Lane& lane = *request.lane;
    if (lane.parts == nullptr || request.traits.part == 0 || request.begun)
        return;
    const Duration pause = lane.parts->timedOut(request.traits.part, request.trial, request.sentAt, now);
    request.trial = false;
    if (pause > Duration{0})
        _mux.observer.partSilent(lane.target, _mux.policy.responses.nameOfPart(request.traits.part), pause);
}

/// The request leaves its lane. An answer that came too late says nothing of how the next will be. A client that did
/// not wait until the end of the response timeout shows a silent part, too, if it waited for long.
void Answers::leavePart(const Lane& lane, Request& request, bool answered, Instant now)
{
    if (lane.parts == nullptr || request.traits.part == 0)
        return;
    if (answered && !request.is(Transaction::timedOut) && lane.parts->answered(request.traits.part, now))
        _mux.observer.partAnswers(lane.target, _mux.policy.responses.nameOfPart(request.traits.part));
    const Duration enough{_mux.settings.responseTimeout.us / 3};
    const bool waited =
        request.client == nullptr && !_mux.settings.responseTimeout.isOff() && request.sentAt + enough <= now;
    if (!answered && waited && !request.is(Transaction::timedOut))
        partTimedOut(request, now);
    if (request.trial)
        lane.parts->trialLost(request.traits.part);
    request.trial = false;
}

void Answers::tellEnd(Request& request, TargetId target, bool failed, CloseReason reason, Instant now)
{
    if (request.tag == 0)
        return;
    Outcome outcome;
    outcome.target = target;
    outcome.requestSize = request.size;
    outcome.responseSize = request.responseSize;
    outcome.queued = (request.isSent() ? request.sentAt : now) - request.came;
    if (request.isSent())
    {
        outcome.firstByte = (request.begun ? request.firstByte : now) - request.sentAt;
        outcome.whole = now - request.sentAt;
    }
    outcome.failed = failed;
    outcome.reason = reason;
    if (request.is(Transaction::replied) && request.traits.refused)
    {
        outcome.failed = true;
        outcome.refusal = request.traits.reply;
    }
    const std::uint64_t tag = request.tag;
    request.tag = 0;
    _mux.observer.requestEnded(tag, outcome);
}

} // namespace proximux
