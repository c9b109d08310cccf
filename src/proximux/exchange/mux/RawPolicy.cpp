#include <proximux/exchange/mux/RawPolicy.h>

#include <proximux/exchange/mux/Mux.h>

namespace proximux
{

void RawPolicy::clientBytes(Client& client, Instant now)
{
    const std::size_t n = client.input.size() - client.queued;
    if (n == 0)
        return;
    if (passesOn(client))
    {
        _mux.observer.requestContinued(client.id, client.input.waiting());
        return _mux.forwarding.goOn(client, *client.requests.last(), n, now);
    }
    if (client.next == nullptr)
        return _mux.backpressure.isPaced(client) ? void() : _mux.sending.queue(client, n, true, now);
    _mux.observer.requestContinued(client.id, client.input.waiting().substr(client.queued));
    client.next->size += n;
    client.queued += n;
}

bool RawPolicy::targetBytes(Lane& lane, Instant now)
{
    if (lane.pipeline.isEmpty())
    {
        _mux.lanes.close(lane, CloseReason::desync, How::abort, now);
        return false;
    }
    lane.silent = false;
    _answered = true;
    _mux.answers.deliver(lane, *lane.pipeline.first(), lane.input.waiting(), nullptr, now);
    lane.input.clear();
    _mux.lanes.pause(lane, now); // this may have been the end of the answer
    if (lane.pipeline.size() > 1)
        _mux.answers.finish(lane, *lane.pipeline.first(), now);
    else
        _mux.timers.gap.arm(lane.gap, now);
    return true;
}

bool RawPolicy::mayUse(const Lane& lane, const Request& request) const
{
    return !_mux.pool.isOutgoing(lane.number) && (request.client->inFlight == 0 || request.client->lane == &lane);
}

/// The holder goes on at once where nobody else waits.
bool RawPolicy::hasRoom(const Lane& lane, const Request& request) const
{
    if (lane.waiting > 0)
        return false;
    if (lane.pipeline.isEmpty())
        return true;
    if (isLingering(lane) &&
        (lane.silent || (lane.pipeline.first()->client == request.client && _mux.queue.size() == 1)))
        return true;
    return lane.pipeline.size() < _mux.settings.pipeline;
}

/// As with protocols that are known; a lease that could end counts as none.
Lane* RawPolicy::choose(const Request& request, Instant now) const
{
    if (request.client->inFlight > 0)
        return request.client->lane;
    const std::size_t idle = _mux.pool.idle();
    if (idle != LanePool::NONE)
        return &_mux.lanes.at(idle);
    Lane* least = nullptr;
    for (std::size_t i = 0; i < _mux.pool.size(); ++i)
    {
        Lane& each = _mux.lanes.at(i);
        if (_mux.pool.state(i) != LanePool::State::busy || _mux.pool.isOutgoing(i) || !hasRoom(each, request))
            continue;
        if (each.silent)
            return &each;
        if (least == nullptr || each.pipeline.size() < least->pipeline.size())
            least = &each;
    }
    if (_mux.pool.hasClosed() && _mux.pool.retryAt(now) <= now)
        return nullptr;
    return least;
}

/// The lease ends by the same gap as for a client that waits here.
bool RawPolicy::beforeYielding(Lane& lane, Instant now)
{
    if (lane.pipeline.isEmpty())
        return true;
    if (!lane.silent)
        return false;
    _mux.answers.finish(lane, *lane.pipeline.first(), now);
    return true;
}

/// What comes late for a holder who goes on is still for him.
bool RawPolicy::beforeSending(Lane& lane, Request& request, Instant now)
{
    if (!isLingering(lane))
        return lane.pipeline.isEmpty();
    const bool same = lane.pipeline.first()->client == request.client;
    _mux.answers.finish(lane, *lane.pipeline.first(), now);
    return !same;
}

/// A connection that is lost in the midst of a response cuts it off; one that ends, or rests, does not.
bool RawPolicy::isAnswered(const Request& request, bool lost, bool silent) const
{
    return request.begun && (!lost || silent);
}

void RawPolicy::gapPassed(Lane& lane, Instant now)
{
    if (!isLingering(lane))
        return;
    const Client* holder = lane.pipeline.first()->client;
    if (_mux.queue.isEmpty() && holder != nullptr && holder->state == Client::State::open && !_mux.draining)
        return; // nobody else wants it
    _mux.answers.finish(lane, *lane.pipeline.first(), now);
    _mux.sending.pump(lane, now);
}

bool RawPolicy::passesOn(const Client& client) const
{
    const Request* last = client.requests.last();
    return last != nullptr && last->isSent() && !last->begun;
}

} // namespace proximux
