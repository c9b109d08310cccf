#include <proximux/config/SettingRow.h>

namespace proximux::table
{

using namespace kinds;

std::vector<Setting> scriptSettings()
{
    return {
        now(row("script.file", "", path(FIELD(std::string, script.file)),
                {"", "Program in Lua 5.4 that hears of clients and requests, and may refuse clients",
                 "It defines any of the functions connected, request, response and disconnected. "
                 "A reload reads it again and starts it anew, without what it has kept in its variables. "
                 "It cannot open files or connections. "
                 "Example: script.file = /etc/proximux/guard.lua."})),
        now(row("script.output", "", path(FIELD(std::string, script.output)),
                {"", "File to which the script writes lines with write()",
                 "It is rotated as log.file is, by log.file_size and log.file_count. "
                 "Control characters are escaped, so that each write is one line. "
                 "Without it write() does nothing. "
                 "Example: script.output = /var/log/proximux/queries.log."})),
        now(row("script.instructions", "100000", integer<int>(1000, 1000000000, FIELD(int, script.instructions)),
                {"", "Instructions of Lua that one call of the script may take",
                 "A call that takes more is ended with an error in the log; its client is served as if there were no "
                 "script. "
                 "All clients of a thread wait meanwhile: a hundred thousand take about a millisecond. "
                 "Example: script.instructions = 1000000 for a script that searches long lists."})),
        now(row("script.memory", "16M", size(256 * KIB, GIB, FIELD(std::size_t, script.memory)),
                {"", "Memory that the script may use",
                 "It holds the script, its variables and what it makes in a call. "
                 "A call that needs more is ended with an error in the log. "
                 "Example: script.memory = 256M for a table with a million addresses."})),
    };
}

} // namespace proximux::table
