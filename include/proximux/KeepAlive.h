#pragma once

#include <proximux/Instant.h>

namespace proximux
{

/// TCP keep-alive, which detects vanished peers: the first probe after `idle` without traffic, then one every
/// `interval`. The connection is lost after `count` unanswered probes.
struct KeepAlive
{
    bool on = true;
    Duration idle = Duration::seconds(60); ///< off: the system's defaults for idle, interval and count
    Duration interval = Duration::seconds(10);
    int count = 6;

    static constexpr KeepAlive off() { return {false, Duration::off(), Duration::off(), 0}; }
    static constexpr KeepAlive ofTheSystem() { return {true, Duration::off(), Duration::off(), 0}; }
};

constexpr bool operator==(const KeepAlive& a, const KeepAlive& b)
{
    return a.on == b.on && a.idle == b.idle && a.interval == b.interval && a.count == b.count;
}

/// Options that the operating system applies to a connection.
struct SocketOptions
{
    KeepAlive keepAlive;
    Duration userTimeout = Duration::off(); ///< off: the system's default
};

} // namespace proximux
