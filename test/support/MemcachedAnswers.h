#pragma once

#include <string>

namespace proximux
{

/// The responses of an empty memcached server to these get and incr commands.
inline std::string memcachedAnswers(const std::string& commands)
{
    std::string answers;
    for (std::size_t at = 0; at < commands.size(); at = commands.find('\n', at) + 1)
        answers += commands[at] == 'g' ? "END\r\n" : "NOT_FOUND\r\n";
    return answers;
}

} // namespace proximux
