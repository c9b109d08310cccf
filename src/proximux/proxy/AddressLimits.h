#pragma once

#include <proximux/AddressRange.h>
#include <proximux/Configuration.h>
#include <proximux/Instant.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <vector>

namespace proximux
{

/// Limits the clients of each address: how many there are at once, how often they come, and how often they ask.
/// Addresses with the same prefix are one. It never reads a clock, and has no timers.
///
///     buckets    [ ]  [*]  [ ]  [*]          of a keyed hash
///                      |         |
///     entries          A -> D    C           at most limits.table
///                           |    |
///     at rest        oldest D <-> C newest   no client is there; in the order in which the last one left
///
/// A full table forgets the oldest address at rest whose rate has no debt left, so that nobody is better off by being
/// forgotten. Where there is none, a new address is refused.
///
/// Shared by all workers of a Proxy: any thread. One lock for each client that is admitted, one for each that leaves,
/// none while no limit is set.
class AddressLimits
{
public:
    using Address = AddressRange::Address;

    /// Where the table has the address of a client, until the client leaves.
    using Place = std::uint32_t;
    static constexpr Place NOWHERE = std::numeric_limits<Place>::max(); ///< it is not limited

    enum class Verdict
    {
        admitted,
        connections, ///< limits.connections is reached
        rate,        ///< limits.connection_rate is exceeded
        full         ///< limits.table is full
    };

    struct Admission
    {
        Verdict verdict = Verdict::admitted;
        Place place = NOWHERE;
        Address prefix{}; ///< by which it was judged
    };

    /// seed: of the hash, so that nobody can choose addresses that share a bucket.
    explicit AddressLimits(std::uint64_t seed)
        : _seed(seed)
    {
    }

    /// Judges by these settings from now on. Clients that are there stay, and count if they did.
    void use(const LimitsSettings& settings, Instant now);

    /// Whether there is a limit.
    [[nodiscard]] bool isOn() const { return _on.load(std::memory_order_relaxed); }

    /// Judges a new client. An admitted one counts until left() is called with its place.
    Admission admit(const Address& address, Instant now);

    void left(Place place);

    /// Whether a client at this place may send a further request. Only in the thread that calls admit() and use(), and
    /// without a lock.
    [[nodiscard]] bool mayAsk(Place place, Instant now) const;

    /// A client at this place has sent a request. Likewise.
    void asked(Place place, Instant now);

    /// Addresses in the table.
    [[nodiscard]] std::size_t size() const;

    /// Bytes that each address takes, beside its share of the buckets, which is at most 4, and 8 for
    /// limits.request_rate.
    [[nodiscard]] static constexpr std::size_t entrySize() { return sizeof(Entry); }

private:
    /// Links are places. An entry of the free list uses `next` only.
    struct Entry
    {
        Address prefix{};
        Instant free; ///< when its rate has no debt left; GCRA's theoretical time of arrival
        std::uint32_t connections = 0;
        Place next = NOWHERE; ///< in its bucket
        Place older = NOWHERE;
        Place newer = NOWHERE;
    };

    // all with the lock
    [[nodiscard]] bool isExempt(const Address& address) const;
    [[nodiscard]] Address prefixOf(const Address& address) const;
    [[nodiscard]] Verdict judge(const Entry& entry, Instant now) const;
    [[nodiscard]] bool isFree(Place place, Instant now) const;
    [[nodiscard]] Place find(const Address& prefix) const;
    Place make(const Address& prefix, Instant now);
    bool forgetOne(Instant now);
    void forget(Place place);
    void resize(std::size_t capacity, Instant now);
    void limitRequests(const Rate& rate, Instant now);
    void rest(Place place);
    void wake(Place place);
    [[nodiscard]] std::size_t bucketOf(const Address& prefix) const;

    const std::uint64_t _seed;
    std::atomic<bool> _on{false};
    mutable std::mutex _mutex;
    LimitsSettings _settings;
    std::int64_t _interval = 0; ///< microseconds between two connections at the rate; 0: no limit
    std::int64_t _debt = 0;     ///< the most that an address can have of them
    std::size_t _capacity = 0;
    std::size_t _size = 0;
    std::vector<Entry> _entries;
    std::int64_t _requestInterval = 0; ///< as _interval, for requests
    std::int64_t _requestDebt = 0;
    std::vector<Instant> _requests; ///< as Entry::free, for requests; empty: they have no limit
    std::vector<Place> _buckets;    ///< a power of two
    Place _unused = NOWHERE;        ///< the free list
    Place _oldest = NOWHERE;
    Place _newest = NOWHERE;
};

} // namespace proximux
