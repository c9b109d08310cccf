#pragma once

#include <proximux/CloseReason.h>
#include <proximux/targets/Targets.h>

#include <cstddef>

namespace proximux
{

/// Why a connection to a target is left; not avoided: a reload wants it.
inline CloseReason leavingReason(Targets::Avoidance avoidance)
{
    switch (avoidance)
    {
    case Targets::Avoidance::none:
        break;
    case Targets::Avoidance::down:
        return CloseReason::targetDown;
    case Targets::Avoidance::paused:
        return CloseReason::paused;
    case Targets::Avoidance::drained:
        return CloseReason::targetDrained;
    case Targets::Avoidance::closed:
        return CloseReason::targetClosed;
    }
    return CloseReason::outgoing;
}

inline CloseReason leavingReason(const Targets& targets, std::size_t target)
{
    return leavingReason(targets.avoidance(target));
}

} // namespace proximux
