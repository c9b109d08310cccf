#include <proximux/targets/HealthCheck.h>

#include <algorithm>
#include <cassert>

namespace proximux
{

/// The first check is due at any time within the interval.
HealthCheck::HealthCheck(const HealthCheckSettings& settings, std::uint64_t seed, Instant now)
    : _settings(settings)
    , _random(static_cast<std::minstd_rand::result_type>(seed))
    , _due(now + Duration{std::uniform_int_distribution<std::int64_t>(0, settings.interval.us)(_random)})
    , _began(now)
    , _ended(now)
{
}

void HealthCheck::use(const HealthCheckSettings& settings, Instant now)
{
    _settings = settings;
    if (!_underWay)
        schedule(std::max(_began, now - _settings.interval), now);
}

void HealthCheck::begin(Instant now)
{
    assert(isDue(now));
    _underWay = true;
    _began = now;
    _deadline = now + _settings.timeout;
}

HealthCheck::Change HealthCheck::passed(Instant now)
{
    assert(_underWay);
    const Change change = succeed();
    schedule(_began, now);
    return change;
}

HealthCheck::Change HealthCheck::failed(Instant now)
{
    assert(_underWay);
    _successes = 0;
    ++_failures;
    const bool falls = _up && _failures >= _settings.fall;
    if (falls)
        _up = false;
    schedule(_began, now);
    return falls ? Change::down : Change::none;
}

HealthCheck::Change HealthCheck::skipped(Instant now, Instant heard)
{
    assert(_underWay);
    const Change change = heard > _ended ? succeed() : Change::none;
    schedule(_began, now);
    return change;
}

HealthCheck::Change HealthCheck::heard(Instant at)
{
    if (_underWay || at <= _ended)
        return Change::none;
    const Change change = succeed();
    schedule(at, at);
    return change;
}

HealthCheck::Change HealthCheck::succeed()
{
    _failures = 0;
    ++_successes;
    if (_up || _successes < _settings.rise)
        return Change::none;
    _up = true;
    return Change::up;
}

/// now: when the check that began then has ended, or was not done.
void HealthCheck::schedule(Instant began, Instant now)
{
    _underWay = false;
    _ended = now;
    _due = std::max(now, began + wait());
}

/// From the beginning of one check to that of the next.
Duration HealthCheck::wait()
{
    if (_up)
        return jittered(_settings.interval);
    if (_settings.downInterval)
        return jittered(*_settings.downInterval);
    if (_successes > 0)
        return jittered(_settings.interval);
    const std::int64_t most = std::min(_settings.interval.us, _settings.backoff.max.us);
    std::int64_t us = _settings.backoff.min.us;
    for (unsigned failures = _settings.fall; failures < _failures && us < most; ++failures)
        us *= 2;
    return jittered({std::min(us, most)});
}

Duration HealthCheck::jittered(Duration duration)
{
    const std::int64_t tenth = duration.us / 10;
    return {duration.us - std::uniform_int_distribution<std::int64_t>(0, tenth)(_random)};
}

} // namespace proximux
