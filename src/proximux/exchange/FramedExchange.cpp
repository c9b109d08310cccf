#include <proximux/exchange/FramedExchange.h>

#include <proximux/exchange/Mutants.h>

#include <utility>

namespace proximux
{

using Kind = Framer::Progress::Kind;

FramedExchange::FramedExchange(const SharedExchangeSettings& settings, SharedWiring& wiring, SharedPool& pool,
                               MakeFramer makeRequestFramer, MakeFramer makeResponseFramer)
    : SharedExchange(settings, wiring, pool)
    , _makeRequestFramer(std::move(makeRequestFramer))
    , _makeResponseFramer(std::move(makeResponseFramer))
{
}

void FramedExchange::clientBytes(SharedClient& client, Instant now)
{
    while (!isFull(client))
    {
        const Bytes rest = client.input.waiting().substr(client.queued + client.partial);
        if (rest.empty())
            return;
        const Framer::Progress progress = client.framer->feed(rest);
        if (progress.kind == Kind::malformed)
        {
            wiring().clientMalformed(client.id, progress.reason);
            return fail(client, CloseReason::malformedRequest, false, now);
        }
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
            return; // it wants to see more
    }
}

void FramedExchange::requestBytes(SharedClient& client, const Framer::Progress& progress, Instant now)
{
    client.partial += progress.taken;
    if (progress.kind == Kind::complete)
        queue(client, client.partial, true, now);
    else if (client.queued == 0 && client.partial > 0 && client.input.size() >= settings().requestBuffer)
        queue(client, client.partial, false, now);
}

/// Of a request that is being sent.
void FramedExchange::largeBytes(SharedClient& client, const Framer::Progress& progress, Instant now)
{
    Request& request = *client.large;
    Lane& lane = *client.lane;
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
    updateLoad(lane);
    pump(lane, now);
}

bool FramedExchange::targetBytes(Lane& lane, Instant now)
{
    while (!lane.input.isEmpty())
    {
        if (lane.row.isEmpty() && planted(Mutant::swallowSurplus))
        {
            lane.input.clear();
            return true;
        }
        if (lane.row.isEmpty())
        {
            closeLane(lane, CloseReason::desync, How::abort, now);
            return false;
        }
        Request& request = *lane.row.first();
        const Framer::Progress progress = lane.framer->feed(lane.input.waiting());
        if (progress.kind == Kind::malformed)
        {
            wiring().targetMalformed(lane.target, progress.reason);
            closeLane(lane, CloseReason::malformedResponse, How::abort, now);
            return false;
        }
        if (progress.taken == 0)
            return true; // it wants to see more
        deliver(lane, request, lane.input.waiting().substr(0, progress.taken), now);
        lane.input.consume(progress.taken);
        if (progress.kind != Kind::complete)
            continue;
        if (!request.whole)
        {
            answeredEarly(lane, now);
            return false;
        }
        finish(lane, now);
    }
    return true;
}

/// What is left of the request is thrown away, and the target, which has not read it all, is left.
void FramedExchange::answeredEarly(Lane& lane, Instant now)
{
    if (SharedClient* client = lane.row.first()->client)
    {
        client->discarding = true;
        client->large = nullptr;
    }
    finish(lane, now);
    closeLane(lane, CloseReason::earlyResponse, How::abort, now);
}

bool FramedExchange::hasRoom(const Lane& lane, const Request& request) const
{
    if (lane.waiting > 0 || (lane.streaming != nullptr && !planted(Mutant::shareLarge)))
        return false;
    if (planted(Mutant::exceedPipeline) && request.whole)
        return lane.row.size() <= settings().pipeline;
    return request.whole ? lane.row.size() < settings().pipeline : lane.row.isEmpty();
}

/// An idle one; else one that is to be opened; else the one with the fewest requests, where it has room.
Lane* FramedExchange::choose(const Request& request, Instant now)
{
    const std::size_t idle = pool().idle();
    if (idle != SharedPool::NONE)
        return &lane(idle);
    if (!request.whole || (pool().hasClosed() && pool().retryAt(now) <= now))
        return nullptr;
    const std::size_t least = pool().leastLoaded();
    return least == SharedPool::NONE ? nullptr : &lane(least);
}

/// With something in flight nothing can be said of bytes that came; at rest there must be none.
bool FramedExchange::beforeSending(Lane& lane, const Request&, Instant)
{
    return lane.row.isEmpty();
}

bool FramedExchange::isAnswered(const Request&, bool, bool) const
{
    return false;
}

void FramedExchange::gapPassed(Lane&, Instant) {}

bool FramedExchange::passesOn(const SharedClient& client) const
{
    return client.discarding || (client.large != nullptr && client.large->sent);
}

} // namespace proximux
