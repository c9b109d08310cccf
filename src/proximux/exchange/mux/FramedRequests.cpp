#include <proximux/exchange/mux/FramedRequests.h>

#include <proximux/exchange/mux/Fences.h>
#include <proximux/exchange/mux/Mux.h>

#include <string>
#include <utility>

namespace proximux
{

using ProgressKind = Framer::Progress::Kind;

/// Another process gives its clients other numbers.
FramedRequests::FramedRequests(Mux& mux, const Protocol& protocol, Fences& fences, const Trial& trial)
    : _mux(mux)
    , _protocol(protocol)
    , _fences(fences)
    , _trial(trial)
    , _commons(protocol.makeCommons())
    , _clients(mux.settings.seed >> 34U)
{
}

void FramedRequests::prepare(Client& client)
{
    client.framer = _protocol.makeRequestFramer();
    ConversationSettings settings = _mux.settings.conversation;
    settings.commons = _commons;
    client.conversation = _protocol.makeConversation(settings);
    if (client.conversation != nullptr)
    {
        client.number = ++_clients;
        client.conversation->begin(client.number, _mux.effects.addressOf(client.id));
    }
}

void FramedRequests::describe(Client& client, Request& request, Bytes bytes)
{
    if (client.conversation != nullptr)
        client.conversation->request(bytes, request.whole, request.traits);
    judge(client, request);
    DeadlineList::disarm(client.batch);
    request.isOpen = std::exchange(client.flushes, false) || request.traits.inParts;
    request.traits.alone = request.traits.alone || _trial.isOn;
    Consents::begin(client, request);
    if (request.traits.greets)
        DeadlineList::disarm(client.welcome); // it has proven who it is
    if (request.traits.supersedes)
        supersede(client, request);
    if (request.traits.local && request.traits.pins != 0)
        _mux.observer.clientPinned(client.id, {}, request.traits.pins);
}

/// Of a request that is whole, its framer may know that it has no response.
void FramedRequests::judge(const Client& client, Request& request)
{
    if (!request.whole)
        return;
    request.traits.answered = request.traits.answered && client.framer->isAnswered();
    if (!request.traits.answered)
        _mux.effects.awaitsMore(client.id);
}

/// Without ids its client would take what answers an earlier request for the answer to this one.
void FramedRequests::supersede(Client& client, const Request& newest)
{
    for (Request* each = client.requests.first(); each != &newest; each = client.requests.next(*each))
        if (!each->begun)
            each->traits.swallowed = true;
}

void FramedRequests::clientBytes(Client& client, Instant now)
{
    while (!_mux.backpressure.isFull(client) && !client.isBehindBarrier())
    {
        if (client.flushes && client.queued == 0 && client.large == nullptr && client.requests.isEmpty())
        {
            flush(client, now);
            continue; // it may have to wait
        }
        if (isInTunnel(client))
            return _mux.forwarding.raw(client, *client.pin.lane, now);
        const Bytes rest = client.input.waiting().substr(client.queued + client.partial);
        if (rest.empty())
            return;
        const Framer::Progress progress = client.framer->feed(rest);
        if (progress.kind == ProgressKind::malformed)
            return malformedRequest(client, progress.reason, now);
        if (client.discarding)
        {
            client.input.consume(progress.taken);
            client.discarding = progress.kind != ProgressKind::complete;
            if (!client.discarding)
                endRest(client, now);
        }
        else if (client.large != nullptr)
            largeBytes(client, progress, now);
        else
            requestBytes(client, progress, now);
        const bool wantsMore = progress.kind == ProgressKind::partial && progress.taken < rest.size();
        if (wantsMore && !hasRoom(client, rest.size() - progress.taken, now))
            return;
    }
}

/// The framer wants to see more than so many bytes at once. Returns whether it takes them.
bool FramedRequests::hasRoom(Client& client, std::size_t waiting, Instant now)
{
    if (waiting < _mux.settings.requestBuffer)
        return false;
    if (client.framer->cut())
        return true;
    malformedRequest(client, "a header longer than exchange.request_buffer", now);
    return false;
}

void FramedRequests::expire(Instant now)
{
    while (Deadline* due = _mux.timers.batch.takeDue(now))
    {
        Client& client = Due<Client>::owner(*due);
        client.flushes = client.framer->mayPass();
        _mux.clients.lookAgain(client);
    }
}

void FramedRequests::endRest(Client& client, Instant now)
{
    std::string behind = client.conversation != nullptr ? client.conversation->restCame() : "";
    if (!behind.empty())
        _mux.answers.replyOnly(client, std::move(behind), now);
}

/// What came of a request goes to the target, for its client waits for what answers that.
void FramedRequests::flush(Client& client, Instant now)
{
    if (client.partial > 0)
        _mux.sending.queue(client, client.partial, false, now);
    else
        client.flushes = false;
}

void FramedRequests::requestBytes(Client& client, const Framer::Progress& progress, Instant now)
{
    client.partial += progress.taken;
    if (progress.kind == ProgressKind::header)
        _mux.consents.headerSeen(client, now);
    else if (progress.taken > 0)
        _mux.consents.restComes(client);
    if (progress.kind == ProgressKind::flush)
        client.flushes = true;
    if (progress.kind == ProgressKind::complete)
    {
        client.flushes = false;
        _mux.sending.queue(client, client.partial, true, now);
    }
    else if (client.large == nullptr && client.partial > 0)
        partComes(client, now);
}

/// Of a request that may never be whole: with the buffer full, or behind a pause, what came of it is passed on.
void FramedRequests::partComes(Client& client, Instant now)
{
    const bool isFull = client.queued == 0 && client.input.size() >= _mux.settings.requestBuffer;
    if (client.flushes)
        return;
    if (client.framer->mayPass())
    {
        client.flushes = isFull;
        if (isFull)
            _mux.clients.lookAgain(client);
        _mux.timers.batch.arm(client.batch, now);
    }
    else if (isFull)
        _mux.sending.queue(client, client.partial, false, now);
}

/// Of a request that is being sent.
void FramedRequests::largeBytes(Client& client, const Framer::Progress& progress, Instant now)
{
    if (progress.taken == 0)
        return; // it wants to see more
    _mux.consents.restComes(client);
    Request& request = *client.large;
    if (request.traits.inParts)
        goOn(client, request, client.input.waiting().substr(0, progress.taken), now);
    Lane& lane = *request.lane;
    const bool complete = progress.kind == ProgressKind::complete;
    if (complete)
    {
        request.whole = true;
        judge(client, request);
        lane.unconfirmed = !request.traits.answered;
        client.large = nullptr;
        client.final = client.final || request.traits.last;
        lane.streaming = nullptr;
    }
    _mux.forwarding.goOn(client, request, progress.taken, now);
    if (!complete)
        return;
    _mux.forwarding.suffix(lane, request);
    if (request.traits.fenced)
        _fences.send(lane);
    if (!request.traits.answered)
        _mux.answers.finish(lane, request, now);
    if (!_mux.targetRequests.pay(lane, now))
        return;
    _mux.lanes.updateLoad(lane);
    _mux.sending.pump(lane, now);
}

/// It may have its client pinned by what comes later, as by what came first.
void FramedRequests::goOn(Client& client, Request& request, Bytes bytes, Instant now)
{
    const Continuation next = client.conversation->goesOn(bytes, Pinning::isTied(client) || _mux.pinning.mayPin());
    if (next.refusal != nullptr)
        _mux.observer.requestRefused(client.id, next.refusal, false);
    if (next.pins == 0)
        return;
    request.traits.pins |= next.pins;
    if (client.pin.lane == nullptr)
        _mux.observer.clientPinned(client.id, request.lane->target, next.pins);
    _mux.lanes.pin(*request.lane, client, next.pins, now);
}

/// Nothing behind it can be understood.
void FramedRequests::malformedRequest(Client& client, const char* why, Instant now)
{
    _mux.observer.clientMalformed(client.id, why);
    std::string reply;
    if (client.large != nullptr || client.discarding || client.conversation == nullptr ||
        !client.conversation->malformed(why, reply))
        return _mux.clients.fail(client, CloseReason::malformedRequest, false, now);
    _mux.clients.endRequests(client, CloseReason::malformedRequest, now);
    _mux.answers.replyOnly(client, std::move(reply), now);
}

bool FramedRequests::isInTunnel(const Client& client)
{
    return client.pin.lane != nullptr && client.pin.lane->pin.tunnel;
}

bool FramedRequests::passesOn(const Client& client) const
{
    return client.discarding || (client.large != nullptr && client.large->isSent()) || isInTunnel(client);
}

Lane* FramedRequests::passLane(const Client& client) const
{
    if (isInTunnel(client))
        return client.pin.lane;
    return client.large != nullptr ? client.large->lane : nullptr;
}

bool FramedRequests::makeReply(Request& request, CloseReason reason)
{
    request.traits.reply.clear();
    if (request.traits.swallowed)
        return true; // nobody waits for it
    if (request.client->conversation == nullptr)
        return false;
    request.traits.last = request.traits.last || request.client->final;
    if (reason == CloseReason::noPin)
        return request.client->conversation->unpinned(request.traits, _mux.pinExpiry.why(), request.traits.reply);
    Failure failure = Failure::lost;
    if (reason == CloseReason::queueTimeout || reason == CloseReason::noTarget || reason == CloseReason::noIdentifier)
        failure = Failure::unavailable;
    else if (reason == CloseReason::responseTimeout || reason == CloseReason::partSilent)
        failure = Failure::timeout;
    else if (reason == CloseReason::malformedResponse)
        failure = Failure::malformed;
    else if (reason == CloseReason::dialectRefused)
        failure = Failure::dialect;
    else if (reason == CloseReason::userRefused)
        failure = Failure::user;
    else if (reason == CloseReason::cancelled)
        failure = Failure::cancelled;
    return request.client->conversation->failed(request.traits, failure, request.traits.reply);
}

} // namespace proximux
