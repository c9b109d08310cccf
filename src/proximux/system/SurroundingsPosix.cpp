#include <proximux/system/Surroundings.h>

extern char** environ; // NOLINT(readability-redundant-declaration): POSIX declares it in no header

namespace proximux::surroundings
{

std::vector<std::string> arguments(int count, char** given)
{
    return {given, given + count};
}

std::map<std::string, std::string> environment()
{
    std::map<std::string, std::string> variables;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    {
        const std::string line(*entry);
        const std::size_t equals = line.find('=');
        if (equals != std::string::npos)
            variables[line.substr(0, equals)] = line.substr(equals + 1);
    }
    return variables;
}

std::string configurationFile()
{
    return PROXIMUX_SYSTEM_FILE;
}

bool hasUnixSockets()
{
    return true;
}

} // namespace proximux::surroundings
