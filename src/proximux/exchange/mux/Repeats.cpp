#include <proximux/exchange/mux/Repeats.h>

#include <proximux/exchange/mux/Mux.h>

namespace proximux
{

Repeats::Repeats(Mux& mux)
    : _mux(mux)
    , _retries(mux.settings, mux.backpressure.memory())
{
}

void Repeats::keepCopy(const Lane& lane, Request& request)
{
    if (!_retries.keepsCopy(lane, request))
        return;
    Client& client = *request.client;
    request.again = client.input.waiting().substr(0, request.inputSize());
    client.copied += request.again.size();
    _mux.backpressure.account(client);
}

void Repeats::dropCopy(Request& request)
{
    if (request.again.empty())
        return;
    if (Client* client = request.client)
    {
        client->copied -= request.again.size();
        _mux.backpressure.account(*client);
    }
    request.again.clear();
}

void Repeats::repeatAll(Lane& lane, const Client* pinned, CloseReason reason, Instant now)
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
        _mux.answers.takeOut(lane, each, false, now);
        if (--each.client->inFlight == 0)
            each.client->lane = nullptr;
        repeat(each, reason, place < MANY || place + MANY >= size);
    }
}

/// One of those that were lost together may have ended their connection: the first that was not answered, as a rule, or
/// the last that was read. The oldest and the newest are each alone on a new connection then; all others go together
/// again, so that a loss costs few connections. What nobody answered in time has no share in the loss of others.
void Repeats::repeat(Request& request, CloseReason reason, bool mayBeCause)
{
    Client& client = *request.client;
    if (_mux.settings.fair && client.next != nullptr && Queue::isIn(*client.next))
        _mux.queue.remove(*client.next); // only the oldest stands in the queue
    client.next = &request;
    request.move(Transaction::queued);
    request.lane = nullptr;
    ++request.repeats;
    const bool known = reason == CloseReason::responseTimeout || reason == CloseReason::abandoned;
    request.suspect = !_mux.settings.isExclusive() && !known && mayBeCause;
    request.traits.alone = request.traits.alone || isSuspect(request);
    _mux.sending.requeue(request);
    _mux.observer.requestRepeated();
}

} // namespace proximux
