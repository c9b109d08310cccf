#pragma once

#include <app/Options.h>

#include <string>
#include <vector>

namespace proximux
{

/// proximux admin: gives a command to a running proxy, by its UNIX socket. Receives the arguments after its name and
/// returns an exit code.
int adminTool(const std::vector<std::string>& arguments);

/// proximux status: the same as admin show status.
int statusTool(const std::vector<std::string>& arguments);

/// The arguments of these tools.
struct AdminOptions
{
    std::string socket; ///< path
    std::string words;  ///< the command
    bool json = false;
    bool help = false;
    std::vector<std::string> mistakes;

    explicit AdminOptions(const std::vector<std::string>& arguments);

    /// The options of both.
    [[nodiscard]] Options options();
};

} // namespace proximux
