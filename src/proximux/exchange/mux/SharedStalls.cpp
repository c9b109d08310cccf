// SharedExchange: clients that keep a target connection from others, by reading or by sending slowly.

#include <proximux/exchange/mux/SharedExchange.h>

#include <algorithm>

namespace proximux
{

/// The lane may wait for a client from now on.
void SharedExchange::watchStalls(Lane& lane)
{
    if (!lane.stalling.linked)
        _stalling.pushBack(lane);
}

/// The client for which the lane waits: it does not read what answers it, or does not send the rest of its request.
SharedClient* SharedExchange::awaited(const Lane& lane)
{
    if (lane.heldFor != nullptr)
        return lane.heldFor;
    if (lane.streaming == nullptr || lane.waiting > 0)
        return nullptr; // with bytes unsent it waits for its target
    return lane.streaming->client;
}

/// Since when somebody else has waited who may be held up by this client on this lane; never(): nobody does.
Instant SharedExchange::othersWaitSince(const Lane& lane, const SharedClient& client) const
{
    const auto isOthers = [&client](const Request& request)
    { return request.client != nullptr && request.client != &client; };
    for (const Request* request = lane.row.first(); request != nullptr; request = lane.row.next(*request))
        if (isOthers(*request))
            return request->came;
    const bool tiesWait = mayTie() || lane.tied != nullptr;
    for (const Line* line : {&_line, tiesWait ? &_tying : nullptr})
        for (const Request* request = line != nullptr ? line->first() : nullptr; request != nullptr;
             request = line->next(*request))
            if (isOthers(*request))
                return request->came;
    return Instant::never();
}

/// The time of a slow client runs while it keeps its lane from others.
void SharedExchange::updateStalls(Instant now)
{
    for (Lane* next = _stalling.first(); next != nullptr;)
    {
        Lane& lane = *next;
        next = _stalling.next(lane);
        SharedClient* client = awaited(lane);
        if (client != nullptr && othersWaitSince(lane, *client) == Instant::never())
            client = nullptr;
        if (client != lane.stalledBy)
        {
            endStall(lane, 0, now);
            lane.stalledBy = client;
            lane.stalledSince = now;
            lane.stalledUntil = client != nullptr ? stallEnd(lane, *client, now) : Instant::never();
        }
        if (lane.heldFor == nullptr && lane.streaming == nullptr)
            _stalling.remove(lane);
    }
}

/// When a client that keeps the lane from others since then has used up its own time, or what there is for all clients
/// of this lane.
Instant SharedExchange::stallEnd(const Lane& lane, const SharedClient& client, Instant since) const
{
    if (_settings.stallTimeout.isOff())
        return Instant::never();
    const Duration own{std::max<std::int64_t>(_settings.stallTimeout.us - client.stalled.us, 0)};
    const Duration left = lane.stalls.left(_settings.stallTimeout, since);
    return since + std::min(own, left);
}

/// Until now it was kept from others, and now some bytes pass.
void SharedExchange::endStall(Lane& lane, std::size_t bytes, Instant now)
{
    SharedClient* client = lane.stalledBy;
    if (client == nullptr)
        return;
    client->stalled.us += (now - lane.stalledSince).us;
    lane.stalls.charge(lane.stalledSince, now, bytes);
    lane.stalledBy = nullptr;
    lane.stalledUntil = Instant::never();
}

/// Bytes of a client pass for which a lane may wait.
void SharedExchange::bytesPass(const SharedClient& client, std::size_t bytes, Instant now)
{
    for (Lane* lane = _stalling.first(); lane != nullptr; lane = _stalling.next(*lane))
        if (lane->stalledBy == &client)
            endStall(*lane, bytes, now); // and begins anew when the present call ends
}

/// A piece of a request whose end nobody knows (raw): from the piece before until now the target may have waited for
/// it. Returns whether the client, which is closed otherwise, has time left.
bool SharedExchange::mayContinue(Lane& lane, Request& request, Instant now)
{
    SharedClient& client = *request.client;
    const Instant before = std::exchange(request.continued, now);
    const Instant waited = othersWaitSince(lane, client);
    if (_settings.stallTimeout.isOff() || waited >= now)
        return true;
    const Instant since = std::max(before, waited);
    const Instant end = stallEnd(lane, client, since);
    client.stalled.us += (now - since).us;
    lane.stalls.charge(since, now, 0);
    if (now < end)
        return true;
    fail(client, CloseReason::stalled, false, now);
    closeLane(lane, CloseReason::requestBroken, How::abort, now);
    return false;
}

void SharedExchange::expireStalls(Instant now)
{
    for (Lane* next = _stalling.first(); next != nullptr;)
    {
        Lane& lane = *next;
        next = _stalling.next(lane);
        if (lane.stalledBy != nullptr && lane.stalledUntil <= now)
            fail(*lane.stalledBy, CloseReason::stalled, lane.heldFor != nullptr, now);
    }
}

Instant SharedExchange::nextStall() const
{
    Instant next = Instant::never();
    for (const Lane* lane = _stalling.first(); lane != nullptr; lane = _stalling.next(*lane))
        next = std::min(next, lane->stalledUntil);
    return next;
}

} // namespace proximux
