#pragma once

#include <cstdint>
#include <string>

namespace proximux
{

/// An address to listen on or connect to. The host is a name or a numeric address, without brackets.
struct Endpoint
{
    std::string host;
    std::uint16_t port = 0;

    /// "host:port", as in a log line; IPv6 without brackets.
    [[nodiscard]] std::string toString() const { return host + ":" + std::to_string(port); }
};

inline bool operator==(const Endpoint& a, const Endpoint& b)
{
    return a.port == b.port && a.host == b.host;
}

inline bool operator!=(const Endpoint& a, const Endpoint& b)
{
    return !(a == b);
}

} // namespace proximux
