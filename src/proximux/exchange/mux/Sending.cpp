#include <proximux/exchange/mux/Sending.h>

#include <proximux/exchange/mux/Mux.h>
#include <proximux/exchange/mux/Users.h>

#include <cassert>
#include <string>
#include <utility>

namespace proximux
{

bool Sending::mayAwaitId() const
{
    return _mux.records.areIdsShort() || _ownIds > 0;
}

// ---------------------------------------------------------------------------------- what came from a client

void Sending::queue(Client& client, std::size_t n, bool whole, Instant now)
{
    Request& request = make(client, now);
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
    request.tag = _mux.observer.requestCame(client.id, bytes, n);
    _mux.backpressure.count(client, now);
    DeadlineList::disarm(client.idle);
    _mux.policy.requests.describe(client, request, bytes);
    if (request.traits.last && whole)
        client.final = true;
    client.halted = request.traits.resets || request.traits.delayed;
    if (request.traits.refusal != nullptr)
        _mux.observer.requestRefused(client.id, request.traits.refusal, request.traits.delayed);
    if (request.traits.delayed && _mux.settings.failedAuthDelay > Duration{0})
        _mux.timers.delayedReply.arm(request.answer, now);
    if (_mux.settings.requestId && bytes.size() >= _mux.settings.requestId->end())
        request.theirId = _mux.settings.requestId->read(bytes);
    _ownIds += request.traits.keepsId ? 1 : 0;
    if (request.traits.cancels != 0)
        _mux.cancels.ask(request, now);
    if (request.traits.local || (request.traits.stops != 0 && !_mux.cancels.aim(request, nullptr, now)))
        return _mux.answers.answerLocally(request, now);
    if (_mux.records.isSilent(request.traits.part, _mux.pool, now))
        return _mux.answers.fail(request, CloseReason::partSilent, now);
    _mux.timers.queue.arm(request.queue, now);
    if (_mux.settings.fair && client.next != &request)
        return;
    enter(request, now);
    serve(request, now);
}

void Sending::greet(Client& client, Instant now)
{
    RequestTraits traits;
    if (client.conversation == nullptr || !client.conversation->opened(traits))
        return;
    Request& request = make(client, now);
    request.size = 0;
    request.traits = std::move(traits);
    if (request.traits.local)
        return _mux.answers.answerLocally(request, now);
    _mux.timers.queue.arm(request.queue, now);
    enter(request, now);
    serve(request, now);
}

void Sending::advance(Client& client, Instant now)
{
    while (client.next != nullptr && client.next->is(Transaction::replied))
    {
        const std::size_t size = client.next->inputSize();
        client.next->used = true;
        client.input.consume(size);
        client.queued -= size;
        client.next = client.requests.next(*client.next);
    }
    _mux.backpressure.account(client);
    if (_mux.settings.fair && client.next != nullptr && !Queue::isIn(*client.next))
        enter(*client.next, now);
}

// -------------------------------------------------------------------------------------------- requests

Request& Sending::newRequest(Instant now)
{
    Request& request = _requests.take();
    request.came = now;
    return request;
}

Request& Sending::make(Client& client, Instant now)
{
    Request& request = newRequest(now);
    request.client = &client;
    client.requests.pushBack(request);
    if (client.next == nullptr)
        client.next = &request;
    ++_queued;
    return request;
}

void Sending::recycle(Request& request)
{
    _mux.repeats.dropCopy(request);
    _requests.give(request);
}

void Sending::armAgain(Request& request, Instant now)
{
    if (!request.is(Transaction::queued))
        return;
    if (!request.queue.isArmed())
        _mux.timers.queue.arm(request.queue, now);
    if (Queue::isIn(request) && awaitsPin(request) && !request.pin.isArmed())
        _mux.timers.pin.arm(request.pin, now);
}

void Sending::expired(Request& request, Instant now)
{
    const Lane* asked = request.asked.isValid() ? _mux.lanes.find(request.asked) : nullptr;
    if (asked != nullptr && asked->login != nullptr && asked->pipeline.first()->traits.precedes)
        return _mux.timers.queue.arm(request.queue, now);
    const CloseReason reason = _mux.records.areIdsShort() ? CloseReason::noIdentifier : CloseReason::queueTimeout;
    _mux.answers.fail(request, reason, now);
}

bool Sending::awaitsPin(const Request& request)
{
    return request.traits.pins != 0 && !Pinning::isTied(*request.client);
}

/// It answers no client, and keeps its place in the pipeline as any other.
Request& Sending::sendOwn(Lane& lane, const RequestTraits& traits, Instant now)
{
    Request& request = newRequest(now);
    request.traits = traits;
    request.move(Transaction::inFlight);
    request.sentAt = now;
    request.lane = &lane;
    lane.pipeline.pushBack(request);
    _mux.lanes.updateLoad(lane);
    DeadlineList::disarm(lane.inactive);
    if (lane.pipeline.first() == &request)
        _mux.lanes.armResponse(lane, now);
    return request;
}

// ------------------------------------------------------------------------------------------- the queue

void Sending::enter(Request& request, Instant now)
{
    if (request.client->calm.isArmed())
        return;
    _mux.queue.push(request);
    if (awaitsPin(request))
        _mux.timers.pin.arm(request.pin, now);
}

void Sending::requeue(Request& request)
{
    ++_queued;
    _ownIds += request.traits.keepsId ? 1 : 0;
    _mux.timers.queue.armSince(request.queue, request.came);
    if (!request.client->calm.isArmed())
        _mux.queue.pushFront(request);
    pumpAll();
}

void Sending::unqueue(Request& request)
{
    if (Queue::isIn(request))
        _mux.queue.remove(request);
    DeadlineList::disarm(request.queue);
    DeadlineList::disarm(request.pin);
    --_queued;
    _ownIds -= request.traits.keepsId ? 1 : 0;
    if (!request.whole)
        pumpAll(); // it may have kept others back
}

void Sending::giveWay(Instant since)
{
    if (since > _latest)
        pumpAll();
    _latest = since;
}

/// The first in the queue that this lane may serve, if it has room for it now. Those whose clients are bound to other
/// lanes are passed over: as many as requests are in flight at most; what stands behind one of the same client that has
/// to wait is, too.
Request* Sending::nextFor(const Lane& lane) const
{
    if (lane.pause.isArmed())
        return nullptr;
    Request* next = nullptr;
    if (lane.pin.client != nullptr)
        next = _mux.pool.isEnding(lane.number) ? nullptr : lane.pin.client->next;
    else
        next =
            _mux.queue.first(_mux.pinning.mayPin(), [this, &lane](const Request& request)
                             { return request.client->next == &request && _mux.policy.choice.mayUse(lane, request); });
    const bool begins = next != nullptr && next->client->pin.lane == nullptr &&
                        (next->client->inFlight == 0 || _mux.policy.choice.isAtRest(lane));
    if (begins && next->came > _latest)
        return nullptr;
    return next != nullptr && Queue::isIn(*next) && _mux.policy.choice.hasRoom(lane, *next) ? next : nullptr;
}

/// The target has refused its login lately: it fails.
bool Sending::isRefused(Request& request, Instant now)
{
    const auto& user = request.traits.user;
    if (_mux.refused.isEmpty() || user == nullptr || request.client->pin.lane != nullptr)
        return false;
    const std::string* error = _mux.refused.find((user->opens != nullptr ? user->opens : user)->says, now);
    if (error == nullptr || Users::knownTo(_mux, request) != nullptr)
        return false;
    request.traits.seed = *error;
    _mux.answers.fail(request, CloseReason::userRefused, now);
    return true;
}

/// Once it is sent its memory may be another request's: one that is not answered has ended then.
void Sending::serve(Request& request, Instant now)
{
    if (isRefused(request, now))
        return;
    const std::uint64_t ticket = request.ticket;
    while (request.ticket == ticket && request.is(Transaction::queued) && Queue::isIn(request))
    {
        Lane* lane = _mux.policy.choice.choose(request, now);
        if (lane == nullptr)
            return greetIfKnown(request, now);
        Request* first = nextFor(*lane);
        if (first == nullptr)
            return;
        if (send(*lane, *first, now))
            pump(*lane, now);
    }
}

/// Whoever keeps all connections may be waiting for this client to be let in: a program that connects again, say.
void Sending::greetIfKnown(Request& request, Instant now)
{
    if (!request.traits.greets || _mux.pool.hasClosed())
        return;
    if (const Lane* known = Users::knownTo(_mux, request))
        _mux.answers.greet(*known, request, now);
}

void Sending::pump(Lane& lane, Instant now)
{
    while (_mux.lanes.isInUse(lane)) // a request that nothing answers may end a pin, and the lane with it
    {
        Request* request = nextFor(lane);
        if (request == nullptr || !send(lane, *request, now))
            return;
    }
}

void Sending::pumpIfDue(Instant now)
{
    if (!std::exchange(_pumpAll, false))
        return;
    for (const auto& lane : _mux.lanes.all())
    {
        const bool heard = lane->login != nullptr && !lane->input.isEmpty();
        if (!heard || _mux.policy.responses.targetBytes(*lane, now))
            pump(*lane, now);
    }
}

// ------------------------------------------------------------------------------------------- sending

/// False: the lane turned out to be of no use and is closed, or not of any yet; the request is where it was.
bool Sending::send(Lane& lane, Request& request, Instant now)
{
    assert(request.client->next == &request);
    if (lane.parts != nullptr && lane.parts->isSilent(request.traits.part, now))
    {
        _mux.answers.fail(request, CloseReason::partSilent, now);
        return true;
    }
    if (isStale(lane, request, now) || !isQuiet(lane, request, now))
        return false;
    switch (_mux.policy.responses.makeReady(lane, request, now))
    {
    case Readiness::ready:
        break;
    case Readiness::asked:
        request.asked = lane.target;
        return false;
    case Readiness::refused:
        _mux.answers.fail(request, CloseReason::dialectRefused, now);
        return true;
    case Readiness::denied:
        _mux.answers.fail(request, CloseReason::userRefused, now);
        return true;
    case Readiness::failed:
        request.traits.reply = std::exchange(request.traits.seed, {});
        request.client->conversation->unsent(request.traits);
        _mux.answers.answerLocally(request, now);
        return true;
    case Readiness::fixed:
        leave(lane, request, now);
        return false;
    }
    if (request.traits.greets)
    {
        _mux.answers.greet(lane, request, now);
        return true;
    }
    if (request.traits.stops != 0 && !_mux.cancels.aim(request, &lane, now))
    {
        _mux.answers.answerLocally(request, now);
        return true;
    }
    _mux.forwarding.begin(lane, request, now);
    Client& client = *request.client;
    advance(client, now);
    if (client.held)
        _mux.clients.lookAgain(client); // there may be room for more of it
    if (Repeats::isSuspect(request))
        pumpAll(); // the next may have another connection replaced
    _mux.policy.responses.afterSending(lane, request, now);
    if (lane.pin.client != nullptr)
        _mux.pinExpiry.isUsed(lane, now);
    _mux.answers.reply(client, now); // it may stand behind
    if (client.state == Client::State::ended)
        _mux.clients.lookAgain(client); // this may be its last request
    return true;
}

/// The request can't have this connection, only another: it is closed.
bool Sending::isStale(Lane& lane, const Request& request, Instant now)
{
    if (Repeats::isSuspect(request) && lane.proven)
    {
        _mux.lanes.close(lane, CloseReason::renewed, Lanes::partingFrom(lane), now);
        _mux.opening.placeIsFree();
        return true;
    }
    if (Lanes::isForsaken(lane) && _mux.policy.choice.needsRest(lane, request))
    {
        _mux.lanes.close(lane, CloseReason::responseTimeout, How::abort, now); // nobody waits for what may still come
        return true;
    }
    return false;
}

/// The connection can't speak the dialect of this request, or belong to its user.
void Sending::leave(Lane& lane, const Request& request, Instant now)
{
    Client& client = *request.client;
    if (_mux.settings.personal)
        _mux.policy.responses.askForEnd(lane, now);
    else
        _mux.lanes.close(lane, CloseReason::otherDialect, Lanes::partingFrom(lane), now);
    _mux.clients.charge(client, &request, now);
}

/// Where the target must have been silent and was not, or has ended, the lane is closed.
bool Sending::isQuiet(Lane& lane, Request& request, Instant now)
{
    return !_mux.policy.responses.beforeSending(lane, request, now) || isSilent(lane, now);
}

bool Sending::isSilent(Lane& lane, Instant now)
{
    const MultiplexerEffects::Quiet quiet = _mux.effects.isQuiet(lane.target);
    if (quiet == MultiplexerEffects::Quiet::ended)
    {
        _mux.lanes.close(lane, CloseReason::targetEnded, How::finish, now);
        return false;
    }
    if (quiet == MultiplexerEffects::Quiet::bytes && _mux.settings.speaksAtRest)
    {
        lane.speaks = true; // that is read before it is used
        return false;
    }
    const bool heard = quiet == MultiplexerEffects::Quiet::bytes && !_mux.lanes.ignoresUnknown(lane) &&
                       !(_mux.settings.twoWay && _mux.settings.byId);
    if (heard)
        _mux.lanes.close(lane, CloseReason::desync, How::abort, now);
    return !heard;
}

} // namespace proximux
