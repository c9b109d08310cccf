#pragma once

#include <app/Demonstration.h>
#include <proximux/config/Configuration.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace proximux
{

/// What came of the command line and the configuration.
struct StartupResult
{
    std::optional<int>
        exitCode; ///< there is nothing to run: all was said, on stdout, or on stderr where it is 64, 71 or 78
    std::shared_ptr<const Configuration> configuration;
    std::vector<std::string> serverArguments;     ///< what Poco::Util::ServerApplication is to see, the program first
    std::unique_ptr<Demonstration> demonstration; ///< with --demo
    bool portWasChosen = false;                   ///< --demo: the user said on which port
};

/// Reads the command line (the program's name first) and the configuration, answers what needs no running proxy
/// (--help, --version, --check-config, --print-config), and makes sure that the files which shall be written can be.
/// Before any thread.
StartupResult startUp(const std::vector<std::string>& arguments);

} // namespace proximux
