#include <proximux/exchange/mux/RawExchange.h>

namespace proximux
{

void RawExchange::clientBytes(Client& client, Instant now)
{
    const std::size_t n = client.input.size() - client.queued;
    if (n == 0)
        return;
    if (passesOn(client))
    {
        effects().requestContinued(client.id, client.input.waiting());
        return sendOn(client, *client.requests.last(), n, now);
    }
    if (client.next == nullptr)
        return queue(client, n, true, now);
    effects().requestContinued(client.id, client.input.waiting().substr(client.queued));
    client.next->size += n;
    client.queued += n;
}

bool RawExchange::targetBytes(Lane& lane, Instant now)
{
    if (lane.pipeline.isEmpty())
    {
        closeLane(lane, CloseReason::desync, How::abort, now);
        return false;
    }
    lane.silent = false;
    _answered = true;
    deliver(lane, *lane.pipeline.first(), lane.input.waiting(), nullptr, now);
    lane.input.clear();
    pause(lane, now); // this may have been the end of the answer
    if (lane.pipeline.size() > 1)
        finish(lane, *lane.pipeline.first(), now);
    else
        armGap(lane, now);
    return true;
}

bool RawExchange::mayUse(const Lane& lane, const Request& request) const
{
    return request.client->inFlight == 0 || request.client->lane == &lane;
}

/// The holder goes on at once where nobody else waits.
bool RawExchange::hasRoom(const Lane& lane, const Request& request) const
{
    if (lane.waiting > 0)
        return false;
    if (lane.pipeline.isEmpty())
        return true;
    if (isLingering(lane) && (lane.silent || (lane.pipeline.first()->client == request.client && queue().size() == 1)))
        return true;
    return lane.pipeline.size() < settings().pipeline;
}

/// As with protocols that are known; a lease that could end counts as none.
Lane* RawExchange::choose(const Request& request, Instant now)
{
    if (request.client->inFlight > 0)
        return request.client->lane;
    const std::size_t idle = pool().idle();
    if (idle != LanePool::NONE)
        return &lane(idle);
    Lane* least = nullptr;
    for (std::size_t i = 0; i < pool().size(); ++i)
    {
        Lane& each = lane(i);
        if (pool().state(i) != LanePool::State::busy || !hasRoom(each, request))
            continue;
        if (each.silent)
            return &each;
        if (least == nullptr || each.pipeline.size() < least->pipeline.size())
            least = &each;
    }
    if (pool().hasClosed() && pool().retryAt(now) <= now)
        return nullptr;
    return least;
}

/// The lease ends by the same gap as for a client that waits here.
bool RawExchange::beforeYielding(Lane& lane, Instant now)
{
    if (lane.pipeline.isEmpty())
        return true;
    if (!lane.silent)
        return false;
    finish(lane, *lane.pipeline.first(), now);
    return true;
}

/// What comes late for a holder who goes on is still for him.
bool RawExchange::beforeSending(Lane& lane, Request& request, Instant now)
{
    if (!isLingering(lane))
        return lane.pipeline.isEmpty();
    const bool same = lane.pipeline.first()->client == request.client;
    finish(lane, *lane.pipeline.first(), now);
    return !same;
}

/// A connection that is lost in the midst of a response cuts it off; one that ends, or rests, does not.
bool RawExchange::isAnswered(const Request& request, bool lost, bool silent) const
{
    return request.begun && (!lost || silent);
}

void RawExchange::gapPassed(Lane& lane, Instant now)
{
    if (!isLingering(lane))
        return;
    const Client* holder = lane.pipeline.first()->client;
    if (queue().isEmpty() && holder != nullptr && holder->state == Client::State::open && !isDraining())
        return; // nobody else wants it
    finish(lane, *lane.pipeline.first(), now);
    pump(lane, now);
}

bool RawExchange::passesOn(const Client& client) const
{
    const Request* last = client.requests.last();
    return last != nullptr && last->sent && !last->begun;
}

} // namespace proximux
