#pragma once

#include <proximux/config/Configuration.h>
#include <proximux/config/Settings.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

/// The layers, the later wins.
enum class Layer
{
    fallback,
    ini,
    json,
    environment,
    commandLine
};

/// A setting's value as it was found: for --print-config, and for what is said of a mistake.
struct FoundValue
{
    const Setting* setting = nullptr;
    std::size_t number = 0; ///< of the target; else 0
    std::string text;
    Layer layer = Layer::fallback;
    std::string origin; ///< "proximux.ini", "environment LOCAL_PORT", "command line --listen", "default"

    /// The text as it may be shown: a secret is not.
    [[nodiscard]] std::string shown() const { return setting->secret && !text.empty() ? "***" : text; }
};

/// What came of loading.
struct LoadResult
{
    std::shared_ptr<const Configuration> configuration; ///< null where there are mistakes
    std::vector<std::string> mistakes;                  ///< a line each
    std::vector<FoundValue> values;                     ///< what is in force, in the order of the table
};

/// Collects the layers and makes one checked Configuration of them. Finds every mistake of every layer, also where a
/// higher layer has a right value. Used in one thread.
class ConfigurationLoader
{
public:
    /// Adds an INI or a JSON file; its name's ending says which. Files of one kind: the later wins.
    void addFile(const std::string& path);

    /// Adds the system-wide file if it exists.
    void addSystemFile();

    /// Adds what is ours in an environment: PROXIMUX_ and a section that is known or one slip away from a known one,
    /// and the original's names. An empty variable is an absent one.
    void addEnvironment(const std::map<std::string, std::string>& environment);

    /// The environment of this process.
    void addEnvironment();

    /// Adds a value from the command line; `option` is what was typed, "--set" say.
    void addCommandLine(const std::string& key, const std::string& value, const std::string& option);

    /// Adds a mistake that was found elsewhere, in the options say.
    void addMistake(const std::string& mistake) { _mistakes.push_back(mistake); }

    /// Checks all, and makes the configuration.
    [[nodiscard]] LoadResult load() const;

    /// Where the system-wide file is.
    static std::string systemFile();

private:
    void checkOther(const FoundValue& value);
    void add(const std::string& key, const std::string& value, Layer layer, const std::string& origin);
    void addEnvironmentTargets(const std::map<std::string, std::string>& environment);

    std::vector<FoundValue> _found;
    std::vector<std::string> _mistakes;
};

} // namespace proximux
