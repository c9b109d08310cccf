#pragma once

#include <proximux/pool/TargetDialer.h>
#include <proximux/pool/Targets.h>
#include <proximux/wire/Id.h>
#include <proximux/wire/Instant.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace proximux
{

/// Knows every target connection of one reactor in proxy mode: whose it is and in which state.
///
///     acquire()            opened()
///     -------> opening --------------> leased
///                 | failed(), closed()    | closed()
///                 v                       v
///               gone                    gone
///
/// Each connection is opened for one client, leased to it for its life and never given to another.
/// Used in its reactor's thread; the Targets behind it are shared by all.
class PairPool
{
public:
    enum class State
    {
        opening,
        leased
    };

    struct Grant
    {
        TargetId id;
        std::size_t target; ///< index
    };

    PairPool(Targets& targets, TargetDialer& dialer);
    ~PairPool();

    /// Begins to open a connection for the client, to the best target of those not yet tried. Nothing where all were,
    /// or where the deadline has passed. Of the time until the deadline the attempt gets its share: as many targets
    /// as may still be tried have as much each.
    std::optional<Grant> acquire(ClientId client, const std::vector<bool>& tried, Instant deadline, Instant now);

    /// It opened: from here on it is leased to its client. Returns the client.
    ClientId opened(TargetId id);

    /// It could not be opened. It is gone from the pool.
    void failed(TargetId id, Instant now);

    /// It was closed, in whatever state. It is gone from the pool.
    void closed(TargetId id, Instant now);

    /// Whose it is; an id of nothing gives an id of nobody.
    [[nodiscard]] ClientId clientOf(TargetId id) const;

    [[nodiscard]] std::size_t targetCount() const { return _targets.count(); }
    [[nodiscard]] std::size_t size() const { return _size; }

private:
    struct Connection
    {
        TargetId id; ///< the slot's present connection
        ClientId client;
        std::size_t target = 0;
        State state = State::opening;
    };

    [[nodiscard]] const Connection* find(TargetId id) const;
    Connection* find(TargetId id);
    void remove(Connection& connection);

    Targets& _targets;
    TargetDialer& _dialer;
    std::vector<Connection> _connections; ///< by slot
    std::size_t _size = 0;
};

const char* toString(PairPool::State state);

} // namespace proximux
