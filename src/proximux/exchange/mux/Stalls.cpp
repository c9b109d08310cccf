#include <proximux/exchange/mux/Stalls.h>

#include <algorithm>
#include <utility>

namespace proximux
{

void Stalls::watch(Lane& lane)
{
    if (!lane.stalling.linked)
        _lanes.pushBack(lane);
}

/// The client for which the lane waits: it does not read what answers it, or does not send the rest of its request.
Client* Stalls::awaited(const Lane& lane)
{
    if (lane.heldFor != nullptr)
        return lane.heldFor;
    if (lane.streaming == nullptr || lane.waiting > 0)
        return nullptr; // with bytes unsent it waits for its target
    return lane.awaitsTarget(*lane.streaming) ? nullptr : lane.streaming->client;
}

/// Since when somebody else has waited who may be held up by this client on this lane; never(): nobody does.
Instant Stalls::othersWaitSince(const Lane& lane, const Client& client) const
{
    const auto isOthers = [&client](const Request& request)
    { return request.client != nullptr && request.client != &client; };
    for (const Request* request = lane.pipeline.first(); request != nullptr; request = lane.pipeline.next(*request))
        if (isOthers(*request))
            return request->came;
    const bool pinsWait = _pinning.mayPin() || lane.pin.client != nullptr;
    const Request* queued =
        _queue.find([&](const Request& request, bool pins) { return isOthers(request) && (!pins || pinsWait); });
    return queued != nullptr ? queued->came : Instant::never();
}

void Stalls::update(Instant now)
{
    for (Lane* next = _lanes.first(); next != nullptr;)
    {
        Lane& lane = *next;
        next = Watched::next(lane);
        Client* client = awaited(lane);
        if (client != nullptr && othersWaitSince(lane, *client) == Instant::never())
            client = nullptr;
        if (client != lane.stall.client)
        {
            end(lane, 0, now);
            lane.stall.client = client;
            lane.stall.since = now;
            lane.stall.isLease = lane.heldFor == nullptr && lane.streaming != nullptr && lane.streaming->isOpen;
            lane.stall.until = client != nullptr ? endOf(lane, *client, now) : Instant::never();
        }
        if (lane.heldFor == nullptr && lane.streaming == nullptr)
            _lanes.remove(lane);
    }
}

/// When a client that keeps the lane from others since then has used up its own time, or what there is for all clients
/// of this lane.
Instant Stalls::endOf(const Lane& lane, const Client& client, Instant since) const
{
    if ((lane.stall.isLease ? _patience : _limit).isOff())
        return Instant::never();
    if (lane.stall.isLease)
        return since + _patience;
    const Duration own{std::max<std::int64_t>(_limit.us - client.stalled.us, 0)};
    const Duration left = lane.stall.budget.left(_limit, since);
    return since + std::min(own, left);
}

/// Until now it was kept from others, and now some bytes pass.
void Stalls::end(Lane& lane, std::size_t bytes, Instant now)
{
    Client* client = std::exchange(lane.stall.client, nullptr);
    if (client == nullptr)
        return;
    lane.stall.until = Instant::never();
    if (lane.stall.isLease)
        return;
    client->stalled.us += (now - lane.stall.since).us;
    lane.stall.budget.charge(lane.stall.since, now, bytes);
}

void Stalls::bytesPass(const Client& client, std::size_t bytes, Instant now)
{
    for (Lane* lane = _lanes.first(); lane != nullptr; lane = Watched::next(*lane))
        if (lane->stall.client == &client)
            end(*lane, bytes, now); // and begins anew when the present call ends
}

bool Stalls::mayContinue(Lane& lane, Request& request, Instant now)
{
    Client& client = *request.client;
    const Instant before = std::exchange(request.continued, now);
    const Instant waited = othersWaitSince(lane, client);
    if (_limit.isOff() || waited >= now)
        return true;
    const Instant since = std::max(before, waited);
    const Instant end = endOf(lane, client, since);
    client.stalled.us += (now - since).us;
    lane.stall.budget.charge(since, now, 0);
    return now < end;
}

Lane* Stalls::firstOverdue(Instant now) const
{
    for (Lane* lane = _lanes.first(); lane != nullptr; lane = Watched::next(*lane))
        if (lane->stall.client != nullptr && lane->stall.until <= now)
            return lane;
    return nullptr;
}

Instant Stalls::next() const
{
    Instant next = Instant::never();
    for (const Lane* lane = _lanes.first(); lane != nullptr; lane = Watched::next(*lane))
        next = std::min(next, lane->stall.until);
    return next;
}

} // namespace proximux
