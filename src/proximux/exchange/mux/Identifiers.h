#pragma once

#include <proximux/Instant.h>
#include <proximux/base/Random.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace proximux
{

struct Request;

/// The ids of all requests to one target, over all of its connections, the earlier ones included.
///
///               take(), claim()            answered()
///     free ------------------------> used ------------> free, behind all others
///      ^                              |  lost()
///      |          the reuse time      v
///      +---------------------------- reserved
///
/// - Two requests in flight never have the same id, whichever connections they are on.
/// - The first id and the order of the others are random.
/// - An id whose response came is used again after all others that are free.
/// - An id whose response did not come is reserved: the response may still come, on the next connection or on another
///   one. After the reuse time it is free again.
/// - When no id is free nothing can be sent until one is: no id is ever taken from those that are used or reserved.
///
/// An id is a place in a table, and, where it is wider than the table needs, a generation of that place; ids of more
/// than four bytes have random bits before both. With four bytes or more no id comes again within 2^32 requests, so
/// that none is reserved. All memory is allocated by the constructor; each call takes constant time, amortized.
class Identifiers
{
public:
    struct Settings
    {
        std::size_t width = 2; ///< bytes of an id, 1 to 8
        std::size_t most = 1;  ///< requests in flight at once
        Duration reuse = Duration::seconds(300);
        std::uint64_t seed = 1;
    };

    explicit Identifiers(const Settings& settings);

    [[nodiscard]] bool hasFree() const { return _links[FREE].next != FREE; }

    /// An id for the request; there must be a free one.
    std::uint64_t take(Request& request, Instant now);

    /// Whether a request that brings its own id may be sent with it: no other has it, or may still be answered by it.
    [[nodiscard]] bool mayClaim(std::uint64_t id) const;

    /// The request keeps its own id.
    void claim(std::uint64_t id, Request& request);

    /// The request in flight with this id, on whichever connection; or null.
    [[nodiscard]] Request* find(std::uint64_t id) const;

    /// The response came.
    void answered(std::uint64_t id);

    /// It did not come, and may still come later.
    void lost(std::uint64_t id, Instant now);

    /// When the next reserved id is free again.
    [[nodiscard]] Instant nextFree() const;

    /// Frees what was reserved for long enough.
    void restore(Instant now);

    /// Whether so many are reserved that no more should be without need: half of all.
    [[nodiscard]] bool areScarce() const { return 2 * _reserved >= size(); }

    /// Ids that may be in use at once.
    [[nodiscard]] std::size_t size() const { return _requests.size(); }

private:
    // The heads of two rings, in front of the places.
    static constexpr std::uint32_t FREE = 0;
    static constexpr std::uint32_t RESERVED = 1;
    static constexpr std::uint32_t FIRST = 2;

    struct Link
    {
        std::uint32_t previous = 0; ///< itself: in no ring
        std::uint32_t next = 0;
    };

    [[nodiscard]] std::size_t placeOf(std::uint64_t id) const { return static_cast<std::size_t>(id & _placeMask); }
    [[nodiscard]] std::uint64_t idOf(std::size_t place) const
    {
        return _highBits.empty() ? place : place | _highBits[place];
    }
    [[nodiscard]] std::uint64_t nextHighBits(std::uint64_t present);
    void append(std::uint32_t ring, std::size_t place);
    void prepend(std::uint32_t ring, std::size_t place);
    void unlink(std::size_t place);
    [[nodiscard]] bool reserves() const { return !_due.empty(); }

    Random _random;
    Duration _reuse;
    std::uint64_t _placeMask;
    std::uint64_t _generationMask = 0; ///< with the places
    std::uint64_t _mask;               ///< all bits of an id
    std::vector<Link> _links;          ///< both heads, then the places
    std::vector<Request*> _requests;   ///< by place; null: not in use
    std::size_t _reserved = 0;
    std::vector<Instant> _due;            ///< by place; empty: none is reserved
    std::vector<std::uint64_t> _highBits; ///< by place, of its last id; empty: an id is its place
};

} // namespace proximux
