// FramedExchange: responses, and whose they are.

#include <proximux/exchange/mux/FramedExchange.h>

#include <algorithm>
#include <utility>

namespace proximux
{

using Kind = Framer::Progress::Kind;

bool FramedExchange::targetBytes(Lane& lane, Instant now)
{
    while (!lane.input.isEmpty())
    {
        if (lane.pin.tunnel)
        {
            deliver(lane, *lane.pin.client, lane.input.waiting(), now);
            lane.input.clear();
            return true;
        }
        const bool expected = lane.inMessage || lane.pin.pushes || !lane.pipeline.isEmpty() || ignoresUnknown(lane);
        if (!expected)
        {
            closeLane(lane, CloseReason::desync, How::abort, now);
            return false;
        }
        if (isFenced(lane))
        {
            if (lane.pin.returning && lane.fence.find(lane.input.waiting()).before > 0)
            {
                closeLane(lane, CloseReason::desync, How::abort, now); // it was not all that was due
                return false;
            }
            if (!takeFenced(lane, now))
                return true; // it wants to see more
            continue;
        }
        if (!lane.inMessage && !lane.pipeline.isEmpty() &&
            (lane.ids == nullptr || lane.pipeline.first()->traits.keepsId))
            lane.framer->expect(lane.pipeline.first()->traits.hint);
        const Framer::Progress progress = lane.framer->feed(lane.input.waiting());
        if (progress.kind == Kind::malformed)
        {
            effects().targetMalformed(lane.target, progress.reason);
            if (_trial)
                endTrial(lane, now);
            closeLane(lane, CloseReason::malformedResponse, How::abort, now);
            return false;
        }
        if (progress.taken == 0)
            return true; // it wants to see more
        if (!takeResponse(lane, progress, now))
            return false;
    }
    return true;
}

bool FramedExchange::isFenced(const Lane& lane)
{
    return !lane.pin.pushes && !lane.pipeline.isEmpty() && lane.pipeline.first()->traits.fenced;
}

/// All bytes before the marker's answer are the response, whatever they look like. The end of what came may be the
/// beginning of that answer and stays in the input. Returns whether the response has ended.
bool FramedExchange::takeFenced(Lane& lane, Instant now)
{
    Request& request = *lane.pipeline.first();
    const Bytes came = lane.input.waiting();
    const Fence::Place place = lane.fence.find(came);
    if (place.before > 0)
    {
        lane.answered = &request;
        lane.inMessage = true;
        dropCopy(request);
        if (request.traits.proof != 0 && lane.fence.seen.size() <= Protocol::MAX_PROOF)
            lane.fence.seen.append(came.substr(0, std::min(place.before, Protocol::MAX_PROOF + 1)));
        deliver(lane, request, came.substr(0, place.before), nullptr, now);
        lane.input.consume(place.before);
    }
    if (!place.whole)
    {
        armResponse(lane, now);
        return false;
    }
    if (request.traits.proof != 0 && _protocol->proves(request.traits.proof, lane.fence.seen))
        lane.proofs |= request.traits.proof;
    lane.input.consume(lane.fence.answer.size());
    lane.fence.clear();
    lane.inMessage = false;
    finish(lane, request, now);
    if (std::exchange(lane.pin.returning, false))
        free(*lane.pin.client, pins::SUBSCRIPTION);
    return true;
}

/// A piece of a message. Returns false where the lane is closed then.
bool FramedExchange::takeResponse(Lane& lane, const Framer::Progress& progress, Instant now)
{
    const Bytes bytes = lane.input.waiting().substr(0, progress.taken);
    const ResponseTraits& traits = lane.framer->traits();
    const bool first = !lane.inMessage;
    lane.inMessage = true;
    if (first && !lane.pin.pushes)
    {
        lane.answered = whose(lane, bytes, traits);
        if (lane.answered == nullptr && !isNobodys(lane))
        {
            closeLane(lane, CloseReason::desync, How::abort, now);
            return false;
        }
        if (lane.answered != nullptr)
            dropCopy(*lane.answered);
    }
    if (lane.pin.leaving)
        deliverButLast(lane, bytes, now);
    else if (lane.pin.pushes)
        deliver(lane, *lane.pin.client, bytes, now);
    else if (lane.answered != nullptr && !traits.swallowed)
        deliver(lane, *lane.answered, bytes, first ? editsOf(*lane.answered, traits) : nullptr, now);
    lane.input.consume(progress.taken);
    if (progress.kind != Kind::complete)
        return true;
    lane.inMessage = false;
    if (lane.pin.pushes)
        return pushWhole(lane, now);
    return lane.answered == nullptr || responseWhole(lane, now);
}

/// A message that answers nothing. True: it is ignored.
bool FramedExchange::isNobodys(Lane& lane)
{
    const bool ignored = ignoresUnknown(lane);
    if (lane.ids != nullptr)
        effects().unknownId(lane.target, ignored);
    return ignored;
}

/// The request that a response answers, or null: nobody asked for it.
Request* FramedExchange::whose(const Lane& lane, Bytes bytes, const ResponseTraits& traits) const
{
    Request* request = lane.pipeline.first();
    if (request == nullptr)
        return nullptr;
    const bool hasId = settings().responseId && bytes.size() >= settings().responseId->end();
    if (settings().responseId && !hasId)
        return nullptr;
    if (lane.ids != nullptr)
    {
        request = lane.ids->find(settings().responseId->read(bytes));
        if (request != nullptr && request->lane != &lane)
            request = nullptr; // it was asked on another connection
    }
    if (request == nullptr)
        return nullptr;
    const std::uint64_t check = request->traits.check;
    if (check != 0 && check != traits.check && !traits.unchecked)
        return nullptr;
    return request;
}

/// What is changed in the first bytes of this response.
const std::vector<Edit>* FramedExchange::editsOf(const Request& request, const ResponseTraits& traits)
{
    if (!settings().responseId || request.traits.keepsId)
        return traits.edits.empty() ? nullptr : &traits.edits;
    const IdField& field = *settings().responseId;
    writeNumber(request.theirId, _theirId, field.width, field.order);
    _idEdit.front() = {field.offset, field.width, {_theirId, field.width}};
    return &_idEdit;
}

bool FramedExchange::responseWhole(Lane& lane, Instant now)
{
    Request& request = *lane.answered;
    const ResponseTraits& traits = lane.framer->traits();
    if (traits.kind == ResponseTraits::Kind::interim)
        request.begun = false; // an error can still be told
    if (!traits.endsRequest())
        return true;
    if (!request.whole)
    {
        answeredEarly(lane, request, now);
        return false;
    }
    _proven = _proven || traits.proof;
    Client* client = request.client;
    const bool tunnel = traits.kind == ResponseTraits::Kind::tunnel;
    const bool closesTarget = traits.closesTarget;
    const bool ownId = request.traits.keepsId;
    const bool closesClient = traits.closesClient;
    if (client != nullptr && (request.traits.pins & traits.keeps & pins::UNKNOWN) != 0)
        client->pin.reasons |= pins::SESSION;
    lane.spent = (lane.spent && !(traits.undone && request.spending)) || traits.spends;
    request.traits.frees &= tunnel ? 0 : ~traits.keeps;
    const unsigned claims = request.traits.claims;
    const unsigned challenges = traits.challenges;
    if (request.traits.guarded)
        fenceLane(lane, now);
    finish(lane, request, now);
    if (tunnel && client != nullptr)
        beginTunnel(lane, *client, now);
    if (closesClient && client != nullptr)
    {
        const ClientId id = client->id;
        beginClosing(*client, CloseReason::ended, now);
        client = find(id);
    }
    if (closesTarget)
        closeLane(lane, CloseReason::targetEnded, How::finish, now);
    else if ((claims | challenges) != 0)
        settleClaims(lane, client, claims, challenges, now);
    if (lane.spent && lane.pin.client == nullptr && isInUse(lane))
        leaveFor(lane, client, CloseReason::spent, How::abort, now);
    else if (ownId && isInUse(lane))
        leaveFor(lane, client, CloseReason::idKept, partingFrom(lane), now); // the id is its client's choice
    return pool().state(lane.number) != LanePool::State::closed;
}

/// The lane can't be used any more because of what this client asked for, who may have gone.
void FramedExchange::leaveFor(Lane& lane, Client* client, CloseReason reason, How how, Instant now)
{
    closeLane(lane, reason, how, now);
    if (client != nullptr)
        charge(*client, nullptr, now);
}

/// The client claimed a state of its own for the connection. Where the target wants that, it is pinned from now on;
/// else nobody knows what the connection has become.
void FramedExchange::settleClaims(Lane& lane, Client* client, unsigned claims, unsigned challenges, Instant now)
{
    if (client != nullptr && challenges != 0)
        client->conversation->challenged(challenges);
    if (claims == 0 || lane.pin.client != nullptr)
        return;
    if (client != nullptr && client->state != Client::State::closing && (claims & challenges) != 0 && mayPin())
    {
        effects().clientPinned(client->id, lane.target, claims);
        pin(lane, *client, claims, now);
        return pinUsed(lane, now);
    }
    leaveFor(lane, client, CloseReason::pinEnded, partingFrom(lane), now);
}

bool FramedExchange::pushWhole(Lane& lane, Instant now)
{
    Client& client = *lane.pin.client;
    const Notice& notice = lane.framer->traits().notice;
    const bool ended = !lane.pin.leaving && client.conversation->pushEnded(notice);
    if (ended)
    {
        lane.pin.pushes = false;
        lane.pin.returning = true;
        fenceLane(lane, now);
    }
    reply(client, now);
    return pool().state(lane.number) != LanePool::State::closed;
}

/// The target does not speak the protocol of this client, which gets the error and nothing else.
void FramedExchange::endTrial(const Lane& lane, Instant now)
{
    Client* client = lane.pipeline.isEmpty() ? nullptr : lane.pipeline.first()->client;
    if (client == nullptr)
        return;
    drop(*client, client->next, CloseReason::malformedResponse, now);
    endRequests(*client, CloseReason::malformedResponse, now);
}

// ------------------------------------------------------------------------------------------------ leaving

/// Whatever comes until the target ends the connection, it owes to its client.
void FramedExchange::askForEnd(Lane& lane, Instant now)
{
    if (lane.pin.leaving)
        return;
    lane.pin.leaving = true;
    const Bytes request = _protocol->farewell().request;
    if (request.empty())
        effects().endTarget(lane.target);
    else
        lane.waiting = effects().toTarget(lane.target, request);
    armResponse(lane, now);
}

/// What comes last may be the answer to our farewell.
void FramedExchange::deliverButLast(Lane& lane, Bytes bytes, Instant now)
{
    const std::size_t most = _protocol->farewell().answer.size();
    const std::size_t keep = std::min(most, lane.pin.last.size() + bytes.size());
    const std::size_t ofLast = keep > bytes.size() ? keep - bytes.size() : 0;
    deliver(lane, *lane.pin.client, Bytes(lane.pin.last).substr(0, lane.pin.last.size() - ofLast), now);
    lane.pin.last.erase(0, lane.pin.last.size() - ofLast);
    const std::size_t pass = bytes.size() - (keep - ofLast);
    deliver(lane, *lane.pin.client, bytes.substr(0, pass), now);
    lane.pin.last.append(bytes.substr(pass));
}

/// All is answered; what we had to say behind it can be said.
void FramedExchange::left(Lane& lane, Instant now)
{
    Client& client = *lane.pin.client;
    if (lane.pin.last != _protocol->farewell().answer)
        deliver(lane, client, lane.pin.last, now);
    unpin(lane);
    closeLane(lane, CloseReason::pinEnded, How::finish, now);
    charge(client, nullptr, now);
    reply(client, now);
    lookAgain(client);
}

/// What is left of the request is thrown away, and the target, which has not read it all, is left.
void FramedExchange::answeredEarly(Lane& lane, Request& request, Instant now)
{
    if (Client* client = request.client)
    {
        client->discarding = true;
        client->large = nullptr;
    }
    finish(lane, request, now);
    closeLane(lane, CloseReason::earlyResponse, How::abort, now);
}

/// From now on whatever passes between the two is theirs.
void FramedExchange::beginTunnel(Lane& lane, Client& client, Instant now)
{
    lane.pin.tunnel = true;
    client.final = false; // that was said of requests
    sendRaw(client, lane, now);
    if (client.state == Client::State::ended)
        endTunnel(client, now);
    lookAgain(client);
}

/// A response that lasts until the connection ends has ended well, and only the end of its own tells that to its
/// client.
void FramedExchange::laneEnded(Lane& lane, Instant now)
{
    if (lane.pin.tunnel)
        return beginClosing(*lane.pin.client, CloseReason::ended, now);
    if (lane.pin.leaving && !lane.inMessage)
        return left(lane, now);
    const bool between = lane.framer->traits().kind == ResponseTraits::Kind::more && lane.input.isEmpty();
    if ((!lane.inMessage && !between) || lane.answered == nullptr || !lane.framer->finish())
        return;
    lane.inMessage = false;
    Client* client = lane.answered->client;
    finish(lane, *lane.answered, now);
    if (client != nullptr)
        beginClosing(*client, CloseReason::ended, now);
}

} // namespace proximux
