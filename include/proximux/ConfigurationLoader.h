#pragma once

#include <proximux/Configuration.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

struct Setting;
class ServiceLayers;

/// The layers of a configuration, in ascending precedence.
enum class Layer
{
    fallback,
    ini,
    json,
    environment,
    commandLine,
    passedSocket ///< local.host and local.port of a listening socket that was passed in
};

/// A setting's value as found in one layer; used for --print-config and error messages.
struct FoundValue
{
    const Setting* setting = nullptr;
    std::size_t number = 0; ///< of the target, from 1; 0 for other settings
    std::string text;
    Layer layer = Layer::fallback;
    std::string origin; ///< "proximux.ini", "environment LOCAL_PORT", "command line --listen", "default"

    /// The text to show: secrets are masked.
    [[nodiscard]] std::string shown() const;
};

/// One of several services; see ConfigurationLoader::addService().
struct LoadedService
{
    std::string name;
    std::shared_ptr<const Configuration> configuration; ///< null if it has a mistake
    std::vector<FoundValue> values;                     ///< its own, without those of the process
};

/// The result of loading.
struct LoadResult
{
    std::shared_ptr<const Configuration> configuration; ///< null if there are mistakes; of services: the first one's
    std::vector<LoadedService> services;                ///< empty: there is one, without a name; or there are mistakes
    std::vector<std::string> mistakes;                  ///< one line each
    std::vector<std::string> notices;                   ///< one line each: what is no mistake, but may surprise
    std::vector<FoundValue> values;                     ///< those in force, as in the settings table; of services: the
                                                        ///< values of the process
    bool isEmpty = false;                               ///< no layer has a value or a mistake
};

/// Collects the layers and builds one validated Configuration. Reports every mistake in every layer, even if a higher
/// layer overrides it. Single-threaded.
class ConfigurationLoader
{
public:
    ConfigurationLoader();
    ~ConfigurationLoader();

    ConfigurationLoader(const ConfigurationLoader&) = delete;
    ConfigurationLoader& operator=(const ConfigurationLoader&) = delete;

    /// Adds an INI or JSON file; the suffix decides which. Of several files of one kind, a later one takes precedence.
    void addFile(const std::string& path);

    /// Adds the system-wide file if it exists.
    void addSystemFile();

    /// Adds a service: an INI or JSON file with the settings of one listening address, such as local, target and
    /// exchange. What concerns the whole process (log, io, shutdown, admin, script, limits.memory) is given by the
    /// other layers, and is in the configuration of each service. If those layers have a local.port or a target, they
    /// are the service "main" besides.
    void addService(const std::string& name, const std::string& path);

    /// Adds each INI or JSON file of a folder as a service that has the name of the file.
    void addServices(const std::string& folder);

    /// Adds those of the system-wide folder, if there is one with files.
    void addSystemServices();

    /// Adds the variables of an environment that concern Proximux: the original's names, and PROXIMUX_ with a known or
    /// slightly misspelled section. An empty variable counts as absent. A notice names other PROXIMUX_ variables, and
    /// those with one of the original's names that are evidently another program's.
    void addEnvironment(const std::map<std::string, std::string>& environment);

    /// Adds the environment of this process.
    void addEnvironment();

    /// Adds a value from the command line. `option` is the option as typed, such as "--set".
    void addCommandLine(const std::string& key, const std::string& value, const std::string& option);

    /// Adds the numeric address, or the path, of a listening socket that a service manager passed in. local.host,
    /// local.port and local.path need not be given then; a port, a numeric host or a path that differs is a mistake.
    void addPassedSocket(const Endpoint& endpoint);

    /// Adds a mistake found elsewhere, such as in the options. A setting that is missing is then not reported: it may
    /// be the one that was meant.
    void addMistake(const std::string& mistake);

    /// Validates all layers and builds the configuration.
    [[nodiscard]] LoadResult load() const;

    /// Path of the system-wide file: proximux/proximux.ini in the system's configuration folder that the build was
    /// configured with (CMAKE_INSTALL_SYSCONFDIR). On Windows %ProgramData%\Proximux\proximux.ini.
    static std::string systemFile();

    /// Path of the system-wide folder of services: services.d, beside the system-wide file.
    static std::string systemServices();

private:
    void checkOther(const FoundValue& value);
    void add(const std::string& key, const std::string& value, Layer layer, const std::string& origin);
    void addOwnEnvironment(const std::map<std::string, std::string>& environment);
    void addEnvironmentTargets(const std::map<std::string, std::string>& environment);

    std::vector<FoundValue> _found;
    std::unique_ptr<ServiceLayers> _services;
    std::vector<std::string> _mistakes;
    std::vector<std::string> _notices;
    bool _complete = true; ///< no layer, or part of one, is unread
};

} // namespace proximux
