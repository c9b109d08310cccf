#pragma once

#include <algorithm>
#include <cstddef>

namespace proximux
{

/// How many bytes are kept of clients, in requests and in replies to them.
///
/// Each client has a reserve of its own, in which a small request always finds room. What is kept of it beyond that is
/// shared, and counts for the total. With the total reached the budget is crowded: no client is read beyond its
/// reserve. With a quarter of it free again it is not crowded any more.
class MemoryBudget
{
public:
    /// Limits in bytes.
    struct Limits
    {
        std::size_t reserve = 0;  ///< of each client
        std::size_t request = 0;  ///< input kept of one client
        std::size_t response = 0; ///< replies kept of one client
        std::size_t total = 0;    ///< of all clients, beyond their reserves
    };

    /// What is kept of one client. Owned by that client, changed by count().
    struct Share
    {
        std::size_t kept = 0;
        std::size_t unfinished = 0; ///< of them, beyond the reserve: bytes of requests that may never become whole
    };

    struct Usage
    {
        std::size_t kept = 0;
        std::size_t shared = 0;     ///< of them, beyond the reserves
        std::size_t unfinished = 0; ///< of those, bytes of requests that may never become whole
    };

    explicit MemoryBudget(const Limits& limits)
        : _limits(limits)
    {
    }

    /// What is kept must be counted anew then: call it while nothing is.
    void setLimits(const Limits& limits) { _limits = limits; }

    /// So many bytes are kept of this client from now on, and of them so many of incomplete requests.
    void count(Share& share, std::size_t kept, std::size_t unfinished)
    {
        _usage.kept += kept - share.kept;
        _usage.shared += beyondReserve(kept) - beyondReserve(share.kept);
        share.kept = kept;
        const std::size_t parts = beyondReserve(unfinished);
        _usage.unfinished += parts - share.unfinished;
        share.unfinished = parts;
    }

    /// The part of so many bytes of one client that counts for the total.
    [[nodiscard]] std::size_t beyondReserve(std::size_t bytes) const
    {
        return bytes > _limits.reserve ? bytes - _limits.reserve : 0;
    }

    /// What others use of the same total.
    void setOthers(const Usage& others) { _others = others; }

    [[nodiscard]] const Usage& usage() const { return _usage; }
    [[nodiscard]] bool isCrowded() const { return _crowded; }

    /// Whether so many bytes more can be kept.
    [[nodiscard]] bool hasRoom(std::size_t bytes) const { return _usage.kept + _others.kept + bytes <= _limits.total; }

    /// Whether incomplete requests have so much of the total that they may wait for one another for ever.
    [[nodiscard]] bool isClogged() const { return _usage.unfinished + _others.unfinished > mostOf(); }

    /// How much more may be read from a client, of whose input so much is kept.
    [[nodiscard]] std::size_t roomFor(const Share& share, std::size_t input) const;

    /// Bytes of replies that may wait for one client; at the limit its requests are not looked at.
    [[nodiscard]] std::size_t mostReplies() const { return std::min(_limits.response, _limits.total / 8); }

    /// Becomes crowded, or is not any more. Returns whether that has changed.
    bool update();

private:
    [[nodiscard]] std::size_t mostAtOnce() const;
    [[nodiscard]] std::size_t mostOf() const { return _limits.total / 4 * 3; }

    Limits _limits;
    Usage _usage;
    Usage _others;
    bool _crowded = false;
};

} // namespace proximux
