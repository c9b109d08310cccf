#pragma once

#include <proximux/Instant.h>

#include <cstddef>
#include <cstdint>

namespace proximux
{

/// What the log says of a client connection when it ends, and an administrator is shown before.
struct ConnectionTally
{
    Instant opened;
    Instant paired;         ///< proxy: when its target connection was open
    std::size_t target = 0; ///< proxy: the number of its target; 0: none was open
    std::uint64_t bytesIn = 0;
    std::uint64_t bytesOut = 0;
    bool isLost = false;        ///< the client has reset it, or it failed
    std::uint64_t requests = 0; ///< fifo, funnel
};

} // namespace proximux
