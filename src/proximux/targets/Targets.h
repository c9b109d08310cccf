#pragma once

#include <proximux/Instant.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
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
/// Beside that, health checks say that a target is down: it is avoided, whatever attempts to connect say of it, until
/// they say that it is up. If all are down, the one that was found down last is tried all the same.
///
/// Before that, an administrator says which targets are used at all (setDuty), or that none is for a while (pause):
/// nothing makes up for one that is drained or closed, and such targets do not count when all others are down.
///
/// Targets are named by an index, which stays theirs as long as they are there. At first that is their place in the
/// configuration; a reload changes which there are (assign), and in what order.
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
        trial,   ///< one connection tests whether it is back; all others avoid it
        down,    ///< health checks have found that it does not work
        drained, ///< by an administrator, whatever else is known of it
        closed   ///< likewise
    };

    static constexpr std::size_t HEALTHS = 6;

    /// What an administrator wants of a target. It stays with its index.
    enum class Duty
    {
        ready,
        draining, ///< nothing new is sent to it
        closing   ///< nor does anybody keep a connection to it who has nothing in flight there
    };

    /// Why nothing is to be sent to a target; of several reasons the last one.
    enum class Avoidance
    {
        none,
        down,   ///< and another is tried instead
        paused, ///< as all are
        drained,
        closed
    };

    /// What became of a target since the start.
    struct History
    {
        Health health = Health::living;
        std::array<std::uint64_t, HEALTHS> moves{}; ///< by the health that it came to
        Duration down;                              ///< for how long it was not living
    };

    Targets(std::size_t count, Backoff backoff, std::uint64_t seed);

    /// An index for a further target, which is living: a new one, or that of a retired target without connections that
    /// `taken` does not mark. Of no use before assign().
    [[nodiscard]] std::size_t makeRoom(const std::vector<bool>& taken);

    /// A target that there is, and how many connections it may have.
    struct Assigned
    {
        std::size_t target;
        std::size_t most = UNLIMITED;
    };

    static constexpr std::size_t UNLIMITED = std::numeric_limits<std::size_t>::max();

    /// These targets there are from now on, in this order. The others are retired: no connection to them is begun any
    /// more. One that was retired and is there again is as it was; a further one is living.
    void assign(const std::vector<Assigned>& targets);

    void setBackoff(Backoff backoff);

    /// Chooses the target for a new connection and counts that connection. Among the targets that `tried` does not mark
    /// it prefers the one with the fewest connections, the first in order if there are several. If none is alive or
    /// due for a trial, it takes the one whose back-off ends first. Returns nothing if all are marked or avoided.
    /// `tried` has a flag for each index; those beyond its end are not marked.
    std::optional<std::size_t> choose(const std::vector<bool>& tried, Instant now);

    /// Whether a connection to exactly this target may be opened now: it is there, living or due for a trial, and has
    /// fewer than it may have. If so, counts it, as choose() does.
    bool begin(std::size_t target, Instant now);

    /// The first of all, in order, to which begin() counts a connection.
    std::optional<std::size_t> beginAny(Instant now);

    /// The earliest time at which begin() may return true: now, the end of the back-off, or never: while a trial is
    /// under way, while it has as many connections as it may have, and for a retired target.
    [[nodiscard]] Instant retryAt(std::size_t target, Instant now) const;

    /// The earliest time at which beginAny() may return a target.
    [[nodiscard]] Instant retryAnyAt(Instant now) const;

    /// Health checks have found that the target does not work, or that it works.
    void markDown(std::size_t target, Instant now);
    void markUp(std::size_t target, Instant now);

    /// An administrator wants something else of the target.
    void setDuty(std::size_t target, Duty duty, Instant now);

    /// An administrator wants no target to be used, or ends that.
    void pause(bool paused);
    [[nodiscard]] bool isPaused() const;

    /// Whether nothing is to be sent to the target, and why.
    [[nodiscard]] Avoidance avoidance(std::size_t target) const;
    [[nodiscard]] bool isAvoided(std::size_t target) const { return avoidance(target) != Avoidance::none; }

    /// Whether there is a target that is not avoided.
    [[nodiscard]] bool isAnyUsed() const;

    /// Whether it was not found dead by the last attempt, nor down by health checks.
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

    /// How many indices there are, with those of retired targets.
    [[nodiscard]] std::size_t count() const;

    /// The place of a target in order, from 1; 0: it is retired.
    [[nodiscard]] std::size_t numberOf(std::size_t target) const;

    /// The indices of those that are there.
    [[nodiscard]] std::vector<std::size_t> inOrder() const;

    [[nodiscard]] Health health(std::size_t target) const;
    [[nodiscard]] std::size_t connections(std::size_t target) const;
    [[nodiscard]] History history(std::size_t target, Instant now) const;

private:
    struct Target
    {
        History history;                 ///< down: without the time since `downSince`
        Instant downSince;               ///< not living
        Health reached = Health::living; ///< what attempts to connect say of it: not down
        bool down = false;               ///< what health checks say
        Duty duty = Duty::ready;
        std::uint64_t foundDown = 0; ///< the last of these numbers was found down last
        Avoidance avoidance = Avoidance::none;
        std::size_t connections = 0;
        std::size_t opening = 0; ///< of these
        unsigned failures = 0;   ///< in a row
        Instant retry;           ///< end of the back-off
        std::size_t number = 0;  ///< 0: retired
        std::size_t most = UNLIMITED;
    };

    [[nodiscard]] static bool mayConnect(const Target& target);
    [[nodiscard]] static bool isEligible(const Target& target, Instant now);
    [[nodiscard]] static Instant retryAt(const Target& target, Instant now);
    [[nodiscard]] static bool isMarked(const std::vector<bool>& marks, std::size_t target);
    static void move(Target& target, Health reached, Instant now);
    static void note(Target& target, Instant now);
    void decideAvoidance();
    static void count(Target& target, Instant now);
    void backOff(Target& target, Instant now);
    [[nodiscard]] Duration backoff(unsigned failures);

    mutable std::mutex _mutex;
    std::vector<Target> _targets;
    std::vector<std::size_t> _order; ///< the indices of those that are there
    std::uint64_t _foundDown = 0;    ///< how often one was found down
    bool _paused = false;
    Backoff _backoff;
    std::minstd_rand _random;
};

const char* toString(Targets::Health health);

} // namespace proximux
