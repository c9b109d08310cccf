#pragma once

#include <Poco/Net/SocketImpl.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace proximux
{

/// The events that a handler wants. Hang-ups and errors are always reported.
struct Interest
{
    bool read = false;
    bool write = false;
};

inline bool operator==(Interest a, Interest b)
{
    return a.read == b.read && a.write == b.write;
}

inline bool operator!=(Interest a, Interest b)
{
    return !(a == b);
}

/// An event back end: reports which sockets are ready, level-triggered. Use it in its reactor's thread only.
class Poller
{
public:
    struct Ready
    {
        std::uint64_t token;
        bool read;
        bool write;
        bool hungUp; ///< hang-up or error
    };

    virtual ~Poller() = default;

    /// Registers a socket. `token` is returned with its events; its lower half is a small number, unique among the
    /// registered sockets.
    virtual void add(poco_socket_t socket, std::uint64_t token, Interest interest) = 0;
    virtual void modify(poco_socket_t socket, std::uint64_t token, Interest interest) = 0;

    /// closing: the caller closes the socket right after, and no other descriptor refers to it.
    virtual void remove(poco_socket_t socket, std::uint64_t token, bool closing) = 0;

    /// Waits for at most `timeout` microseconds (negative: forever) and replaces the list by the ready sockets. Throws
    /// Poco::IOException.
    virtual void wait(std::int64_t timeout, std::vector<Ready>& ready) = 0;

    /// The name used in io.backend.
    [[nodiscard]] virtual const char* name() const = 0;

    /// Converts to milliseconds for poll() and epoll_wait(), rounded up to avoid early wake-ups.
    static int milliseconds(std::int64_t microseconds);
};

/// Uses poll(); available on every system.
std::unique_ptr<Poller> makePollPoller();

/// Uses epoll; null if the system has none.
std::unique_ptr<Poller> makeEpollPoller();

} // namespace proximux
