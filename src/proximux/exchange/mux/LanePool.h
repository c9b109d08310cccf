#pragma once

#include <proximux/base/NumberSet.h>
#include <proximux/targets/ConnectionCounts.h>
#include <proximux/targets/TargetChanges.h>
#include <proximux/targets/TargetDialer.h>
#include <proximux/targets/Targets.h>

#include <cstddef>
#include <limits>
#include <memory>
#include <vector>

namespace proximux
{

/// The part of the configuration that LanePool uses.
struct LanePoolSettings
{
    Duration connectTimeout = Duration::seconds(5);
    std::size_t pipeline = 1; ///< requests that may be in flight on one connection
};

/// The places for target connections, for all pools that share them. Their numbers stay theirs; one that is retired may
/// be used again once no pool has a connection there.
class Places
{
public:
    static constexpr std::size_t ANY = std::numeric_limits<std::size_t>::max();

    /// The index of the target of each place. ANY: the first target that is alive.
    explicit Places(const std::vector<std::size_t>& targets) { assign(targets); }

    /// For so many connections to these targets there are places from now on; others are retired, first of all those
    /// without a connection.
    void assign(const std::vector<std::size_t>& targets);

    [[nodiscard]] std::size_t size() const { return _places.size(); }

    /// The index of the target to which a connection of this place goes, or ANY.
    [[nodiscard]] std::size_t targetOf(std::size_t place) const { return _places[place].target; }

    [[nodiscard]] bool isRetired(std::size_t place) const { return _places[place].retired; }

    /// Whether a pool may open a connection here.
    [[nodiscard]] bool isFree(std::size_t place) const { return !_places[place].claimed && !_places[place].retired; }

    /// The connections of all these pools.
    [[nodiscard]] ConnectionCounts& counts() { return _counts; }

    /// A pool has a connection here, or no more.
    void claim(std::size_t place, bool claimed) { _places[place].claimed = claimed; }

private:
    struct Place
    {
        std::size_t target = ANY;
        bool claimed = false;
        bool retired = true;
    };

    void add(std::size_t target);

    std::vector<Place> _places;
    ConnectionCounts _counts;
};

/// Tracks the target connections of fifo and funnel: places, each with or without a connection. A
/// state is a set of places, and only move() writes one.
///
///               open()            opened()            settled()            load()
///     closed ----------> opening ----------> settling ----------> idle <-----------> busy
///       ^                  | failed()           | failed()          | closed()        | closed()
///       +------------------+--------------------+-------------------+-----------------+
///
/// Places are numbered from 0 in list order; where there is a choice, the lowest number wins.
/// Several pools may share the same places: a place with a connection in one pool is unavailable to the others.
///
/// A connection is outgoing when it is too old, when a reload has taken its place or its target away, or changed how it
/// is opened, and while its target is avoided (Targets): it ends as soon as nothing needs it.
/// Use it in its reactor's thread only.
class LanePool
{
public:
    enum class State
    {
        closed,
        opening,
        settling, ///< open, not in use yet; bytes that arrive now are unsolicited
        idle,     ///< nothing in flight
        busy
    };

    static constexpr std::size_t NONE = NumberSet::NONE;
    static constexpr std::size_t FULL = std::numeric_limits<std::size_t>::max();

    LanePool(const LanePoolSettings& settings, Targets& targets, TargetDialer& dialer, std::shared_ptr<Places> places);

    /// The places and the targets were assigned anew. The pipeline stays as it is.
    void reconfigure(const LanePoolSettings& settings, const TargetChanges& changes);

    /// Other targets are avoided.
    void reviewTargets();

    /// Whether the target of this connection is avoided, and why; as of the last review.
    [[nodiscard]] Targets::Avoidance avoidance(std::size_t place) const { return _places[place].avoidance; }

    /// Whether it ends as soon as nothing is in flight on it, be it pinned: an administrator has closed its target.
    [[nodiscard]] bool isEnding(std::size_t place) const { return avoidance(place) == Targets::Avoidance::closed; }

    /// The connection is too old.
    void age(std::size_t place);

    /// Whether it may be needed for as long as it likes: it is outgoing only for its age, or while its target is
    /// avoided.
    [[nodiscard]] bool mayStay(std::size_t place) const;

    [[nodiscard]] bool isOutgoing(std::size_t place) const { return _outgoing.contains(place); }
    [[nodiscard]] bool hasOutgoing() const { return !_outgoing.isEmpty(); }

    /// Starts a connection on the lowest closed place whose target may be tried now. Returns the place, or NONE.
    std::size_t open(Instant now);

    /// The earliest time at which open() may succeed; never: not before an existing connection or trial has ended.
    [[nodiscard]] Instant retryAt(Instant now) const;

    /// Whether the target of this place, which is open, was not found dead by the last attempt to connect to it.
    [[nodiscard]] bool isLiving(std::size_t place) const { return _targets.isLiving(_places[place].target); }

    void opened(std::size_t place);
    void settled(std::size_t place, Instant now);

    /// The connection could not be opened or did not settle. Its target is backed off.
    void failed(std::size_t place, Instant now);

    /// The connection closed, at rest or in its login, without having been useful. Its target is backed off, too.
    void wasUseless(std::size_t place, Instant now);

    /// The connection was closed, in any state.
    void closed(std::size_t place, Instant now);

    /// Sets the number of requests in flight on an open connection; FULL: it takes no more, for another reason.
    void load(std::size_t place, std::size_t requests);

    /// The lowest idle place, or NONE.
    [[nodiscard]] std::size_t idle() const { return _byLoad.front().first(); }

    /// The open place with the fewest requests in flight and room for another, or NONE.
    [[nodiscard]] std::size_t leastLoaded() const;

    /// The place of a connection, or NONE.
    [[nodiscard]] std::size_t placeOf(TargetId id) const;

    [[nodiscard]] TargetId idOf(std::size_t place) const { return _places[place].id; }
    /// The index of the target that this place is, or was last, connected to; before the first connection, its
    /// configured target.
    [[nodiscard]] std::size_t targetOf(std::size_t place) const { return _places[place].target; }
    [[nodiscard]] State state(std::size_t place) const { return _places[place].state; }
    [[nodiscard]] const Targets& targets() const { return _targets; }

    /// How many places there are, with those that are retired.
    [[nodiscard]] std::size_t size() const { return _places.size(); }

    /// Whether any unclaimed place has no connection, and its target is not avoided.
    [[nodiscard]] bool hasClosed() const { return nextClosed(0) != NONE; }

    /// Whether this pool has no connection at all.
    [[nodiscard]] bool isUnused() const { return _closed.size() == _places.size(); }

    /// Of this pool and those that share its places.
    [[nodiscard]] ConnectionCounts& counts() { return _shared->counts(); }

    /// The number of connections that are opening or settling.
    [[nodiscard]] std::size_t underWay() const { return _opening.size() + _settling.size(); }

private:
    struct Place
    {
        TargetId id;
        State state = State::closed;
        std::size_t target = 0; ///< of the current connection, or the last
        std::size_t load = 0;
        bool stale = false;                                      ///< opened as it would not be opened now
        bool aged = false;                                       ///< too old
        bool avoided = false;                                    ///< nothing may be opened: its target is avoided
        Targets::Avoidance avoidance = Targets::Avoidance::none; ///< of the target of the current connection
    };

    [[nodiscard]] NumberSet& setOf(const Place& place);
    [[nodiscard]] bool hasRoom(const Place& place) const;
    [[nodiscard]] std::size_t nextClosed(std::size_t from) const;
    void move(std::size_t place, State state, std::size_t load);
    void recount(std::size_t target, State from, State to);
    [[nodiscard]] std::size_t targetFor(std::size_t place, Instant now);
    [[nodiscard]] bool isWanted(std::size_t place) const;
    void grow();
    void markAvoided();
    void forget(std::size_t place);

    LanePoolSettings _settings;
    Targets& _targets;
    TargetDialer& _dialer;
    std::vector<Place> _places;
    std::shared_ptr<Places> _shared;
    std::vector<std::size_t> _bySlot; ///< the place of the connection in a TargetId's slot
    NumberSet _closed;
    NumberSet _opening;
    NumberSet _settling;
    NumberSet _outgoing;            ///< with a connection, in any state
    std::vector<NumberSet> _byLoad; ///< open places by requests in flight; the last: at the limit or above
    std::size_t _withRoom = 0;      ///< open places that may take another request
    mutable std::size_t _least = 0; ///< none of those has fewer in flight
};

const char* toString(LanePool::State state);

} // namespace proximux
