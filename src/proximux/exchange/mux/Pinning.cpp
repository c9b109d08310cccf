#include <proximux/Pins.h>
#include <proximux/exchange/mux/Pinning.h>

#include <algorithm>

namespace proximux
{

namespace
{

ConnectionCounts::Reasons reasonsOf(const LaneList& lanes)
{
    ConnectionCounts::Reasons reasons{};
    for (const auto& lane : lanes)
        if (lane->pin.client != nullptr)
            for (std::size_t i = 0; i < pins::COUNT; ++i)
                reasons[i] += lane->pin.client->pin.reasons >> i & 1U;
    return reasons;
}

} // namespace

bool Pinning::pin(Lane& lane, std::size_t target, Client& client, unsigned reasons, Instant now)
{
    add(client, reasons);
    if (client.pin.lane != nullptr)
        return false;
    client.pin.lane = &lane;
    client.pin.since = now;
    lane.pin.client = &client;
    lane.pin.target = target;
    _tied += isTied(client) ? 1 : 0;
    _counts.pin(target);
    _counts.changeReasons(0, client.pin.reasons);
    return true;
}

/// Whoever has no lane yet is not counted.
void Pinning::change(Client& client, unsigned reasons)
{
    if (client.pin.lane != nullptr)
        _counts.changeReasons(client.pin.reasons, reasons);
    const bool was = isTied(client);
    client.pin.reasons = reasons;
    _tied += (isTied(client) ? 1 : 0) - (was ? 1 : 0);
}

void Pinning::unpin(Lane& lane)
{
    isUsed(lane);
    _counts.changeReasons(lane.pin.client->pin.reasons, 0);
    _counts.unpin(lane.pin.target);
    _tied -= isTied(*lane.pin.client) ? 1 : 0;
    lane.pin.client->pin = {};
    lane.pin = {};
}

void Pinning::becameIdle(Lane& lane, Instant now)
{
    lane.pin.idleSince = now;
    ++_idle;
}

void Pinning::isUsed(Lane& lane)
{
    DeadlineList::disarm(lane.pinIdle);
    if (lane.pin.idleSince != Instant::never())
        --_idle;
    lane.pin.idleSince = Instant::never();
}

std::string Pinning::describe(const LaneList& lanes, Instant now) const
{
    const ConnectionCounts::Reasons reasons = reasonsOf(lanes);
    Instant first = now;
    for (const auto& lane : lanes)
        if (lane->pin.client != nullptr)
            first = std::min(first, lane->pin.client->pin.since);
    std::string text = "pool.max_tied = " + std::to_string(_most) + " is reached: " + std::to_string(_tied) +
                       (_tied == 1 ? " connection is pinned (" : " connections are pinned (");
    const char* separator = "";
    for (std::size_t i = 0; i < pins::COUNT; ++i)
        if (reasons[i] > 0)
        {
            text += separator + std::to_string(reasons[i]) + ' ' + pins::NAMES[i];
            separator = ", ";
        }
    return text + "), the longest for " + std::to_string((now - first).us / 1000000) + " s";
}

} // namespace proximux
