#pragma once

#include <proximux/wire/Bytes.h>
#include <proximux/wire/Instant.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace proximux
{

/// What a Watcher saw of a request, handed over as soon as the request is whole; where messages are not delimited, as
/// soon as a piece of it is there.
struct WatchedRequest
{
    Bytes bytes;            ///< its first bytes, at most WatchLimits::kept; empty where it holds secrets
    std::uint64_t size = 0; ///< all its bytes
    Bytes text;             ///< short readable form, at most WatchLimits::text bytes; any byte value may be in it
    bool secret = false;    ///< bytes are withheld; text says what it is, never what is in it
    bool answered = true;   ///< a response of its own is expected; false also for what continues a request
};

/// What a Watcher saw of a response, once it is whole.
struct WatchedResponse
{
    std::size_t requests = 1; ///< how many requestSeen() that were `answered` it answers
    std::uint64_t requestSize = 0;
    std::uint64_t responseSize = 0;
    Bytes text;            ///< the readable form of the request
    Duration firstByte;    ///< from the request's last byte to the response's first
    Duration whole;        ///< from the request's last byte to the response's last
    bool failed = false;   ///< the connection ended before the response was whole
    std::size_t place = 0; ///< of the first of those requests among all that are not answered yet, the oldest first
};

/// Hears what a Watcher sees. The views are valid during the call.
class WatchListener
{
public:
    virtual ~WatchListener() = default;

    virtual void requestSeen(const WatchedRequest& request) = 0;
    virtual void responseSeen(const WatchedResponse& response) = 0;
    /// Called at most once in a watcher's life: from here on the bytes pass unseen. The reason is fixed text, safe to
    /// log.
    virtual void watchLost(const char* reason) = 0;
};

/// Bounds what a watcher keeps of one message.
struct WatchLimits
{
    std::size_t kept = 65536; ///< bytes of a request kept for WatchedRequest::bytes
    std::size_t text = 1024;  ///< bytes of the readable form
};

/// Watches the two byte streams of one pair and never changes them. Sans I/O: fed with bytes and the time, in
/// pieces of any size. Nothing that a peer sends makes it throw, or keep more than WatchLimits and a header.
/// Owned by its pair, used in its reactor's thread.
class Watcher
{
public:
    virtual ~Watcher() = default;

    virtual void fromClient(Bytes bytes, Instant now) = 0;
    virtual void fromTarget(Bytes bytes, Instant now) = 0;

    /// The pair has ended: requests that still wait for their response are reported as failed.
    virtual void ended(Instant now) = 0;

    /// Whether the pair stands between two exchanges, so that closing it now interrupts nobody.
    [[nodiscard]] virtual bool isAtRest() const = 0;
};

} // namespace proximux
