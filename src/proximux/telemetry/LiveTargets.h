#pragma once

#include <proximux/telemetry/Counters.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace proximux
{

/// The counters of one worker for each target, by its index. A reload may add targets.
class LiveTargets
{
public:
    /// Call it in the worker's thread.
    LiveTargetCounters& of(std::size_t target)
    {
        if (target >= _targets.size() || !_targets[target])
            begin(target);
        return *_targets[target];
    }

    /// Counts from 0, for a target that is new. Call it in the worker's thread, before of().
    void begin(std::size_t target)
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        if (target >= _targets.size())
            _targets.resize(target + 1);
        _targets[target] = std::make_unique<LiveTargetCounters>();
    }

    /// Adds the counters of a target to a sum. Any thread.
    void addTo(TargetStatistics& sum, std::size_t target) const
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        if (target < _targets.size() && _targets[target])
            add(sum, *_targets[target]);
    }

private:
    mutable std::mutex _mutex; ///< for changes of the list, and for other threads; not for counting
    std::vector<std::unique_ptr<LiveTargetCounters>> _targets;
};

} // namespace proximux
