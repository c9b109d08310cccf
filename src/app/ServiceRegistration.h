#pragma once

#include <app/Options.h>

#include <optional>
#include <string>
#include <vector>

namespace proximux
{

/// What the options say that register the program as a service.
struct ServiceOptions
{
    /// arguments: without the program's name.
    explicit ServiceOptions(const std::vector<std::string>& arguments);

    ServiceOptions(const ServiceOptions&) = delete;
    ServiceOptions& operator=(const ServiceOptions&) = delete;

    /// The only list of these options: the parser and the help use it.
    Options options();

    bool isRegistration = false;
    bool isRemoval = false;
    bool isAutomatic = false; ///< it starts with the system
    std::string displayName = "Proximux";
    std::string description = "TCP proxy and request/response multiplexer";
    std::vector<std::string> others; ///< for the program, when the service starts it
    std::vector<std::string> mistakes;
};

/// Executes --registerService or --unregisterService if one of them is given, whatever the configuration is, and
/// returns the exit code; else nothing. Where there are no services, both are left to be unknown options.
std::optional<int> manageService(const std::vector<std::string>& arguments);

/// The options in the help; empty where there are no services.
std::string describeServiceOptions();

} // namespace proximux
