#include <proximux/targets/Targets.h>

#include <algorithm>
#include <cassert>
#include <numeric>

namespace proximux
{

Targets::Targets(std::size_t count, Backoff backoff, std::uint64_t seed)
    : _targets(count)
    , _order(count)
    , _backoff(backoff)
    , _random(static_cast<std::minstd_rand::result_type>(seed))
{
    std::iota(_order.begin(), _order.end(), std::size_t{0});
    for (std::size_t i = 0; i < count; ++i)
        _targets[i].number = i + 1;
}

std::size_t Targets::makeRoom(const std::vector<bool>& taken)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    std::size_t i = 0;
    while (i < _targets.size() && (_targets[i].number > 0 || _targets[i].connections > 0 || isMarked(taken, i)))
        ++i;
    if (i == _targets.size())
        _targets.emplace_back();
    _targets[i] = Target{};
    return i;
}

void Targets::assign(const std::vector<Assigned>& targets)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    for (Target& target : _targets)
        target.number = 0;
    _order.clear();
    for (const Assigned& assigned : targets)
    {
        _order.push_back(assigned.target);
        _targets[assigned.target].number = _order.size();
        _targets[assigned.target].most = assigned.most;
    }
    decideAvoidance();
}

void Targets::setBackoff(Backoff backoff)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    _backoff = backoff;
}

std::optional<std::size_t> Targets::choose(const std::vector<bool>& tried, Instant now)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    std::optional<std::size_t> best;
    std::optional<std::size_t> soonest;
    for (const std::size_t i : _order)
    {
        if (isMarked(tried, i))
            continue;
        const Target& target = _targets[i];
        if (isEligible(target, now))
        {
            if (!best || target.connections < _targets[*best].connections)
                best = i;
        }
        else if (target.avoidance == Avoidance::none && (!soonest || target.retry < _targets[*soonest].retry))
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

std::optional<std::size_t> Targets::beginAny(Instant now)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    const auto found = std::find_if(_order.begin(), _order.end(),
                                    [this, now](std::size_t target) { return isEligible(_targets[target], now); });
    if (found == _order.end())
        return std::nullopt;
    count(_targets[*found], now);
    return *found;
}

Instant Targets::retryAt(std::size_t target, Instant now) const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    return retryAt(_targets[target], now);
}

Instant Targets::retryAnyAt(Instant now) const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    Instant first = Instant::never();
    for (const std::size_t target : _order)
        first = std::min(first, retryAt(_targets[target], now));
    return first;
}

Instant Targets::retryAt(const Target& target, Instant now)
{
    if (isEligible(target, now))
        return now;
    const bool waits = target.reached == Health::dead && target.avoidance == Avoidance::none && mayConnect(target);
    return waits ? target.retry : Instant::never();
}

bool Targets::isLiving(std::size_t target) const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    return !_targets[target].down && _targets[target].reached != Health::dead;
}

std::size_t Targets::candidates(const std::vector<bool>& tried, Instant now) const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    std::size_t n = 0;
    for (const std::size_t i : _order)
        if (!isMarked(tried, i) && isEligible(_targets[i], now))
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
    if (t.reached != Health::dead)
        backOff(t, now);
}

void Targets::abandoned(std::size_t target, Instant now)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    Target& t = _targets[target];
    assert(t.opening > 0 && t.connections > 0);
    --t.opening;
    --t.connections;
    if (t.reached == Health::trial && t.opening == 0)
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
    if (t.reached != Health::dead)
        backOff(t, now);
}

void Targets::markDown(std::size_t target, Instant now)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    Target& t = _targets[target];
    t.down = true;
    t.foundDown = ++_foundDown;
    note(t, now);
    decideAvoidance();
}

/// It need not wait for the end of its back-off.
void Targets::markUp(std::size_t target, Instant now)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    Target& t = _targets[target];
    t.down = false;
    t.failures = 0;
    move(t, Health::living, now);
    decideAvoidance();
}

void Targets::setDuty(std::size_t target, Duty duty, Instant now)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    _targets[target].duty = duty;
    note(_targets[target], now);
    decideAvoidance();
}

void Targets::pause(bool paused)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    _paused = paused;
    decideAvoidance();
}

bool Targets::isPaused() const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    return _paused;
}

Targets::Avoidance Targets::avoidance(std::size_t target) const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    return _targets[target].avoidance;
}

bool Targets::isAnyUsed() const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    return std::any_of(_order.begin(), _order.end(),
                       [this](std::size_t i) { return _targets[i].avoidance == Avoidance::none; });
}

/// After a change of which are there, down, wanted or paused.
void Targets::decideAvoidance()
{
    const Target* last = nullptr; // the one that went down last, if all are down that are to be used
    bool allDown = true;
    for (const std::size_t i : _order)
    {
        const Target& target = _targets[i];
        if (target.duty != Duty::ready)
            continue;
        allDown = allDown && target.down;
        if (last == nullptr || target.foundDown > last->foundDown)
            last = &target;
    }
    for (Target& target : _targets)
        if (target.duty != Duty::ready)
            target.avoidance = target.duty == Duty::closing ? Avoidance::closed : Avoidance::drained;
        else if (_paused)
            target.avoidance = Avoidance::paused;
        else
            target.avoidance = target.down && !(allDown && &target == last) ? Avoidance::down : Avoidance::none;
}

Targets::Health Targets::health(std::size_t target) const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    return _targets[target].history.health;
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

std::vector<std::size_t> Targets::inOrder() const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    return _order;
}

std::size_t Targets::count() const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    return _targets.size();
}

std::size_t Targets::numberOf(std::size_t target) const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    return _targets[target].number;
}

bool Targets::isMarked(const std::vector<bool>& marks, std::size_t target)
{
    return target < marks.size() && marks[target];
}

bool Targets::isEligible(const Target& target, Instant now)
{
    return mayConnect(target) && target.avoidance == Avoidance::none &&
           (target.reached == Health::living || (target.reached == Health::dead && target.retry <= now));
}

bool Targets::mayConnect(const Target& target)
{
    return target.number > 0 && target.connections < target.most;
}

/// The only writer of what attempts to connect say.
void Targets::move(Target& target, Health reached, Instant now)
{
    target.reached = reached;
    note(target, now);
}

/// The only writer of a health.
void Targets::note(Target& target, Instant now)
{
    Health health = target.down ? Health::down : target.reached;
    if (target.duty != Duty::ready)
        health = target.duty == Duty::closing ? Health::closed : Health::drained;
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
    if (target.reached == Health::dead)
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
    case Targets::Health::down:
        return "down";
    case Targets::Health::drained:
        return "drained";
    case Targets::Health::closed:
        return "closed";
    }
    return "";
}

} // namespace proximux
