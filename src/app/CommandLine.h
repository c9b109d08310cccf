#pragma once

#include <app/Options.h>
#include <proximux/ConfigurationLoader.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

/// What was said on the command line. Parsed before the program may become a daemon, so that what is wrong is seen
/// where it was typed.
///
/// Options are exact (`--listen 3307` or `--listen=3307`); those of Poco's ServerApplication (--daemon, --pidfile=,
/// --umask=) are left to it: see poco().
class CommandLine
{
public:
    /// arguments: without the program's name.
    explicit CommandLine(const std::vector<std::string>& arguments);

    /// The service manager passed in a socket that listens there. Call it before load().
    void usePassedSocket(const Endpoint& endpoint) { _passed = endpoint; }

    /// Makes the names of files absolute, for a later load() in another working directory.
    void makeAbsolute();

    /// Loads all layers. Mistakes in the options are among the result's.
    [[nodiscard]] LoadResult load() const;

    /// As load(), from another environment than the process's.
    [[nodiscard]] LoadResult load(const std::map<std::string, std::string>& environment) const;

    /// What Poco's ServerApplication is to see.
    [[nodiscard]] const std::vector<std::string>& poco() const { return _poco; }

    [[nodiscard]] bool wantsHelp() const { return _help; }
    [[nodiscard]] bool wantsVersion() const { return _version; }
    [[nodiscard]] bool wantsCheck() const { return _check; }
    [[nodiscard]] bool wantsPrint() const { return _print; }
    [[nodiscard]] bool wantsDemo() const { return _demo; }
    [[nodiscard]] bool wantsTls() const { return _tls; }
    [[nodiscard]] bool wantsDaemon() const { return _daemon; }

    [[nodiscard]] const std::vector<std::string>& mistakes() const { return _mistakes; }

    /// The argument of --help; empty: the overview.
    [[nodiscard]] const std::string& topic() const { return _topic; }

    /// The text of --help for a setting or a section; without a topic the overview. Empty if the topic is unknown.
    static std::string helpText(const std::string& topic = {});

    /// What to try first, for those who started the program without arguments and without any setting.
    static std::string firstStepsText();

    /// The options, without their actions.
    static Options documentedOptions();

    /// The options section of the man page, in roff.
    static std::string manOptionsText();

    /// The exit codes of the program and its tools, with their meanings.
    static const std::vector<std::pair<int, std::string>>& exitCodes();

    /// The text of --print-config.
    static std::string printText(const LoadResult& result);

private:
    struct Value
    {
        std::string key;
        std::string text;
        std::string option;
    };
    using Take = std::function<void(const std::string&)>;

    [[nodiscard]] Options options();
    [[nodiscard]] Options addresses();
    [[nodiscard]] Options services();
    [[nodiscard]] Options others();
    [[nodiscard]] Take filled(const std::string& name, Take take);
    static std::string overview();
    static std::string describeExitCodes();

    void takeListen(const std::string& value);
    void takeTarget(const std::string& value);
    void takeSet(const std::string& value);
    void takeService(const std::string& value);
    void unknown(const std::string& name);
    void set(const std::string& key, const std::string& text, const std::string& option);
    void setPath(const std::string& key, const std::string& path, const std::string& option);
    [[nodiscard]] LoadResult load(ConfigurationLoader& loader) const;

    std::vector<std::string> _files;
    std::vector<std::pair<std::string, std::string>> _services; ///< name, file
    std::string _serviceFolder;                                 ///< empty: none
    std::vector<Value> _values;
    std::vector<std::string> _poco;
    std::vector<std::string> _mistakes;
    std::string _topic;
    std::optional<Endpoint> _passed;
    std::size_t _targets = 0;
    bool _listen = false;
    bool _help = false;
    bool _version = false;
    bool _check = false;
    bool _print = false;
    bool _demo = false;
    bool _tls = false; ///< of the demonstration
    bool _daemon = false;
    bool _mayBeValue = false; ///< the last unknown argument was an option without a value
};

} // namespace proximux
