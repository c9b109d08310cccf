#pragma once

#include <proximux/Instant.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <vector>

namespace proximux
{

/// Exponential back-off of a failed target, from min to max, with up to 50 % jitter.
struct Backoff
{
    Duration min;
    Duration max;
};

/// The health of each target and its number of connections.
///
///              failed()                  back-off over, choose()
///     living ------------> dead --------------------------------> trial
///       ^                   ^                                       |
///       |                   +--------------- failed() --------------+
///       +---------------------------------- opened() ---------------+
///
/// One for the whole process; its methods may be called from any thread. They are called once per connection event,
/// never per byte.
class Targets
{
public:
    enum class Health
    {
        living,
        dead,
        trial ///< one connection tests whether it is back; all others avoid it
    };

    static constexpr std::size_t HEALTHS = 3;

    /// What became of a target since the start.
    struct History
    {
        Health health = Health::living;
        std::array<std::uint64_t, HEALTHS> moves{}; ///< by the health that it came to
        Duration down;                              ///< for how long it was not living
    };

    Targets(std::size_t count, Backoff backoff, std::uint64_t seed);

    /// Chooses the target for a new connection and counts that connection. Among the targets that `tried` does not mark
    /// it prefers the one with the fewest connections, the first in the list if there are several. If none is alive or
    /// due for a trial, it takes the one whose back-off ends first. Returns nothing if all are marked. `tried` has one
    /// flag per target, or is empty.
    std::optional<std::size_t> choose(const std::vector<bool>& tried, Instant now);

    /// Whether a connection to exactly this target may be opened now. If so, counts it, as choose() does.
    bool begin(std::size_t target, Instant now);

    /// The earliest time at which begin() may return true: now, the end of the back-off, or never while a trial is
    /// under way.
    [[nodiscard]] Instant retryAt(std::size_t target, Instant now) const;

    /// Whether it was not found dead by the last attempt.
    [[nodiscard]] bool isLiving(std::size_t target) const;

    /// The number of targets that choose() considers before it falls back to dead ones.
    [[nodiscard]] std::size_t candidates(const std::vector<bool>& tried, Instant now) const;

    /// The counted connection opened.
    void opened(std::size_t target, Instant now);

    /// The counted connection could not be opened and is no longer counted. Its target is backed off.
    void failed(std::size_t target, Instant now);

    /// The counted connection was abandoned before it opened, which says nothing about the target.
    void abandoned(std::size_t target, Instant now);

    /// The counted connection, which had opened, was closed.
    void closed(std::size_t target);

    /// The target accepts connections that turn out to be useless: backs it off.
    void shun(std::size_t target, Instant now);

    [[nodiscard]] std::size_t count() const { return _targets.size(); }
    [[nodiscard]] Health health(std::size_t target) const;
    [[nodiscard]] std::size_t connections(std::size_t target) const;
    [[nodiscard]] History history(std::size_t target, Instant now) const;

private:
    struct Target
    {
        History history;   ///< down: without the time since `downSince`
        Instant downSince; ///< not living
        std::size_t connections = 0;
        std::size_t opening = 0; ///< of these
        unsigned failures = 0;   ///< in a row
        Instant retry;           ///< end of the back-off

        [[nodiscard]] Health health() const { return history.health; }
    };

    [[nodiscard]] bool isEligible(const Target& target, Instant now) const;
    static void move(Target& target, Health health, Instant now);
    static void count(Target& target, Instant now);
    void backOff(Target& target, Instant now);
    [[nodiscard]] Duration backoff(unsigned failures);

    mutable std::mutex _mutex;
    std::vector<Target> _targets;
    Backoff _backoff;
    std::minstd_rand _random;
};

const char* toString(Targets::Health health);

} // namespace proximux
