#pragma once

#include <proximux/wire/Instant.h>

namespace proximux
{

/// When a connection on which nothing passes is probed, so that a peer that vanished is found: after `idle`, then
/// every `interval`, and it is lost with the `count`th probe that is not answered.
struct KeepAlive
{
    bool on = true;
    Duration idle = Duration::seconds(60); ///< off: the three of the system
    Duration interval = Duration::seconds(10);
    int count = 6;

    static constexpr KeepAlive off() { return {false, Duration::off(), Duration::off(), 0}; }
    static constexpr KeepAlive ofTheSystem() { return {true, Duration::off(), Duration::off(), 0}; }
};

constexpr bool operator==(const KeepAlive& a, const KeepAlive& b)
{
    return a.on == b.on && a.idle == b.idle && a.interval == b.interval && a.count == b.count;
}

/// How the system looks after a connection.
struct SocketOptions
{
    KeepAlive keepAlive;
    Duration userTimeout = Duration::off(); ///< off: of the system
};

} // namespace proximux
