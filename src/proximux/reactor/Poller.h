#pragma once

#include <Poco/Net/SocketImpl.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace proximux
{

/// What a handler wants to be told of a socket. Hang-ups and errors are told always.
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

/// A back end: tells which sockets are ready, level-triggered. Used in its reactor's thread.
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

    /// The token comes back with what is ready. Its lower half is a small number that no other registered one has.
    virtual void add(poco_socket_t socket, std::uint64_t token, Interest interest) = 0;
    virtual void modify(poco_socket_t socket, std::uint64_t token, Interest interest) = 0;

    /// closing: the socket is closed at once, and has no other descriptor.
    virtual void remove(poco_socket_t socket, std::uint64_t token, bool closing) = 0;

    /// Waits for at most so many microseconds (negative: for ever), and replaces the list by what is ready.
    virtual void wait(std::int64_t timeout, std::vector<Ready>& ready) = 0;

    /// The name as in io.backend.
    [[nodiscard]] virtual const char* name() const = 0;

    /// Milliseconds for a call that takes an int of them: rounded up, so that nobody wakes before it is time.
    static int milliseconds(std::int64_t microseconds);
};

/// poll(); on every system.
std::unique_ptr<Poller> makePollPoller();

/// epoll; null where the system has none.
std::unique_ptr<Poller> makeEpollPoller();

} // namespace proximux
