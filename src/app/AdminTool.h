#pragma once

#include <app/Options.h>

#include <cstdint>
#include <string>
#include <vector>

namespace proximux
{

/// proximux admin: gives a command to a running proxy, by its UNIX socket. Receives the arguments after its name and
/// returns an exit code.
int adminTool(const std::vector<std::string>& arguments);

/// proximux status: the same as admin show status.
int statusTool(const std::vector<std::string>& arguments);

/// proximux top: shows the status in a terminal until it is told to end.
int topTool(const std::vector<std::string>& arguments);

/// The arguments of these tools.
struct AdminOptions
{
    enum class Tool
    {
        admin, ///< and status
        top
    };

    Tool tool;
    std::string socket; ///< path
    std::string words;  ///< the command
    bool json = false;
    bool help = false;
    std::int64_t interval = 0; ///< seconds until it is shown again; 0: it is shown once
    std::vector<std::string> mistakes;

    AdminOptions(Tool which, const std::vector<std::string>& arguments);

    /// The options of this tool.
    [[nodiscard]] Options options();

private:
    void takeInterval(const std::string& option, const std::string& value);
    void takeWord(const std::string& word);
};

/// What these tools print for --help.
std::string describeAdminTools(AdminOptions& options);

} // namespace proximux
