#pragma once

#include <proximux/system/ProcessFacts.h>

#include <functional>
#include <string>
#include <vector>

namespace proximux
{

/// What the admin port asks of the process. Called in the thread of AdminServer, which none of it may hold up.
class AdminCommands
{
public:
    struct Reload
    {
        bool applied = false;           ///< false: nothing has changed
        std::vector<std::string> lines; ///< what has changed, or else each mistake
    };

    virtual ~AdminCommands() = default;

    /// Each value in force and its origin, as --print-config shows them. Secrets are masked.
    [[nodiscard]] virtual std::string configuration() const = 0;

    /// Fills in what the program knows of its log and its reloads.
    virtual void addFacts(ProcessFacts& facts) const = 0;

    /// Reads the configuration again and applies it as a whole, or not at all. Calls done later, in any thread.
    virtual void reload(std::function<void(const Reload&)> done) = 0;

    /// Reads the files of TLS again that the configuration in force names, and uses all of them, or none. Calls done
    /// later, in any thread.
    virtual void reloadCertificates(std::function<void(const Reload&)> done) = 0;

    /// As TERM: a second one stops.
    virtual void drain() = 0;

    /// As QUIT.
    virtual void stop() = 0;

    /// Opens the log file again, as USR1 does.
    virtual void reopen() = 0;

    /// level: 0 to 3, as log.level.
    virtual void setLogLevel(int level) = 0;
};

} // namespace proximux
