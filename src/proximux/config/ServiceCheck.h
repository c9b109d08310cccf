#pragma once

#include <proximux/ConfigurationLoader.h>
#include <proximux/config/ServiceLayers.h>

#include <string>
#include <vector>

namespace proximux
{

/// Builds a Configuration for each service, with what concerns the whole process in each of them, and validates all.
/// Used once, by ConfigurationLoader::load().
class ServiceCheck
{
public:
    /// found, mistakes and complete: of the main file, the environment and the command line, as for
    /// ConfigurationCheck. What they say of a listening port or of targets makes the service "main".
    ServiceCheck(const std::vector<FoundValue>& found, std::vector<std::string> mistakes, bool complete,
                 const ServiceLayers& services);

    [[nodiscard]] LoadResult result() const { return _result; }

private:
    void chooseMain(const std::vector<FoundValue>& found, bool complete);
    void refuseOwn(const std::vector<FoundValue>& own);
    void check(const ServiceLayer& service);
    void compareAddresses();

    std::vector<FoundValue> _process;    ///< what concerns all
    std::vector<ServiceLayer> _services; ///< in the order of LoadResult::services
    LoadResult _result;
};

} // namespace proximux
