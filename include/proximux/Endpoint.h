#pragma once

#include <cstdint>
#include <string>

namespace proximux
{

/// An address to listen on or connect to. The host is a name or a numeric address, without brackets; to listen on all
/// interfaces it may be "*".
struct Endpoint
{
    std::string host;
    std::uint16_t port = 0;

    /// "host:port", or "[host]:port" for a numeric IPv6 address.
    [[nodiscard]] std::string toString() const
    {
        const bool isV6 = host.find(':') != std::string::npos;
        return (isV6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
    }
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
