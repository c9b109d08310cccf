#pragma once

#include <proximux/Id.h>
#include <proximux/Instant.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace proximux
{

/// What an exchange knows of a client, at one moment.
struct ClientInspection
{
    ClientId id;
    const char* state = ""; ///< fixed text
    TargetId target;        ///< where its requests are, or which it is paired with or pinned to; names nothing: nowhere
    unsigned pins = 0;      ///< the reasons for which it has that alone (pins::)
    Instant pinnedSince;
    std::size_t inFlight = 0;              ///< requests
    std::size_t queued = 0;                ///< likewise, not sent yet
    Instant waitsSince = Instant::never(); ///< since then the oldest of them waits
};

/// Likewise, of a target connection.
struct TargetInspection
{
    TargetId id;
    std::size_t target = 0; ///< index
    const char* state = ""; ///< fixed text
    ClientId client;        ///< who has it alone; names nothing: nobody
    unsigned pins = 0;      ///< why (pins::); 0: they are a pair
    Instant pinnedSince;
    std::size_t inFlight = 0;
};

/// Likewise, of all. Made only when somebody asks.
struct ExchangeInspection
{
    std::vector<ClientInspection> clients;
    std::vector<TargetInspection> targets; ///< those that are not closed
    std::size_t queued = 0;                ///< requests not sent yet
    Instant waitsSince = Instant::never(); ///< since then the oldest of them waits

    /// Adds what another exchange has queued.
    void addQueue(std::size_t requests, Instant since)
    {
        queued += requests;
        waitsSince = std::min(waitsSince, since);
    }
};

} // namespace proximux
