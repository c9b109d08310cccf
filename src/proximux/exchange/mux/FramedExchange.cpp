// FramedExchange: requests, and where they may go.

#include <proximux/exchange/mux/FramedExchange.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace proximux
{

using Kind = Framer::Progress::Kind;

FramedExchange::FramedExchange(const MultiplexerSettings& settings, MultiplexerEffects& effects, LanePool& pool,
                               std::shared_ptr<const Protocol> protocol)
    : Multiplexer(settings, effects, pool)
    , _protocol(std::move(protocol))
    , _idEdit(1)
{
}

void FramedExchange::prepare(Client& client)
{
    client.framer = _protocol->makeRequestFramer();
    client.conversation = _protocol->makeConversation(settings().conversation);
}

void FramedExchange::prepare(Lane& lane)
{
    lane.framer = _protocol->makeResponseFramer();
    const bool byId = settings().byId;
    records().attach(lane, pool().targetOf(lane.number), _protocol->parts(),
                     byId ? std::min(settings().requestId->width, settings().responseId->width) : 0, random());
}

void FramedExchange::describe(Client& client, Request& request, Bytes bytes)
{
    if (client.conversation == nullptr)
        return;
    client.conversation->request(bytes, request.whole, request.traits);
    request.traits.alone = request.traits.alone || _trial;
    if (request.traits.local && request.traits.pins != 0)
        effects().clientPinned(client.id, {}, request.traits.pins);
}

void FramedExchange::setTrial(bool trial, Instant now)
{
    _trial = trial;
    expire(now);
}

/// The place of its connection, or NONE.
std::size_t FramedExchange::oldestTrial() const
{
    std::size_t oldest = LanePool::NONE;
    for (std::size_t i = 0; i < pool().size() && _trial; ++i)
    {
        const Request* request = lane(i).pipeline.first();
        if (request != nullptr && !request->begun && lane(i).pin.client == nullptr &&
            (oldest == LanePool::NONE || request->sentAt < lane(oldest).pipeline.first()->sentAt))
            oldest = i;
    }
    return oldest;
}

Instant FramedExchange::triesSince() const
{
    const std::size_t oldest = oldestTrial();
    return oldest == LanePool::NONE ? Instant::never() : lane(oldest).pipeline.first()->sentAt;
}

void FramedExchange::giveUpTrial(Instant now)
{
    closeLane(lane(oldestTrial()), CloseReason::responseTimeout, How::abort, now);
    expire(now);
}

// ------------------------------------------------------------------------------------------------ bytes of a client

void FramedExchange::clientBytes(Client& client, Instant now)
{
    while (!isFull(client) && !isBehindBarrier(client))
    {
        if (isInTunnel(client))
            return sendRaw(client, *client.pin.lane, now);
        const Bytes rest = client.input.waiting().substr(client.queued + client.partial);
        if (rest.empty())
            return;
        const Framer::Progress progress = client.framer->feed(rest);
        if (progress.kind == Kind::malformed)
            return malformedRequest(client, progress.reason, now);
        if (client.discarding)
        {
            client.input.consume(progress.taken);
            client.discarding = progress.kind != Kind::complete;
        }
        else if (client.large != nullptr)
            largeBytes(client, progress, now);
        else
            requestBytes(client, progress, now);
        if (progress.kind == Kind::partial && progress.taken < rest.size())
        {
            if (rest.size() - progress.taken >= settings().requestBuffer)
                malformedRequest(client, "a header longer than exchange.request_buffer", now);
            return; // it wants to see more
        }
    }
}

void FramedExchange::requestBytes(Client& client, const Framer::Progress& progress, Instant now)
{
    client.partial += progress.taken;
    if (progress.kind == Kind::header)
        headerSeen(client, now);
    else if (progress.taken > 0)
        client.interim = {}; // it did not wait for that
    if (progress.kind == Kind::complete)
        queue(client, client.partial, true, now);
    else if (client.queued == 0 && client.partial > 0 && client.input.size() >= settings().requestBuffer)
        queue(client, client.partial, false, now);
}

/// Of a request that is being sent.
void FramedExchange::largeBytes(Client& client, const Framer::Progress& progress, Instant now)
{
    if (progress.taken == 0)
        return; // it wants to see more
    Request& request = *client.large;
    Lane& lane = *request.lane;
    const bool complete = progress.kind == Kind::complete;
    if (complete)
    {
        request.whole = true;
        client.large = nullptr;
        lane.streaming = nullptr;
    }
    sendOn(client, request, progress.taken, now);
    if (!complete)
        return;
    sendSuffix(lane, request);
    if (request.traits.fenced)
        sendFence(lane);
    if (!request.traits.answered)
        finish(lane, request, now);
    updateLoad(lane);
    pump(lane, now);
}

/// What the client waits for before it sends the rest (HTTP's 100 Continue) is said when all before it is answered.
void FramedExchange::headerSeen(Client& client, Instant now)
{
    if (client.conversation == nullptr)
        return;
    client.interim = client.conversation->header(client.input.waiting().substr(client.queued, client.partial));
    if (client.interim.empty() || !client.requests.isEmpty())
        return;
    client.waiting = effects().toClient(client.id, std::exchange(client.interim, Bytes()));
    updateClient(client, now);
}

/// Nothing behind it can be understood.
void FramedExchange::malformedRequest(Client& client, const char* why, Instant now)
{
    effects().clientMalformed(client.id, why);
    std::string reply;
    if (client.large != nullptr || client.discarding || client.conversation == nullptr ||
        !client.conversation->malformed(why, reply))
        return fail(client, CloseReason::malformedRequest, false, now);
    endRequests(client, CloseReason::malformedRequest, now);
    replyOnly(client, std::move(reply), now);
}

/// Nothing is queued behind such a request, so it is the last. Where it failed there will be no tunnel.
bool FramedExchange::isBehindBarrier(const Client& client)
{
    const Request* last = client.requests.last();
    return last != nullptr && last->traits.barrier && last->whole && !last->replied;
}

bool FramedExchange::isInTunnel(const Client& client)
{
    return client.pin.lane != nullptr && client.pin.lane->pin.tunnel;
}

bool FramedExchange::passesOn(const Client& client) const
{
    return client.discarding || (client.large != nullptr && client.large->sent) || isInTunnel(client);
}

Lane* FramedExchange::passLane(const Client& client) const
{
    if (isInTunnel(client))
        return client.pin.lane;
    return client.large != nullptr ? client.large->lane : nullptr;
}

// ------------------------------------------------------------------------------------------------ sending

/// With something in flight nothing can be said of bytes that came; at rest there must be none.
bool FramedExchange::beforeSending(Lane& lane, Request& request, Instant)
{
    if (request.traits.proof != 0)
        request.traits.fenced = isUnproven(lane, request.traits);
    return lane.pipeline.isEmpty() && !lane.pin.pushes;
}

void FramedExchange::afterSending(Lane& lane, Request& request, Instant now)
{
    const RequestTraits& traits = request.traits;
    Client& client = *request.client;
    if (traits.fenced)
        makeFence(lane, traits);
    if (traits.fenced && request.whole)
        sendFence(lane);
    if (traits.pins != 0)
    {
        if (client.pin.lane == nullptr)
            effects().clientPinned(client.id, lane.target, traits.pins);
        pin(lane, client, traits.pins, now);
    }
    request.spending = traits.spends && !lane.spent;
    lane.spent = lane.spent || traits.spends;
    lane.pin.pushes = lane.pin.pushes || traits.pushes;
    if (!traits.answered && request.whole)
        finish(lane, request, now);
}

/// A pin ends when its last reason does; what is still in flight may be a reason, too.
void FramedExchange::afterAnswer(Lane& lane, Request& request, Instant)
{
    Client* client = request.client;
    if (client != nullptr && client->pin.lane == &lane && request.traits.frees != 0)
        free(*client, request.traits.frees);
}

void FramedExchange::free(Client& client, unsigned reasons)
{
    client.pin.reasons &= ~reasons;
    for (const Request* each = client.requests.first(); each != nullptr; each = client.requests.next(*each))
        client.pin.reasons |= each->sent ? each->traits.pins : 0;
    if (client.pin.reasons != 0)
        return;
    Lane& lane = *client.pin.lane;
    unpin(lane);
    updateLoad(lane);
}

// ------------------------------------------------------------------------------------------------ fences

void FramedExchange::makeFence(Lane& lane, const RequestTraits& traits)
{
    assert(lane.fence.answer.empty() && !lane.ids);
    lane.fence = _protocol->makeFence(traits.dialect, random());
    assert(!lane.fence.answer.empty());
}

/// Its answer has no deadline of its own: the target owes it as a part of the response.
void FramedExchange::sendFence(Lane& lane)
{
    lane.waiting = effects().toTarget(lane.target, lane.fence.request);
    updateLoad(lane);
}

/// Everything that the target still says before the marker comes back is discarded, and until then nobody else gets
/// the lane.
void FramedExchange::fenceLane(Lane& lane, Instant now)
{
    RequestTraits traits;
    traits.fenced = true;
    traits.dialect = lane.dialect;
    makeFence(lane, traits);
    sendOwn(lane, traits, now);
    sendFence(lane);
}

// ------------------------------------------------------------------------------------------------ failures

/// One that is overdue fails alone, until so many are that the connection is of no use any more: half of its places, or
/// as many as servers keep of one connection before they stop reading it (unbound: 32).
void FramedExchange::answerOverdue(Request& request, Instant now)
{
    Lane& lane = *request.lane;
    partTimedOut(request, now);
    const bool dead = lane.lastByte + settings().responseTimeout <= now;
    constexpr std::size_t MOST_OVERDUE = 16;
    const std::size_t half = (std::min(settings().pipeline, lane.ids->size()) + 1) / 2;
    const bool crowded = lane.abandoned + 1 >= std::min(half, MOST_OVERDUE);
    dropCopy(request);
    const bool alone = lane.pin.client != nullptr; // nobody else loses anything
    if ((dead || crowded || alone) && !request.traits.optional)
    {
        if (request.client != nullptr && !dead)
            charge(*request.client, &request, now);
        return closeLane(lane, CloseReason::responseTimeout, How::abort, now);
    }
    giveUp(request, CloseReason::responseTimeout, now);
}

bool FramedExchange::makeReply(Request& request, CloseReason reason)
{
    request.traits.reply.clear();
    if (request.traits.swallowed)
        return true; // nobody waits for it
    if (request.client->conversation == nullptr)
        return false;
    if (reason == CloseReason::noPin)
        return request.client->conversation->unpinned(request.traits, whyNoPin(), request.traits.reply);
    Failure failure = Failure::lost;
    if (reason == CloseReason::queueTimeout || reason == CloseReason::noTarget || reason == CloseReason::noIdentifier)
        failure = Failure::unavailable;
    else if (reason == CloseReason::responseTimeout || reason == CloseReason::partSilent)
        failure = Failure::timeout;
    else if (reason == CloseReason::malformedResponse)
        failure = Failure::malformed;
    return request.client->conversation->failed(request.traits, failure, request.traits.reply);
}

bool FramedExchange::isAnswered(const Request&, bool, bool) const
{
    return false;
}

void FramedExchange::gapPassed(Lane&, Instant) {}

} // namespace proximux
