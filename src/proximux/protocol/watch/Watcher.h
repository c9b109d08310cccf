#pragma once

#include <proximux/Bytes.h>
#include <proximux/Instant.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace proximux
{

/// An observed request. Reported as soon as it is complete or, if messages are not delimited, for each piece.
struct WatchedRequest
{
    Bytes bytes;            ///< its first bytes, at most WatchLimits::kept; empty if they contain secrets
    std::uint64_t size = 0; ///< size of the whole request in bytes
    Bytes text;             ///< short readable form, at most WatchLimits::text bytes of any value
    bool secret = false;    ///< bytes are withheld, and text contains no secret
    bool answered = true;   ///< its own response is expected; false also for a piece that continues a request
};

/// An observed response, reported when it is complete.
struct WatchedResponse
{
    std::size_t requests = 1; ///< number of `answered` requests that it answers
    std::uint64_t requestSize = 0;
    std::uint64_t responseSize = 0;
    Bytes text;            ///< the readable form of the request
    Duration firstByte;    ///< from the request's last byte to the response's first
    Duration whole;        ///< from the request's last byte to the response's last
    bool failed = false;   ///< the connection ended before the response was whole
    std::size_t place = 0; ///< position of the first of those requests among all unanswered ones, oldest first
};

/// Receives the observations of a Watcher. The views are valid during the call.
class WatchListener
{
public:
    virtual ~WatchListener() = default;

    virtual void requestSeen(const WatchedRequest& request) = 0;
    virtual void responseSeen(const WatchedResponse& response) = 0;
    /// Called at most once: observation stops here, and bytes pass unseen. The reason is fixed text, safe to log.
    virtual void watchLost(const char* reason) = 0;
};

/// Limits of what a watcher keeps of one message.
struct WatchLimits
{
    std::size_t kept = 65536; ///< bytes of a request kept for WatchedRequest::bytes
    std::size_t text = 1024;  ///< bytes of the readable form
};

/// Observes both byte streams of one pair without changing them. Does no I/O: receives bytes, in pieces of any size,
/// and the time. No input makes it throw, or keep more than WatchLimits and a header. Owned by its pair, used in its
/// reactor's thread.
class Watcher
{
public:
    virtual ~Watcher() = default;

    virtual void fromClient(Bytes bytes, Instant now) = 0;
    virtual void fromTarget(Bytes bytes, Instant now) = 0;

    /// The pair has ended: reports unanswered requests as failed.
    virtual void ended(Instant now) = 0;

    /// Whether the pair is between two exchanges, so that closing it interrupts none.
    [[nodiscard]] virtual bool isAtRest() const = 0;
};

} // namespace proximux
