// Multiplexer: how a request ends, by a response, by an answer of ours, or not.

#include <proximux/exchange/mux/Multiplexer.h>

#include <utility>

namespace proximux
{

/// It takes its place among its client's requests, behind those that are to be answered before it.
void Multiplexer::answerLocally(Request& request, Instant now)
{
    Client& client = *request.client;
    unqueue(request);
    request.replied = true;
    if (client.large == &request)
    {
        client.large = nullptr;
        client.discarding = true;
        request.size = client.partial;
        client.queued = client.partial;
        client.partial = 0;
    }
    keepReply(request);
    advance(client, now);
    reply(client, now);
}

void Multiplexer::reply(Client& client, Instant now)
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
        if (!request.replied && !_settings.byId)
            return;
        behindQueued = behindQueued || (!request.replied && !request.sent);
        if (!request.replied || (behindQueued && request.inputSize() > 0))
            continue; // its bytes are still among those of the queued
        if (mustWait(client, request, now))
            return;
        releaseReply(request);
        client.requests.remove(request);
        request.responseSize = request.traits.reply.size();
        if (!request.traits.reply.empty())
            client.waiting = _effects.toClient(client.id, request.traits.reply);
        tellEnd(request, request.lane != nullptr ? request.lane->target : TargetId{}, request.failed, request.reason,
                now);
        const bool resets = request.traits.resets;
        client.halted = client.halted && !request.traits.delayed;
        recycle(request);
        if (client.requests.isEmpty())
            _timers.idle.arm(client.idle, now);
        lookAgain(client);
        if (resets)
            endPin(client, now);
    }
}

/// What is pushed and what answers a request can't be told apart while somebody gets both: the target itself says, by
/// ending the connection, that all was answered which came before this answer of ours.
bool Multiplexer::mustWait(Client& client, const Request& request, Instant now)
{
    const RequestTraits& traits = request.traits;
    if (request.answer.isArmed())
        return true; // local.failed_auth_delay
    const bool says = !traits.reply.empty() || traits.resets || traits.last;
    if (client.pin.lane == nullptr || !client.pin.lane->pin.pushes || !says)
        return false;
    askForEnd(*client.pin.lane, now);
    return true;
}

/// The connection that the client has alone is left with its state, and nobody else gets it.
void Multiplexer::endPin(Client& client, Instant now)
{
    client.halted = false;
    Lane* lane = client.pin.lane;
    if (lane == nullptr)
        return;
    unpin(*lane);
    closeLane(*lane, CloseReason::pinEnded, partingFrom(*lane), now);
    charge(client, nullptr, now);
}

void Multiplexer::failRequest(Request& request, CloseReason reason, Instant now)
{
    Client& client = *request.client;
    if (request.begun || !makeReply(request, reason))
        return fail(client, reason, request.begun, now);
    request.failed = true;
    request.reason = reason;
    tellEnd(request, request.lane != nullptr ? request.lane->target : TargetId{}, true, reason, now);
    if (!request.sent && request.traits.pins != 0)
    {
        drop(client, client.requests.next(request), reason, now); // it counts on the state that this was to leave
        endRequests(client, reason, now);
    }
    if (!request.sent)
        return answerLocally(request, now);
    if (client.large == &request)
    {
        client.large = nullptr;
        client.discarding = true;
    }
    request.replied = true;
    keepReply(request);
    reply(client, now);
}

/// This request of the client, and what stands behind it, is not done.
void Multiplexer::drop(Client& client, Request* request, CloseReason reason, Instant now)
{
    while (request != nullptr)
    {
        Request& dropped = *request;
        request = client.requests.next(dropped);
        client.requests.remove(dropped);
        tellEnd(dropped, TargetId{}, true, reason, now);
        if (dropped.replied)
            releaseReply(dropped);
        else
            unqueue(dropped);
        if (client.next == &dropped)
            client.next = nullptr;
        if (client.large == &dropped)
            client.large = nullptr; // nothing more is read from it
        else
            client.queued -= dropped.inputSize();
        recycle(dropped);
    }
}

void Multiplexer::replyOnly(Client& client, std::string text, Instant now)
{
    Request& request = makeRequest(client, now);
    request.traits.reply = std::move(text);
    request.size = 0;
    request.tag = 0;
    answerLocally(request, now);
}

void Multiplexer::giveUp(Request& request, CloseReason reason, Instant now)
{
    _orphans.remove(request, isOptional(*request.lane, request));
    request.overdue = true;
    ++request.lane->abandoned;
    _pumpAll = true; // somebody may wait for the connection to be at rest
    if (Client* client = request.client)
    {
        Lane& lane = *request.lane;
        if (request.begun || !makeReply(request, reason))
            fail(*client, reason, request.begun, now);
        else
        {
            tellEnd(request, request.lane->target, true, reason, now);
            client->requests.remove(request);
            if (--client->inFlight == 0)
                client->lane = nullptr;
            dropCopy(request);
            request.client = nullptr;
            replyOnly(*client, std::move(request.traits.reply), now);
        }
        if (!isInUse(lane))
            return; // it went with its client
    }
    if (isOptional(*request.lane, request) && request.lane->answered != &request)
        return finish(*request.lane, request, now); // nothing is to come
}

void Multiplexer::endRequests(Client& client, CloseReason reason, Instant now)
{
    client.final = true;
    client.reason = reason;
    updateClient(client, now);
    lookAgain(client);
}

void Multiplexer::deliver(Lane& lane, Request& request, Bytes bytes, const std::vector<Edit>* edits, Instant now)
{
    if (!request.begun)
    {
        request.begun = true;
        request.firstByte = now;
    }
    request.responseSize += bytes.size();
    if (request.left)
        Orphans::swallow(lane, bytes.size());
    armAnswer(lane, request, now);
    if (!_settings.byId)
        armResponse(lane, now);
    if (request.client == nullptr || request.traits.swallowed)
        return;
    Client& client = *request.client;
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

void Multiplexer::deliver(Lane& lane, Client& client, Bytes bytes, Instant now)
{
    if (bytes.empty())
        return;
    if (lane.framer == nullptr || lane.pin.pushes || lane.pin.tunnel)
        _timers.idle.arm(client.idle, now); // nothing says that more is to come
    if (client.linger.isArmed() && client.state == Client::State::ended)
        _timers.linger.arm(client.linger, now);
    client.waiting = _effects.toClient(client.id, bytes);
    if (lane.reader == nullptr || lane.reader->lane != &lane || lane.reader->waiting <= _settings.responseBuffer)
        lane.reader = &client;
    if (client.waiting == 0)
        return;
    account(client); // what it does not read may count for more
    updateClient(client, now);
}

/// It leaves its pipeline and its client's requests; nobody is told.
void Multiplexer::takeOut(Lane& lane, Request& request, bool answered, Instant now)
{
    lane.pipeline.remove(request);
    _orphans.remove(request, isOptional(lane, request));
    lane.optional -= isOptional(lane, request) ? 1 : 0;
    DeadlineList::disarm(request.answer);
    leavePart(lane, request, answered, now);
    TargetRecords::takeId(lane, request, answered, now);
    _pumpAll = _pumpAll || _records.areIdsShort() || _ownIds > 0; // somebody may wait for this id, on another lane
    if (lane.streaming == &request)
        lane.streaming = nullptr;
    if (lane.answered == &request)
        lane.answered = nullptr;
}

void Multiplexer::finish(Lane& lane, Request& request, Instant now)
{
    const bool answered = lane.answered == &request || !request.traits.answered;
    takeOut(lane, request, answered, now);
    lane.proven = true;
    if (request.overdue)
        --lane.abandoned;
    pause(lane, now);
    updateLoad(lane);
    if (lane.pipeline.isEmpty())
    {
        DeadlineList::disarm(lane.response);
        DeadlineList::disarm(lane.gap);
        lane.silent = false;
        _timers.inactive.arm(lane.inactive, now);
    }
    else if (!_settings.byId)
        armResponse(lane, now);
    tellEnd(request, lane.target, false, CloseReason::ended, now);
    if (Client* client = request.client)
    {
        client->requests.remove(request);
        if (--client->inFlight == 0)
            client->lane = nullptr;
        if (client->large == &request)
            client->large = nullptr;
        if (client->requests.isEmpty())
            _timers.idle.arm(client->idle, now);
        if (client->next != nullptr || client->state == Client::State::ended || _draining || client->held ||
            client->final || !client->interim.empty() || request.traits.barrier)
            lookAgain(*client);
        reply(*client, now);
    }
    afterAnswer(lane, request, now);
    if (lane.pin.client != nullptr)
        pinUsed(lane, now);
    recycle(request);
}

/// Whoever wants to hear of this request hears how it ended; once.
void Multiplexer::tellEnd(Request& request, TargetId target, bool failed, CloseReason reason, Instant now)
{
    if (request.tag == 0)
        return;
    Outcome outcome;
    outcome.target = target;
    outcome.requestSize = request.size;
    outcome.responseSize = request.responseSize;
    outcome.queued = (request.sent ? request.sentAt : now) - request.came;
    if (request.sent)
    {
        outcome.firstByte = (request.begun ? request.firstByte : now) - request.sentAt;
        outcome.whole = now - request.sentAt;
    }
    outcome.failed = failed;
    outcome.reason = reason;
    if (request.replied && request.traits.refused)
    {
        outcome.failed = true;
        outcome.refusal = request.traits.reply;
    }
    const std::uint64_t tag = request.tag;
    request.tag = 0;
    _effects.requestEnded(tag, outcome);
}

} // namespace proximux
