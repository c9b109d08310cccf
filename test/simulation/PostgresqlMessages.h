#pragma once

#include <proximux/protocol/postgresql/Messages.h>

#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

namespace proximux
{

/// Takes the whole messages in front of these bytes.
inline std::vector<std::string> takeMessages(std::string& bytes)
{
    std::vector<std::string> messages;
    while (bytes.size() >= postgresql::HEADER && postgresql::lengthAt(bytes, 1) + 1 <= bytes.size())
    {
        const auto size = static_cast<std::size_t>(postgresql::lengthAt(bytes, 1) + 1);
        messages.push_back(bytes.substr(0, size));
        bytes.erase(0, size);
    }
    return messages;
}

inline std::string joined(const std::vector<std::string>& messages)
{
    return std::accumulate(messages.begin(), messages.end(), std::string());
}

/// A field of an error.
inline std::string field(const std::string& error, char name)
{
    for (std::size_t at = postgresql::HEADER; at < error.size() && error[at] != '\0';
         at += postgresql::textAt(error, at).size() + 1)
        if (error[at] == name)
            return std::string(postgresql::textAt(error, at + 1));
    return {};
}

} // namespace proximux
