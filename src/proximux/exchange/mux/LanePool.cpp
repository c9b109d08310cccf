#include <proximux/exchange/mux/LanePool.h>

#include <algorithm>
#include <cassert>
#include <unordered_map>
#include <utility>

namespace proximux
{

namespace
{

using LaneState = LanePool::State;
using Use = ConnectionCounts::Use;

struct Move
{
    LaneState from;
    LaneState to;
};

constexpr Move MOVES[] = {
    {LaneState::closed, LaneState::opening},  {LaneState::opening, LaneState::settling},
    {LaneState::opening, LaneState::closed},  {LaneState::settling, LaneState::idle},
    {LaneState::settling, LaneState::closed}, {LaneState::idle, LaneState::busy},
    {LaneState::busy, LaneState::idle},       {LaneState::busy, LaneState::busy},
    {LaneState::idle, LaneState::closed},     {LaneState::busy, LaneState::closed},
};

[[maybe_unused]] bool isLegal(LaneState from, LaneState to)
{
    return std::any_of(std::begin(MOVES), std::end(MOVES),
                       [from, to](const Move& move) { return move.from == from && move.to == to; });
}

/// What a place with a connection is used for.
Use useIn(LaneState state)
{
    if (state == LaneState::busy)
        return Use::busy;
    return state == LaneState::idle ? Use::idle : Use::opening;
}

} // namespace

// ------------------------------------------------------------------------------------------------ places

void Places::assign(const std::vector<std::size_t>& targets)
{
    std::unordered_map<std::size_t, std::size_t> wanted;
    for (const std::size_t target : targets)
        ++wanted[target];
    for (Place& place : _places)
        place.retired = true;
    for (const bool claimed : {true, false}) // whoever has a connection keeps it
        for (Place& place : _places)
        {
            const auto found = wanted.find(place.target);
            if (place.claimed != claimed || found == wanted.end() || found->second == 0)
                continue;
            place.retired = false;
            --found->second;
        }
    for (const std::size_t target : targets)
        if (wanted[target] > 0)
        {
            --wanted[target];
            add(target);
        }
}

/// In a retired place without a connection, or a further one.
void Places::add(std::size_t target)
{
    const auto found = std::find_if(_places.begin(), _places.end(),
                                    [](const Place& place) { return place.retired && !place.claimed; });
    if (found == _places.end())
        _places.push_back({target, false, false});
    else
        *found = {target, false, false};
}

// ------------------------------------------------------------------------------------------------ the pool

LanePool::LanePool(const LanePoolSettings& settings, Targets& targets, TargetDialer& dialer,
                   std::shared_ptr<Places> places)
    : _settings(settings)
    , _targets(targets)
    , _dialer(dialer)
    , _shared(std::move(places))
    , _closed(0)
    , _opening(0)
    , _settling(0)
    , _outgoing(0)
    , _byLoad(_settings.pipeline + 1, NumberSet(0))
{
    grow();
    markAvoided();
}

void LanePool::markAvoided()
{
    for (std::size_t i = 0; i < _places.size(); ++i)
        _places[i].avoided = _shared->targetOf(i) != Places::ANY && _targets.isAvoided(_shared->targetOf(i));
}

/// Has as many places as are shared.
void LanePool::grow()
{
    const std::size_t before = _places.size();
    _places.resize(_shared->size());
    for (NumberSet* set : {&_closed, &_opening, &_settling, &_outgoing})
        set->grow(_places.size());
    for (NumberSet& set : _byLoad)
        set.grow(_places.size());
    for (std::size_t i = before; i < _places.size(); ++i)
    {
        _closed.insert(i);
        if (_shared->targetOf(i) != Places::ANY)
            _places[i].target = _shared->targetOf(i);
    }
}

void LanePool::reconfigure(const LanePoolSettings& settings, const TargetChanges& changes)
{
    assert(settings.pipeline == _settings.pipeline);
    _settings = settings;
    grow();
    for (Place& place : _places)
        place.stale = place.state != State::closed && (place.stale || changes.isRenewed(place.target));
    reviewTargets();
}

void LanePool::reviewTargets()
{
    markAvoided();
    for (std::size_t i = 0; i < _places.size(); ++i)
    {
        Place& place = _places[i];
        if (place.state == State::closed)
            continue;
        place.avoidance = _targets.avoidance(place.target);
        if (place.stale || place.aged || !isWanted(i))
            _outgoing.insert(i);
        else
            _outgoing.remove(i);
    }
}

void LanePool::age(std::size_t place)
{
    _places[place].aged = true;
    _outgoing.insert(place);
}

bool LanePool::mayStay(std::size_t place) const
{
    const bool isAvoided = avoidance(place) != Targets::Avoidance::none && !isEnding(place);
    return !isOutgoing(place) || isAvoided || (!_places[place].stale && isWanted(place));
}

/// Whether a connection to its target would be opened here now.
bool LanePool::isWanted(std::size_t place) const
{
    const std::size_t target = _places[place].target;
    const std::size_t own = _shared->targetOf(place);
    return !_shared->isRetired(place) && avoidance(place) == Targets::Avoidance::none &&
           (own == Places::ANY ? _targets.numberOf(target) > 0 : own == target);
}

/// The next place in which a connection may be opened, or NONE.
std::size_t LanePool::nextClosed(std::size_t from) const
{
    std::size_t i = _closed.first(from);
    while (i != NONE && (!_shared->isFree(i) || _places[i].avoided))
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
        place.id = _dialer.openTarget(target, i + 1, now + _settings.connectTimeout, {});
        if (place.id.slot >= _bySlot.size())
            _bySlot.resize(place.id.slot + 1, NONE);
        _bySlot[place.id.slot] = i;
        _shared->claim(i, true);
        move(i, State::opening, 0);
        return i;
    }
    return NONE;
}

/// Chooses the target for this place and counts a connection to it; NONE if none may be tried now.
std::size_t LanePool::targetFor(std::size_t place, Instant now)
{
    const std::size_t own = _shared->targetOf(place);
    if (own != Places::ANY)
        return _targets.begin(own, now) ? own : NONE;
    return _targets.beginAny(now).value_or(NONE);
}

Instant LanePool::retryAt(Instant now) const
{
    Instant first = Instant::never();
    for (std::size_t i = nextClosed(0); i != NONE; i = nextClosed(i + 1))
    {
        const std::size_t own = _shared->targetOf(i);
        first = std::min(first, own != Places::ANY ? _targets.retryAt(own, now) : _targets.retryAnyAt(now));
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
    assert(_places[place].state == State::idle || _places[place].state == State::busy); // in its login
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
    if (_withRoom == 0)
        return NONE;
    while (_byLoad[_least].isEmpty())
        ++_least;
    return _byLoad[_least].first();
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
    case State::idle:
    case State::busy:
        break;
    case State::closed:
        return _closed;
    case State::opening:
        return _opening;
    case State::settling:
        return _settling;
    }
    return _byLoad[std::min(place.load, _settings.pipeline)];
}

/// Whether it is open and may take another request.
bool LanePool::hasRoom(const Place& place) const
{
    return (place.state == State::idle || place.state == State::busy) && place.load < _settings.pipeline;
}

void LanePool::recount(std::size_t target, State from, State to)
{
    if (from == State::closed)
        _shared->counts().add(target, useIn(to));
    else if (to == State::closed)
        _shared->counts().remove(target, useIn(from));
    else
        _shared->counts().move(target, useIn(from), useIn(to));
}

void LanePool::move(std::size_t place, State state, std::size_t load)
{
    Place& moved = _places[place];
    assert(isLegal(moved.state, state));
    if (moved.state != state)
        recount(moved.target, moved.state, state);
    setOf(moved).remove(place);
    _withRoom -= hasRoom(moved) ? 1 : 0;
    moved.state = state;
    moved.load = load;
    setOf(moved).insert(place);
    if (!hasRoom(moved))
        return;
    ++_withRoom;
    _least = std::min(_least, load);
}

void LanePool::forget(std::size_t place)
{
    _bySlot[_places[place].id.slot] = NONE;
    _places[place].id = {};
    _places[place].stale = _places[place].aged = false;
    _places[place].avoidance = Targets::Avoidance::none;
    _outgoing.remove(place);
    _shared->claim(place, false);
    move(place, State::closed, 0);
}

const char* toString(LanePool::State state)
{
    switch (state)
    {
    case LaneState::closed:
        return "closed";
    case LaneState::opening:
        return "opening";
    case LaneState::settling:
        return "settling";
    case LaneState::idle:
        return "idle";
    case LaneState::busy:
        return "busy";
    }
    return "";
}

} // namespace proximux
