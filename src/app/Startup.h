#pragma once

#include <app/Demonstration.h>
#include <app/ServiceManager.h>
#include <proximux/Configuration.h>
#include <proximux/ConfigurationLoader.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace proximux
{

/// The result of reading the command line and the configuration.
struct StartupResult
{
    std::optional<int>
        exitCode; ///< set if there is nothing to run; the output is on stdout, or for 64, 71, 74 and 78 on stderr
    std::shared_ptr<const Configuration> configuration;         ///< of several services: the first one's
    std::vector<std::shared_ptr<const Configuration>> services; ///< of each; of one without a name: just that
    std::string configurationText;                              ///< as --print-config shows it
    std::vector<std::string> notices;                           ///< for the log, once the server runs

    /// Reads everything again, for a reload: the files anew, environment and command line as they were. Any thread, one
    /// at a time.
    std::function<LoadResult()> load;

    std::vector<std::string> serverArguments; ///< arguments for Poco::Util::ServerApplication, the program's name first
    std::string pidFile;                      ///< --pidfile, absolute; empty: none
    std::unique_ptr<Demonstration> demonstration; ///< with --demo
    bool portWasChosen = false;                   ///< --demo: the user chose the port
    bool isDaemon = false;                        ///< --daemon
};

/// The configuration of each service that was loaded, at least one.
std::vector<std::shared_ptr<const Configuration>> servicesOf(const LoadResult& loaded);

/// Reads the command line (the program's name first) and the configuration. Executes options that need no running proxy
/// (--help, --version, --check-config, --print-config) and the tools, and checks that output files can be written. Call
/// it before any thread exists. passed: its address is part of the configuration, and so are its mistakes. environment:
/// null for the process's.
StartupResult startUp(const std::vector<std::string>& arguments, const PassedSocket& passed = {},
                      const std::map<std::string, std::string>* environment = nullptr);

} // namespace proximux
