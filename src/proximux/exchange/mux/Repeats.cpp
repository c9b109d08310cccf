// Multiplexer: requests that are lost with their connection, do no harm, and are sent once more.

#include <proximux/exchange/mux/Multiplexer.h>

namespace proximux
{

void Multiplexer::keepCopy(Request& request, Bytes bytes)
{
    request.again = bytes;
    request.client->copied += request.again.size();
    account(*request.client);
}

/// From now on it can't be sent once more.
void Multiplexer::dropCopy(Request& request)
{
    if (request.again.empty())
        return;
    if (Client* client = request.client)
    {
        client->copied -= request.again.size();
        account(*client);
    }
    request.again.clear();
}

/// What was lost with the lane and may be sent once more goes back to the front of the queue, the oldest first. Whoever
/// was alone on a new connection has ended it himself. Nothing of the client that had the lane alone is repeated: it
/// counts on what it has done there.
void Multiplexer::repeatAll(Lane& lane, const Client* pinned, CloseReason reason, Instant now)
{
    if (lane.pipeline.size() == 1 && !lane.proven)
        return;
    constexpr std::size_t MANY = 8;
    const std::size_t size = lane.pipeline.size();
    std::size_t place = size;
    for (Request* request = lane.pipeline.last(); request != nullptr;)
    {
        Request& each = *request;
        request = each.place.previous;
        --place;
        if (each.client == pinned || !_retries.mayRepeat(lane, each, reason, now))
            continue;
        takeOut(lane, each, false, now);
        if (--each.client->inFlight == 0)
            each.client->lane = nullptr;
        repeat(each, reason, place < MANY || place + MANY >= size);
    }
}

/// One of those that were lost together may have ended their connection: the first that was not answered, as a rule, or
/// the last that was read. The oldest and the newest are each alone on a new connection then; all others go together
/// again, so that a loss costs few connections. What nobody answered in time has no share in the loss of others.
void Multiplexer::repeat(Request& request, CloseReason reason, bool mayBeCause)
{
    Client& client = *request.client;
    if (_settings.fair && client.next != nullptr && Queue::isIn(*client.next))
        _queue.remove(*client.next); // only the oldest stands in the queue
    client.next = &request;
    request.sent = false;
    request.lane = nullptr;
    ++request.repeats;
    const bool known = reason == CloseReason::responseTimeout || reason == CloseReason::abandoned;
    request.suspect = !_settings.isExclusive() && !known && mayBeCause;
    request.traits.alone = request.traits.alone || isSuspect(request);
    ++_queued;
    _ownIds += request.traits.keepsId ? 1 : 0;
    _timers.queue.armSince(request.queue, request.came);
    if (!client.calm.isArmed())
        _queue.pushFront(request);
    _pumpAll = true;
}

} // namespace proximux
