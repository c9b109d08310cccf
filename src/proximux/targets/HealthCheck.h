#pragma once

#include <proximux/Instant.h>
#include <proximux/targets/Targets.h>

#include <cstdint>
#include <optional>
#include <random>

namespace proximux
{

/// The part of the configuration that HealthCheck uses.
struct HealthCheckSettings
{
    Duration interval = Duration::seconds(10); ///< between two checks
    Duration timeout = Duration::seconds(2);
    unsigned fall = 3;
    unsigned rise = 2;
    std::optional<Duration> downInterval; ///< nothing: the back-off, at most the interval
    Backoff backoff{};
};

/// The rules of the health checks of one target: when the next one is due, and what their results say of the target.
///
///                  `fall` failures in a row
///          up ------------------------------> down
///           ^                                  |
///           +------ `rise` successes ----------+
///
/// An interval lasts from the beginning of one check to that of the next, and is up to 10 % shorter, by chance, so that
/// many targets are not checked in one instant. While the target is down and nothing has succeeded, the time between
/// two checks is that of a back-off, which doubles up to the interval.
///
/// It reads no clock and does no checks: it is told instants and results.
class HealthCheck
{
public:
    /// What a result has changed.
    enum class Change
    {
        none,
        down,
        up
    };

    HealthCheck(const HealthCheckSettings& settings, std::uint64_t seed, Instant now);

    /// Other settings are in force.
    void use(const HealthCheckSettings& settings, Instant now);

    /// When something is to be done: a check is due, or the one under way has taken too long.
    [[nodiscard]] Instant next() const { return _underWay ? _deadline : _due; }

    [[nodiscard]] bool isDue(Instant now) const { return !_underWay && _due <= now; }
    [[nodiscard]] bool isOverdue(Instant now) const { return _underWay && _deadline <= now; }
    [[nodiscard]] bool isUnderWay() const { return _underWay; }
    [[nodiscard]] bool isUp() const { return _up; }
    [[nodiscard]] unsigned failuresInARow() const { return _failures; }

    /// The check that is due begins.
    void begin(Instant now);

    /// The end of the check under way.
    Change passed(Instant now);
    Change failed(Instant now);

    /// The check under way has no result. heard: when the target has answered something else last; after the last check
    /// that counts as one.
    Change skipped(Instant now, Instant heard = {});

    /// The target has answered something else at this time. If it was after the last check, that counts as one.
    Change heard(Instant at);

private:
    void schedule(Instant began, Instant now);
    Change succeed();
    [[nodiscard]] Duration wait();
    [[nodiscard]] Duration jittered(Duration duration);

    HealthCheckSettings _settings;
    std::minstd_rand _random;
    Instant _due;
    Instant _began;    ///< the last check
    Instant _ended;    ///< likewise; or when the target was heard afterwards
    Instant _deadline; ///< of the check under way
    bool _underWay = false;
    bool _up = true;
    unsigned _failures = 0;  ///< in a row
    unsigned _successes = 0; ///< likewise
};

} // namespace proximux
