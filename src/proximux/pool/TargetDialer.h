#pragma once

#include <proximux/wire/Id.h>
#include <proximux/wire/Instant.h>

#include <cstddef>

namespace proximux
{

/// What a pool asks of the world: connections. It never calls back into the pool from inside a call.
class TargetDialer
{
public:
    virtual ~TargetDialer() = default;

    /// Begins to open a connection to the target with this index and names it. Whether it opened is told later, and
    /// no later than at the deadline. number: what the connection is called in the log, from 1.
    virtual TargetId openTarget(std::size_t target, std::size_t number, Instant deadline) = 0;
};

} // namespace proximux
