#pragma once

#include <proximux/Instant.h>
#include <proximux/Pins.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace proximux
{

/// What waits in an exchange, for gauges. Cheap: asked for at the end of each turn.
struct Backlog
{
    std::size_t queued = 0;            ///< requests that are not sent
    Instant oldest = Instant::never(); ///< when the oldest of them came; never: there is none
    std::uint64_t pinChanges = 0;      ///< grows whenever the result of countPins() may have changed
};

/// Who is pinned in an exchange, for gauges.
struct PinCounts
{
    void clear()
    {
        clients.fill(0);
        std::fill(connections.begin(), connections.end(), 0);
    }

    void addConnection(std::size_t target)
    {
        if (target >= connections.size())
            connections.resize(target + 1);
        ++connections[target];
    }

    std::array<std::size_t, pins::COUNT> clients{}; ///< by reason
    std::vector<std::size_t> connections;           ///< that clients have alone, by target
};

} // namespace proximux
