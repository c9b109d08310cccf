#include <proximux/pool/Pool.h>

#include <algorithm>
#include <cassert>

namespace proximux
{

Pool::Pool(Targets& targets, TargetDialer& dialer)
    : _targets(targets)
    , _dialer(dialer)
{
}

Pool::~Pool() = default;

std::optional<Pool::Grant> Pool::acquire(ClientId client, const std::vector<bool>& tried, Instant deadline, Instant now)
{
    if (deadline <= now)
        return std::nullopt;
    const auto shares = static_cast<std::int64_t>(std::max<std::size_t>(_targets.candidates(tried, now), 1));
    const auto target = _targets.choose(tried, now);
    if (!target)
        return std::nullopt;
    const TargetId id = _dialer.openTarget(*target, now + Duration{(deadline - now).us / shares});
    if (id.slot >= _connections.size())
        _connections.resize(id.slot + 1);
    Connection& connection = _connections[id.slot];
    assert(!connection.id.isValid());
    connection = Connection{id, client, *target, State::opening};
    ++_size;
    return Grant{id, *target};
}

ClientId Pool::opened(TargetId id)
{
    Connection* connection = find(id);
    if (connection == nullptr)
        return {};
    assert(connection->state == State::opening);
    connection->state = State::leased;
    _targets.opened(connection->target);
    return connection->client;
}

void Pool::failed(TargetId id, Instant now)
{
    Connection* connection = find(id);
    if (connection == nullptr)
        return;
    assert(connection->state == State::opening);
    _targets.failed(connection->target, now);
    remove(*connection);
}

void Pool::closed(TargetId id, Instant now)
{
    Connection* connection = find(id);
    if (connection == nullptr)
        return;
    if (connection->state == State::opening)
        _targets.abandoned(connection->target, now);
    else
        _targets.closed(connection->target);
    remove(*connection);
}

ClientId Pool::clientOf(TargetId id) const
{
    const Connection* connection = find(id);
    return connection ? connection->client : ClientId{};
}

const Pool::Connection* Pool::find(TargetId id) const
{
    if (!id.isValid() || id.slot >= _connections.size() || _connections[id.slot].id != id)
        return nullptr;
    return &_connections[id.slot];
}

Pool::Connection* Pool::find(TargetId id)
{
    return const_cast<Connection*>(static_cast<const Pool*>(this)->find(id));
}

void Pool::remove(Connection& connection)
{
    connection = Connection{};
    --_size;
}

const char* toString(Pool::State state)
{
    switch (state)
    {
    case Pool::State::opening:
        return "opening";
    case Pool::State::leased:
        return "leased";
    }
    return "";
}

} // namespace proximux
