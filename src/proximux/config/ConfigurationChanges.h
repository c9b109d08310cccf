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

/// The endpoints of targets, in this order.
std::vector<Endpoint> endpointsOf(const std::vector<TargetSettings>& targets);

/// For each of `after` the place of the same one in `before`; nothing: it is new. Each of `before` is found once.
std::vector<std::optional<std::size_t>> matchEndpoints(const std::vector<Endpoint>& before,
                                                       const std::vector<Endpoint>& after);

} // namespace proximux
