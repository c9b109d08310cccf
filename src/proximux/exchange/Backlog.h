#pragma once

#include <proximux/Instant.h>

#include <cstddef>

namespace proximux
{

/// What waits in an exchange, for gauges. Cheap: asked for at the end of each turn.
struct Backlog
{
    std::size_t queued = 0;            ///< requests that are not sent
    Instant oldest = Instant::never(); ///< when the oldest of them came; never: there is none
};

} // namespace proximux
