#pragma once

#include <proximux/Configuration.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace proximux
{

/// What differs between the configuration in force and the one that a reload has read.
struct ConfigurationChanges
{
    std::vector<std::string> changed;  ///< what a reload changes, such as "log.level" or "target.2.password"
    std::vector<std::string> mistakes; ///< what only a restart can change, one line each
};

/// Compares two validated configurations. Targets are the same where their endpoints are, whatever their numbers.
ConfigurationChanges changesOf(const Configuration& before, const Configuration& after);

/// For each target of `after` the place in `before` of the one with the same endpoint; nothing: it is new. Each of
/// `before` is found once.
std::vector<std::optional<std::size_t>> matchTargets(const std::vector<TargetSettings>& before,
                                                     const std::vector<TargetSettings>& after);

} // namespace proximux
