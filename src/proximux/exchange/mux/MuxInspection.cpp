// Multiplexer: what is told to an administrator.

#include <proximux/exchange/mux/Multiplexer.h>

namespace proximux
{

namespace
{

const char* stateOf(const Client& client)
{
    switch (client.state)
    {
    case Client::State::open:
        return client.pin.lane != nullptr ? "pinned"
               : client.inFlight > 0      ? "served"
               : client.next              ? "waiting"
               : client.paced.isArmed()   ? "over its rate"
                                          : "idle";
    case Client::State::ended:
        return "ended";
    case Client::State::closing:
        break;
    }
    return "closing";
}

ClientInspection inspected(const Client& client)
{
    ClientInspection seen;
    seen.id = client.id;
    seen.state = stateOf(client);
    if (const Lane* lane = client.pin.lane != nullptr ? client.pin.lane : client.lane)
        seen.target = lane->target;
    if (client.pin.lane != nullptr)
    {
        seen.pins = client.pin.reasons;
        seen.pinnedSince = client.pin.since;
    }
    seen.inFlight = client.inFlight;
    seen.queued = client.queuedRequests();
    if (client.next != nullptr)
        seen.waitsSince = client.next->came;
    return seen;
}

TargetInspection inspected(const Lane& lane, const LanePool& pool)
{
    TargetInspection seen;
    seen.id = lane.target;
    seen.target = pool.targetOf(lane.number);
    seen.state = pool.isOutgoing(lane.number) ? "draining" : toString(pool.state(lane.number));
    if (const Client* client = lane.pin.client)
    {
        seen.state = "pinned";
        seen.client = client->id;
        seen.pins = client->pin.reasons;
        seen.pinnedSince = client->pin.since;
    }
    seen.inFlight = lane.pipeline.size();
    return seen;
}

} // namespace

void Multiplexer::inspect(ExchangeInspection& into) const
{
    _mux.clients.forEach([&into](const Client& client) { into.clients.push_back(inspected(client)); });
    for (const auto& lane : _mux.lanes.all())
        if (lane->target.isValid())
            into.targets.push_back(inspected(*lane, _mux.pool));
    into.addQueue(_mux.sending.queued(), _mux.queue.oldest());
}

} // namespace proximux
