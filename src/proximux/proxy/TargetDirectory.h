#pragma once

#include <proximux/Configuration.h>
#include <proximux/targets/TargetChanges.h>
#include <proximux/targets/Targets.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace proximux
{

/// The targets of a configuration by their index, and what a reload has changed about them.
struct TargetAssignment
{
    std::vector<std::size_t> indices; ///< in the order of the configuration
    TargetChanges changes;
};

/// The number of connections that a target may have; 0: no limit of its own.
std::size_t connectionLimit(const Configuration& configuration, const TargetSettings& target);

/// How each target is connected, by its index in Targets. Any thread.
class TargetDirectory
{
public:
    explicit TargetDirectory(const std::vector<TargetSettings>& targets);

    /// Of a target, be it retired. Never null.
    [[nodiscard]] std::shared_ptr<const TargetSettings> of(std::size_t target) const;

    /// The assignment at the start.
    [[nodiscard]] TargetAssignment first() const;

    /// Assigns the targets of another configuration: those with the same endpoint keep their index.
    TargetAssignment assign(const Configuration& configuration, Targets& targets);

private:
    [[nodiscard]] std::vector<std::size_t> indicesFor(const std::vector<TargetSettings>& wanted, Targets& targets,
                                                      TargetChanges& changes);

    mutable std::mutex _mutex;
    std::vector<std::shared_ptr<const TargetSettings>> _targets; ///< by index
};

} // namespace proximux
