#pragma once

#include <proximux/Id.h>
#include <proximux/Instant.h>
#include <proximux/targets/ConnectionCounts.h>
#include <proximux/targets/TargetDialer.h>
#include <proximux/targets/Targets.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace proximux
{

/// Tracks every target connection of one reactor in proxy mode: its client and its state.
///
///     acquire()            opened()
///     -------> opening --------------> leased
///                 | failed(), closed()    | closed()
///                 v                       v
///               gone                    gone
///
/// Each connection is opened for one client, leased to it until it closes, and never reused for another.
/// Use it in its reactor's thread only. The Targets are shared by all reactors.
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

    /// Starts a connection for the client to the best target that `tried` does not mark. Returns nothing if all are
    /// marked or the deadline has passed. The attempt gets an equal share of the time until the deadline: that time
    /// divided by the number of eligible targets.
    std::optional<Grant> acquire(ClientId client, const std::vector<bool>& tried, Instant deadline, Instant now);

    /// The connection has opened: leases it to its client and returns the client.
    ClientId opened(TargetId id, Instant now);

    /// The connection could not be opened: removes it and counts a failure of its target.
    void failed(TargetId id, Instant now);

    /// The connection was closed, in any state: removes it.
    void closed(TargetId id, Instant now);

    /// The client that leases this connection; an invalid id if none.
    [[nodiscard]] ClientId clientOf(TargetId id) const;

    /// The targets are shared with others; here they are only looked at.
    [[nodiscard]] const Targets& targets() const { return _targets; }

    [[nodiscard]] std::size_t size() const { return _size; }
    [[nodiscard]] ConnectionCounts& counts() { return _counts; }

private:
    struct Connection
    {
        TargetId id; ///< the slot's current connection
        ClientId client;
        std::size_t target = 0;
        State state = State::opening;
    };

    [[nodiscard]] const Connection* find(TargetId id) const;
    Connection* find(TargetId id);
    void remove(Connection& connection);

    Targets& _targets;
    TargetDialer& _dialer;
    ConnectionCounts _counts;
    std::vector<Connection> _connections; ///< by slot
    std::size_t _size = 0;
};

const char* toString(PairPool::State state);

} // namespace proximux
