#include <proximux/exchange/mux/LanePool.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace proximux
{

namespace
{

using State = LanePool::State;
using Use = ConnectionCounts::Use;

struct Move
{
    State from;
    State to;
};

constexpr Move MOVES[] = {
    {State::closed, State::opening}, {State::opening, State::settling}, {State::opening, State::closed},
    {State::settling, State::idle},  {State::settling, State::closed},  {State::idle, State::busy},
    {State::busy, State::idle},      {State::busy, State::busy},        {State::idle, State::closed},
    {State::busy, State::closed},
};

[[maybe_unused]] bool isLegal(State from, State to)
{
    return std::any_of(std::begin(MOVES), std::end(MOVES),
                       [from, to](const Move& move) { return move.from == from && move.to == to; });
}

/// What a place with a connection is used for.
Use useIn(State state)
{
    if (state == State::busy)
        return Use::busy;
    return state == State::idle ? Use::idle : Use::opening;
}

} // namespace

LanePool::LanePool(LanePoolSettings settings, Targets& targets, TargetDialer& dialer,
                   std::shared_ptr<PlaceClaims> claims)
    : _settings(std::move(settings))
    , _targets(targets)
    , _dialer(dialer)
    , _places(_settings.targets.size())
    , _claims(claims ? std::move(claims) : std::make_shared<PlaceClaims>(_places.size(), targets.count()))
    , _closed(_places.size())
    , _opening(_places.size())
    , _settling(_places.size())
    , _byLoad(_settings.pipeline + 1, NumberSet(_places.size()))
{
    for (std::size_t i = 0; i < _places.size(); ++i)
    {
        _closed.insert(i);
        if (_settings.targets[i] != LanePoolSettings::ANY)
            _places[i].target = _settings.targets[i];
    }
}

/// The next place without a connection that no other pool has claimed, or NONE.
std::size_t LanePool::nextClosed(std::size_t from) const
{
    std::size_t i = _closed.first(from);
    while (i != NONE && _claims->taken[i])
        i = _closed.first(i + 1);
    return i;
}

std::size_t LanePool::open(Instant now)
{
    for (std::size_t i = nextClosed(0); i != NONE; i = nextClosed(i + 1))
    {
        const std::size_t target = targetFor(i, now);
        if (target == NONE)
            continue;
        Place& place = _places[i];
        place.target = target;
        place.id = _dialer.openTarget(target, i + 1, now + _settings.connectTimeout);
        if (place.id.slot >= _bySlot.size())
            _bySlot.resize(place.id.slot + 1, NONE);
        _bySlot[place.id.slot] = i;
        _claims->taken[i] = true;
        move(i, State::opening, 0);
        return i;
    }
    return NONE;
}

/// Chooses the target for this place and counts a connection to it; NONE if none may be tried now.
std::size_t LanePool::targetFor(std::size_t place, Instant now)
{
    const std::size_t own = _settings.targets[place];
    if (own != LanePoolSettings::ANY)
        return _targets.begin(own, now) ? own : NONE;
    for (std::size_t i = 0; i < _targets.count(); ++i)
        if (_targets.begin(i, now))
            return i;
    return NONE;
}

Instant LanePool::retryAt(Instant now) const
{
    Instant first = Instant::never();
    for (std::size_t i = nextClosed(0); i != NONE; i = nextClosed(i + 1))
    {
        const std::size_t own = _settings.targets[i];
        if (own != LanePoolSettings::ANY)
            first = std::min(first, _targets.retryAt(own, now));
        else
            for (std::size_t target = 0; target < _targets.count(); ++target)
                first = std::min(first, _targets.retryAt(target, now));
    }
    return first;
}

void LanePool::opened(std::size_t place)
{
    move(place, State::settling, 0);
}

void LanePool::settled(std::size_t place, Instant now)
{
    _targets.opened(_places[place].target, now);
    move(place, State::idle, 0);
}

void LanePool::failed(std::size_t place, Instant now)
{
    assert(_places[place].state == State::opening || _places[place].state == State::settling);
    _targets.failed(_places[place].target, now);
    forget(place);
}

void LanePool::wasUseless(std::size_t place, Instant now)
{
    assert(_places[place].state == State::idle);
    _targets.closed(_places[place].target);
    _targets.shun(_places[place].target, now);
    forget(place);
}

void LanePool::closed(std::size_t place, Instant now)
{
    const Place& gone = _places[place];
    if (gone.state == State::closed)
        return;
    if (gone.state == State::opening || gone.state == State::settling)
        _targets.abandoned(gone.target, now);
    else
        _targets.closed(gone.target);
    forget(place);
}

void LanePool::load(std::size_t place, std::size_t requests)
{
    if (_places[place].load != requests)
        move(place, requests == 0 ? State::idle : State::busy, requests);
}

std::size_t LanePool::leastLoaded() const
{
    for (std::size_t load = 0; load < _settings.pipeline; ++load)
        if (!_byLoad[load].isEmpty())
            return _byLoad[load].first();
    return NONE;
}

std::size_t LanePool::placeOf(TargetId id) const
{
    if (!id.isValid() || id.slot >= _bySlot.size())
        return NONE;
    const std::size_t place = _bySlot[id.slot];
    return place != NONE && _places[place].id == id ? place : NONE;
}

NumberSet& LanePool::setOf(const Place& place)
{
    switch (place.state)
    {
    case State::closed:
        return _closed;
    case State::opening:
        return _opening;
    case State::settling:
        return _settling;
    case State::idle:
    case State::busy:
        break;
    }
    return _byLoad[std::min(place.load, _settings.pipeline)];
}

void LanePool::recount(std::size_t target, State from, State to)
{
    if (from == State::closed)
        _claims->counts.add(target, useIn(to));
    else if (to == State::closed)
        _claims->counts.remove(target, useIn(from));
    else
        _claims->counts.move(target, useIn(from), useIn(to));
}

void LanePool::move(std::size_t place, State state, std::size_t load)
{
    Place& moved = _places[place];
    assert(isLegal(moved.state, state));
    recount(moved.target, moved.state, state);
    setOf(moved).remove(place);
    moved.state = state;
    moved.load = load;
    setOf(moved).insert(place);
}

void LanePool::forget(std::size_t place)
{
    _bySlot[_places[place].id.slot] = NONE;
    _places[place].id = {};
    _claims->taken[place] = false;
    move(place, State::closed, 0);
}

const char* toString(LanePool::State state)
{
    switch (state)
    {
    case State::closed:
        return "closed";
    case State::opening:
        return "opening";
    case State::settling:
        return "settling";
    case State::idle:
        return "idle";
    case State::busy:
        return "busy";
    }
    return "";
}

} // namespace proximux
