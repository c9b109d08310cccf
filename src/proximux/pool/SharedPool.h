#pragma once

#include <proximux/pool/TargetDialer.h>
#include <proximux/pool/Targets.h>
#include <proximux/wire/NumberSet.h>

#include <cstddef>
#include <limits>
#include <memory>
#include <vector>

namespace proximux
{

/// What SharedPool needs to know of the configuration.
struct SharedPoolSettings
{
    /// For each connection the index of its target. ANY: the first one that lives.
    std::vector<std::size_t> targets;

    Duration connectTimeout = Duration::seconds(5);
    std::size_t pipeline = 1; ///< requests that may be in flight on one connection

    static constexpr std::size_t ANY = std::numeric_limits<std::size_t>::max();
};

/// Which places have a connection, in whichever of the pools that have them in common.
using PlaceClaims = std::vector<bool>;

/// Knows the target connections of fifo and funnel: a fixed number of places, each with a connection or without. A
/// state is a set of places, and only move() writes one.
///
///               open()            opened()            settled()            load()
///     closed ----------> opening ----------> settling ----------> idle <-----------> busy
///       ^                  | failed()           | failed()          | closed()        | closed()
///       +------------------+--------------------+-------------------+-----------------+
///
/// Places are counted from 0 in the order of the list, and the lower number is preferred wherever there is a choice.
/// Never more connections than places. Several pools may have the same places in common (PlaceClaims): a place that has
/// a connection in one of them is none for the others. Used in its reactor's thread.
class SharedPool
{
public:
    enum class State
    {
        closed,
        opening,
        settling, ///< open; bytes that come now were not asked for
        idle,     ///< nothing in flight
        busy
    };

    static constexpr std::size_t NONE = NumberSet::NONE;
    static constexpr std::size_t FULL = std::numeric_limits<std::size_t>::max();

    SharedPool(SharedPoolSettings settings, Targets& targets, TargetDialer& dialer,
               std::shared_ptr<PlaceClaims> claims = nullptr);

    /// Begins to open the lowest closed place whose target may be tried now. Returns it, or NONE.
    std::size_t open(Instant now);

    /// When open() may find a place at the earliest, where it finds none now; never: when one that is there has ended.
    [[nodiscard]] Instant retryAt(Instant now) const;

    void opened(std::size_t place);
    void settled(std::size_t place);

    /// Could not be opened, or did not settle: its target is left alone for a while.
    void failed(std::size_t place, Instant now);

    /// Is gone, and was of no use while it was there: its target is left alone for a while, too.
    void wasUseless(std::size_t place, Instant now);

    /// Is gone, in whatever state.
    void closed(std::size_t place, Instant now);

    /// So many requests are in flight on an open connection; FULL: it takes no more for another reason.
    void load(std::size_t place, std::size_t requests);

    /// The lowest idle place, or NONE.
    [[nodiscard]] std::size_t idle() const { return _byLoad.front().first(); }

    /// The open place with the fewest requests in flight of those that have room for one, or NONE.
    [[nodiscard]] std::size_t leastLoaded() const;

    /// The place of a connection, or NONE.
    [[nodiscard]] std::size_t placeOf(TargetId id) const;

    [[nodiscard]] TargetId idOf(std::size_t place) const { return _places[place].id; }
    /// The target of the connection that is there or was there last, by its index; before, the one that will be.
    [[nodiscard]] std::size_t targetOf(std::size_t place) const { return _places[place].target; }
    [[nodiscard]] State state(std::size_t place) const { return _places[place].state; }
    [[nodiscard]] std::size_t targets() const { return _targets.count(); }
    [[nodiscard]] std::size_t size() const { return _places.size(); }

    /// Whether a place has no connection.
    [[nodiscard]] bool hasClosed() const { return nextClosed(0) != NONE; }

    /// Whether it has no connection at all.
    [[nodiscard]] bool isUnused() const { return _closed.size() == _places.size(); }

    /// Connections that are not yet of use.
    [[nodiscard]] std::size_t underWay() const { return _opening.size() + _settling.size(); }

private:
    struct Place
    {
        TargetId id;
        State state = State::closed;
        std::size_t target = 0; ///< of the present connection, or the last
        std::size_t load = 0;
    };

    [[nodiscard]] NumberSet& setOf(const Place& place);
    [[nodiscard]] std::size_t nextClosed(std::size_t from) const;
    void move(std::size_t place, State state, std::size_t load);
    [[nodiscard]] std::size_t targetFor(std::size_t place, Instant now);
    void forget(std::size_t place);

    SharedPoolSettings _settings;
    Targets& _targets;
    TargetDialer& _dialer;
    std::vector<Place> _places;
    std::shared_ptr<PlaceClaims> _claims;
    std::vector<std::size_t> _bySlot; ///< the place of the connection in a TargetId's slot
    NumberSet _closed;
    NumberSet _opening;
    NumberSet _settling;
    std::vector<NumberSet> _byLoad; ///< open places, by requests in flight; the last: as many as fit, or more
};

const char* toString(SharedPool::State state);

} // namespace proximux
