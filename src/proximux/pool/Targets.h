#pragma once

#include <proximux/wire/Instant.h>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <vector>

namespace proximux
{

/// How long a dead target is left alone: doubled with each failure in a row, from min to max, of which a random half
/// is taken off at most, so that many do not come back in one instant.
struct Backoff
{
    Duration min;
    Duration max;
};

/// Which targets live, and how many connections each has.
///
///              failed()                  back-off over, choose()
///     living ------------> dead --------------------------------> trial
///       ^                   ^                                       |
///       |                   +--------------- failed() --------------+
///       +---------------------------------- opened() ---------------+
///
/// One for the whole process: its methods may be called from any thread. They are called when connections come and
/// go, never for bytes.
class Targets
{
public:
    enum class Health
    {
        living,
        dead,
        trial ///< one connection finds out whether it is back; all others pass it over
    };

    Targets(std::size_t count, Backoff backoff, std::uint64_t seed);

    /// The target for a new connection, which is counted from here on: among those not yet tried the one with the
    /// fewest connections, in listed order where several have as few; living ones and those due for a trial before
    /// dead ones, and of the dead the one whose back-off ends first. Nothing where all were tried.
    /// `tried` has a flag for each target, or is empty.
    std::optional<std::size_t> choose(const std::vector<bool>& tried, Instant now);

    /// Whether a connection to this very target may be opened now. If so it is counted from here on, as by choose().
    bool begin(std::size_t target, Instant now);

    /// When begin() may say yes at the earliest: now, the end of the back-off, or never while a trial is under way.
    [[nodiscard]] Instant retryAt(std::size_t target, Instant now) const;

    /// How many targets choose() would take before it falls back on dead ones.
    [[nodiscard]] std::size_t candidates(const std::vector<bool>& tried, Instant now) const;

    /// The counted connection opened.
    void opened(std::size_t target);

    /// The counted connection could not be opened, and counts no more.
    void failed(std::size_t target, Instant now);

    /// The counted connection was given up before it opened: that says nothing about the target.
    void abandoned(std::size_t target, Instant now);

    /// The counted connection, which had opened, is gone.
    void closed(std::size_t target);

    /// Its connections open, but are of no use: it is left alone for a while.
    void shun(std::size_t target, Instant now);

    [[nodiscard]] std::size_t count() const { return _targets.size(); }
    [[nodiscard]] Health health(std::size_t target) const;
    [[nodiscard]] std::size_t connections(std::size_t target) const;

private:
    struct Target
    {
        Health health = Health::living;
        std::size_t connections = 0;
        std::size_t opening = 0; ///< of these
        unsigned failures = 0;   ///< in a row
        Instant retry;           ///< end of the back-off
    };

    [[nodiscard]] bool isEligible(const Target& target, Instant now) const;
    static void count(Target& target);
    [[nodiscard]] Duration backoff(unsigned failures);

    mutable std::mutex _mutex;
    std::vector<Target> _targets;
    Backoff _backoff;
    std::minstd_rand _random;
};

const char* toString(Targets::Health health);

} // namespace proximux
