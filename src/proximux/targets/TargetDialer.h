#pragma once

#include <proximux/Id.h>
#include <proximux/Instant.h>

#include <cstddef>

namespace proximux
{

/// Opens connections for a pool. It never calls back into the pool from within a call.
class TargetDialer
{
public:
    virtual ~TargetDialer() = default;

    /// Starts a connection to the target with this index and returns its id. The result is reported later, at the
    /// deadline at the latest. number: the connection's name in the log, from 1. client: who has it alone; invalid:
    /// whoever needs it.
    virtual TargetId openTarget(std::size_t target, std::size_t number, Instant deadline, ClientId client) = 0;
};

} // namespace proximux
