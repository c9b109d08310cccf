#include <proximux/targets/Targets.h>

#include <algorithm>
#include <cassert>

namespace proximux
{

Targets::Targets(std::size_t count, Backoff backoff, std::uint64_t seed)
    : _targets(count)
    , _backoff(backoff)
    , _random(static_cast<std::minstd_rand::result_type>(seed))
{
}

std::optional<std::size_t> Targets::choose(const std::vector<bool>& tried, Instant now)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    std::optional<std::size_t> best;
    std::optional<std::size_t> soonest;
    for (std::size_t i = 0; i < _targets.size(); ++i)
    {
        if (!tried.empty() && tried[i])
            continue;
        const Target& target = _targets[i];
        if (isEligible(target, now))
        {
            if (!best || target.connections < _targets[*best].connections)
                best = i;
        }
        else if (!soonest || target.retry < _targets[*soonest].retry)
        {
            soonest = i;
        }
    }
    if (!best)
        best = soonest;
    if (best)
        count(_targets[*best], now);
    return best;
}

bool Targets::begin(std::size_t target, Instant now)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    if (!isEligible(_targets[target], now))
        return false;
    count(_targets[target], now);
    return true;
}

Instant Targets::retryAt(std::size_t target, Instant now) const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    const Target& t = _targets[target];
    if (isEligible(t, now))
        return now;
    return t.health() == Health::dead ? t.retry : Instant::never();
}

bool Targets::isLiving(std::size_t target) const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    return _targets[target].health() != Health::dead;
}

std::size_t Targets::candidates(const std::vector<bool>& tried, Instant now) const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    std::size_t n = 0;
    for (std::size_t i = 0; i < _targets.size(); ++i)
        if ((tried.empty() || !tried[i]) && isEligible(_targets[i], now))
            ++n;
    return n;
}

void Targets::opened(std::size_t target, Instant now)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    Target& t = _targets[target];
    assert(t.opening > 0);
    --t.opening;
    move(t, Health::living, now);
    t.failures = 0;
}

void Targets::failed(std::size_t target, Instant now)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    Target& t = _targets[target];
    assert(t.opening > 0 && t.connections > 0);
    --t.opening;
    --t.connections;
    // attempts already under way when the first one failed count as the same failure
    if (t.health() != Health::dead)
        backOff(t, now);
}

void Targets::abandoned(std::size_t target, Instant now)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    Target& t = _targets[target];
    assert(t.opening > 0 && t.connections > 0);
    --t.opening;
    --t.connections;
    if (t.health() == Health::trial && t.opening == 0)
    {
        move(t, Health::dead, now); // the trial had no result: the next connection may be one
        t.retry = now;
    }
}

void Targets::closed(std::size_t target)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    Target& t = _targets[target];
    assert(t.connections > t.opening);
    --t.connections;
}

void Targets::shun(std::size_t target, Instant now)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    Target& t = _targets[target];
    if (t.health() != Health::dead)
        backOff(t, now);
}

Targets::Health Targets::health(std::size_t target) const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    return _targets[target].health();
}

std::size_t Targets::connections(std::size_t target) const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    return _targets[target].connections;
}

Targets::History Targets::history(std::size_t target, Instant now) const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    const Target& t = _targets[target];
    History history = t.history;
    if (history.health != Health::living)
        history.down = history.down + (now - t.downSince);
    return history;
}

bool Targets::isEligible(const Target& target, Instant now) const
{
    return target.health() == Health::living || (target.health() == Health::dead && target.retry <= now);
}

/// The only writer of a health.
void Targets::move(Target& target, Health health, Instant now)
{
    History& history = target.history;
    if (history.health == health)
        return;
    if (history.health == Health::living)
        target.downSince = now;
    else if (health == Health::living)
        history.down = history.down + (now - target.downSince);
    history.health = health;
    ++history.moves[static_cast<std::size_t>(health)];
}

void Targets::backOff(Target& target, Instant now)
{
    move(target, Health::dead, now);
    target.retry = now + backoff(target.failures);
    ++target.failures;
}

void Targets::count(Target& target, Instant now)
{
    if (target.health() == Health::dead)
        move(target, Health::trial, now);
    ++target.connections;
    ++target.opening;
}

Duration Targets::backoff(unsigned failures)
{
    std::int64_t us = std::max<std::int64_t>(_backoff.min.us, 2);
    for (unsigned i = 0; i < failures && us < _backoff.max.us; ++i)
        us *= 2;
    us = std::min(us, std::max(_backoff.min.us, _backoff.max.us));
    return {std::uniform_int_distribution<std::int64_t>(us / 2, us)(_random)};
}

const char* toString(Targets::Health health)
{
    switch (health)
    {
    case Targets::Health::living:
        return "living";
    case Targets::Health::dead:
        return "dead";
    case Targets::Health::trial:
        return "trial";
    }
    return "";
}

} // namespace proximux
