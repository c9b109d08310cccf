#pragma once

#include <cstdint>
#include <string>

namespace proximux
{

/// Stands for the host of a peer that came over a UNIX socket.
constexpr const char* UNIX_HOST = "unix";

/// An address to listen on or connect to: a host and a port, or the path of a UNIX socket. The host is a name or a
/// numeric address, without brackets; to listen on all interfaces it may be "*".
struct Endpoint
{
    std::string host;
    std::uint16_t port = 0;
    std::string path{}; ///< absolute, or "@" and the name of an abstract socket (Linux); empty: it has host and port

    /// Whether it is a UNIX socket.
    [[nodiscard]] bool isLocal() const { return !path.empty(); }

    /// "host:port", "[host]:port" for a numeric IPv6 address, or "unix:path".
    [[nodiscard]] std::string toString() const
    {
        if (isLocal())
            return "unix:" + path;
        const bool isV6 = host.find(':') != std::string::npos;
        return (isV6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
    }
};

inline bool operator==(const Endpoint& a, const Endpoint& b)
{
    return a.port == b.port && a.host == b.host && a.path == b.path;
}

inline bool operator!=(const Endpoint& a, const Endpoint& b)
{
    return !(a == b);
}

} // namespace proximux
