// Multiplexer: the queue, and how a request comes out of it.

#include <proximux/exchange/mux/Multiplexer.h>

#include <cassert>
#include <utility>

namespace proximux
{

void Multiplexer::queue(Client& client, std::size_t n, bool whole, Instant now)
{
    Request& request = makeRequest(client, now);
    request.size = n;
    request.whole = whole;
    const Bytes bytes = client.input.waiting().substr(client.queued, n);
    if (whole)
    {
        client.queued += n;
        client.partial = 0;
    }
    else
    {
        assert(client.queued == 0 && client.partial == n);
        client.large = &request;
    }
    request.tag = _effects.requestCame(client.id, bytes, n);
    DeadlineList::disarm(client.idle);
    describe(client, request, bytes);
    if (request.traits.last)
        client.final = true;
    client.halted = request.traits.resets || request.traits.delayed;
    if (request.traits.refusal != nullptr)
        _effects.requestRefused(client.id, request.traits.refusal, request.traits.delayed);
    if (request.traits.delayed && _settings.failedAuthDelay > Duration{0})
        _timers.delayedReply.arm(request.answer, now);
    if (_settings.requestId && bytes.size() >= _settings.requestId->end())
        request.theirId = _settings.requestId->read(bytes);
    _ownIds += request.traits.keepsId ? 1 : 0;
    if (request.traits.local)
        return answerLocally(request, now);
    if (_records.isSilent(request.traits.part, _pool, now))
        return failRequest(request, CloseReason::partSilent, now);
    _timers.queue.arm(request.queue, now);
    if (_settings.fair && client.next != &request)
        return;
    enter(request, now);
    serve(request, now);
}

/// The oldest that is not sent is none that is answered by us; the bytes of those are used.
void Multiplexer::advance(Client& client, Instant now)
{
    while (client.next != nullptr && client.next->replied)
    {
        const std::size_t size = client.next->inputSize();
        client.next->used = true;
        client.input.consume(size);
        client.queued -= size;
        client.next = client.requests.next(*client.next);
    }
    account(client);
    if (_settings.fair && client.next != nullptr && !Queue::isIn(*client.next))
        enter(*client.next, now);
}

void Multiplexer::sendRaw(Client& client, Lane& lane, Instant now)
{
    if (client.input.isEmpty())
        return;
    _timers.idle.arm(client.idle, now);
    pinUsed(lane, now);
    lane.waiting = _effects.toTarget(lane.target, client.input.waiting());
    client.input.clear();
    account(client);
}

void Multiplexer::sendOn(Client& client, Request& request, std::size_t n, Instant now)
{
    Lane& lane = *request.lane;
    if (lane.framer == nullptr && !_stalls.mayContinue(lane, request, now))
    {
        fail(client, CloseReason::stalled, false, now);
        return closeLane(lane, CloseReason::requestBroken, How::abort, now);
    }
    const Bytes bytes = client.input.waiting().substr(0, n);
    request.size += n;
    _stalls.bytesPass(client, n, now);
    lane.waiting = _effects.toTarget(lane.target, bytes);
    client.input.consume(n);
    account(client);
    if (client.pause.isArmed())
        _timers.pause.arm(client.pause, now);
    armResponse(lane, now);
    armAnswer(lane, request, now);
}

Request& Multiplexer::newRequest(Instant now)
{
    Request& request = _requests.take();
    request.came = now;
    return request;
}

Request& Multiplexer::makeRequest(Client& client, Instant now)
{
    Request& request = newRequest(now);
    request.client = &client;
    client.requests.pushBack(request);
    if (client.next == nullptr)
        client.next = &request;
    ++_queued;
    return request;
}

/// It has ended, and is in no list.
void Multiplexer::recycle(Request& request)
{
    dropCopy(request);
    _requests.give(request);
}

void Multiplexer::enter(Request& request, Instant now)
{
    if (request.client->calm.isArmed())
        return;
    _queue.push(request);
    if (request.traits.pins != 0 && request.client->pin.lane == nullptr)
        _timers.pin.arm(request.pin, now);
}

/// It is sent, or its client has left.
void Multiplexer::unqueue(Request& request)
{
    if (Queue::isIn(request))
        _queue.remove(request);
    DeadlineList::disarm(request.queue);
    DeadlineList::disarm(request.pin);
    --_queued;
    _ownIds -= request.traits.keepsId ? 1 : 0;
    _pumpAll = _pumpAll || !request.whole; // it may have kept others back
}

/// The first in the queue that this lane may serve, if it has room for it now. Those whose clients are bound to other
/// lanes are passed over: as many as requests are in flight at most; what stands behind one of the same client that has
/// to wait is, too.
Request* Multiplexer::nextFor(const Lane& lane) const
{
    if (lane.pause.isArmed())
        return nullptr;
    Request* next = nullptr;
    if (lane.pin.client != nullptr)
        next = lane.pin.client->next;
    else
        next = _queue.first(mayPin(), [this, &lane](const Request& request)
                            { return request.client->next == &request && mayUse(lane, request); });
    const bool begins =
        next != nullptr && next->client->pin.lane == nullptr && (next->client->inFlight == 0 || isAtRest(lane));
    if (begins && next->came > _giveWay)
        return nullptr;
    return next != nullptr && Queue::isIn(*next) && hasRoom(lane, *next) ? next : nullptr;
}

/// A request came into the queue, or its client is free to go elsewhere.
void Multiplexer::serve(Request& request, Instant now)
{
    while (Queue::isIn(request))
    {
        Lane* lane = choose(request, now);
        if (lane == nullptr)
            return;
        Request* first = nextFor(*lane);
        if (first == nullptr)
            return;
        if (send(*lane, *first, now))
            pump(*lane, now);
    }
}

bool Multiplexer::isInUse(const Lane& lane) const
{
    const LanePool::State state = _pool.state(lane.number);
    return state == LanePool::State::idle || state == LanePool::State::busy;
}

void Multiplexer::pump(Lane& lane, Instant now)
{
    while (isInUse(lane)) // a request that nothing answers may end a pin, and the lane with it
    {
        Request* request = nextFor(lane);
        if (request == nullptr || !send(lane, *request, now))
            return;
    }
}

/// What is in flight on it wants to be alone.
bool Multiplexer::isTaken(const Lane& lane)
{
    return !lane.pipeline.isEmpty() && lane.pipeline.last()->traits.isAlone();
}

/// A lane that can't take more at the moment is full for the pool, however little is on it.
void Multiplexer::updateLoad(Lane& lane)
{
    if (!isInUse(lane))
        return;
    const bool blocked = lane.streaming != nullptr || lane.waiting > 0 || lane.pin.client != nullptr ||
                         lane.pause.isArmed() || isTaken(lane);
    _pool.load(lane.number, blocked ? LanePool::FULL : lane.load());
}

/// False: the lane turned out to be of no use and is closed; the request is where it was.
bool Multiplexer::send(Lane& lane, Request& request, Instant now)
{
    Client& client = *request.client;
    assert(client.next == &request);
    if (lane.dialect != 0 && lane.dialect != request.traits.dialect)
    {
        closeLane(lane, CloseReason::otherDialect, partingFrom(lane), now);
        charge(client, &request, now);
        return false;
    }
    if (lane.parts != nullptr && lane.parts->isSilent(request.traits.part, now))
    {
        failRequest(request, CloseReason::partSilent, now);
        return true;
    }
    if (isSuspect(request) && lane.proven)
    {
        closeLane(lane, CloseReason::renewed, partingFrom(lane), now);
        _retry = Instant::never(); // its place can be opened
        return false;
    }
    if (isForsaken(lane) && needsRest(lane, request))
    {
        closeLane(lane, CloseReason::responseTimeout, How::abort, now); // nobody waits for what may still come
        return false;
    }
    if (beforeSending(lane, request, now))
    {
        const MultiplexerEffects::Quiet quiet = _effects.isQuiet(lane.target);
        const bool heard = quiet == MultiplexerEffects::Quiet::bytes && !ignoresUnknown(lane);
        if (heard || quiet == MultiplexerEffects::Quiet::ended)
        {
            if (heard)
                closeLane(lane, CloseReason::desync, How::abort, now);
            else
                closeLane(lane, CloseReason::targetEnded, How::finish, now);
            return false;
        }
    }
    unqueue(request);
    if (_retries.keepsCopy(lane, request))
        keepCopy(request, client.input.waiting().substr(0, request.inputSize()));
    const Bytes bytes = request.repeats > 0 ? Bytes(request.again)
                                            : client.input.waiting().substr(0, static_cast<std::size_t>(request.size));
    _effects.requestSent(client.id, request.tag, lane.target, bytes);
    request.sent = true;
    request.sentAt = request.continued = now;
    request.lane = &lane;
    request.swallowedBytes = lane.orphans.bytes;
    request.swallowedTime = Orphans::swallowed(lane, now);
    lane.unconfirmed = !request.traits.answered && !request.traits.pushes;
    _records.giveId(lane, request, now);
    request.trial = lane.parts != nullptr && request.traits.part != 0 && lane.parts->begin(request.traits.part);
    passWithEdits(lane, request, bytes);
    lane.dialect = request.traits.dialect;
    if (request.whole)
        sendSuffix(lane, request);
    takeFromInput(lane, request);
    client.next = client.requests.next(request);
    ++client.inFlight;
    client.lane = &lane;
    lane.pipeline.pushBack(request);
    lane.optional += isOptional(lane, request) ? 1 : 0;
    pause(lane, now);
    updateLoad(lane);
    DeadlineList::disarm(lane.inactive);
    armAnswer(lane, request, now);
    if (!_settings.byId && lane.pipeline.first() == &request)
        armResponse(lane, now);
    updateTargetHold(lane, now); // its client may have enough to read already
    advance(client, now);
    if (client.held)
        lookAgain(client);                     // there may be room for more of it
    _pumpAll = _pumpAll || isSuspect(request); // the next may have another connection replaced
    afterSending(lane, request, now);
    if (lane.pin.client != nullptr)
        pinUsed(lane, now);
    reply(client, now); // it may stand behind
    passEnd(client);
    return true;
}

/// It answers no client, and keeps its place in the pipeline as any other.
Request& Multiplexer::sendOwn(Lane& lane, const RequestTraits& traits, Instant now)
{
    Request& request = newRequest(now);
    request.traits = traits;
    request.sent = true;
    request.sentAt = now;
    request.lane = &lane;
    lane.pipeline.pushBack(request);
    updateLoad(lane);
    DeadlineList::disarm(lane.inactive);
    if (lane.pipeline.first() == &request)
        armResponse(lane, now);
    return request;
}

void Multiplexer::pause(Lane& lane, Instant now)
{
    if (_settings.requestGap > Duration{0})
        _timers.requestGap.arm(lane.pause, now);
}

void Multiplexer::takeFromInput(Lane& lane, Request& request)
{
    Client& client = *request.client;
    if (request.whole)
        client.queued -= request.inputSize();
    else
    {
        client.partial = 0;
        lane.streaming = &request;
        _stalls.watch(lane);
    }
    client.input.consume(request.inputSize());
    request.used = true;
}

void Multiplexer::sendSuffix(Lane& lane, const Request& request)
{
    if (!request.traits.suffix.empty() && !request.traits.fenced)
        lane.waiting = _effects.toTarget(lane.target, request.traits.suffix);
}

/// Edits cost nothing but copying in pieces: what is sent is gathered anyway.
void Multiplexer::passWithEdits(Lane& lane, const Request& request, Bytes bytes)
{
    const auto pass = [this, &lane](Bytes piece)
    {
        if (!piece.empty())
            lane.waiting = _effects.toTarget(lane.target, piece);
    };
    if (request.id != request.theirId)
    {
        const IdField& field = *_settings.requestId;
        char ours[8];
        writeNumber(request.id, ours, field.width, field.order);
        pass(bytes.substr(0, field.offset));
        pass({ours, field.width});
        return pass(bytes.substr(field.end()));
    }
    if (request.traits.rewritten)
    {
        std::string text;
        request.client->conversation->rewrite(bytes, request.traits, text);
        return pass(text);
    }
    std::size_t at = 0;
    for (const Edit& edit : request.traits.edits)
    {
        pass(bytes.substr(at, edit.offset - at));
        pass(edit.insert);
        at = edit.offset + edit.remove;
    }
    pass(bytes.substr(at));
}

} // namespace proximux
