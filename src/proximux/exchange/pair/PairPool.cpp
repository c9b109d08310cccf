#include <proximux/exchange/pair/PairPool.h>

#include <algorithm>
#include <cassert>

namespace proximux
{

namespace
{

using Use = ConnectionCounts::Use;

Use useIn(PairPool::State state)
{
    return state == PairPool::State::opening ? Use::opening : Use::busy;
}

} // namespace

PairPool::PairPool(Targets& targets, TargetDialer& dialer)
    : _targets(targets)
    , _dialer(dialer)
{
}

PairPool::~PairPool() = default;

std::optional<PairPool::Grant> PairPool::acquire(ClientId client, const std::vector<bool>& tried, Instant deadline,
                                                 Instant now)
{
    if (deadline <= now)
        return std::nullopt;
    const auto shares = static_cast<std::int64_t>(std::max<std::size_t>(_targets.candidates(tried, now), 1));
    const auto target = _targets.choose(tried, now);
    if (!target)
        return std::nullopt;
    const TargetId id =
        _dialer.openTarget(*target, _targets.numberOf(*target), now + Duration{(deadline - now).us / shares}, client);
    if (id.slot >= _connections.size())
        _connections.resize(id.slot + 1);
    Connection& connection = _connections[id.slot];
    assert(!connection.id.isValid());
    connection = Connection{id, client, *target, State::opening};
    _counts.add(*target, Use::opening);
    ++_size;
    return Grant{id, *target};
}

ClientId PairPool::opened(TargetId id, Instant now)
{
    Connection* connection = find(id);
    if (connection == nullptr)
        return {};
    assert(connection->state == State::opening);
    connection->state = State::leased;
    _counts.move(connection->target, Use::opening, Use::busy);
    _targets.opened(connection->target, now);
    return connection->client;
}

void PairPool::failed(TargetId id, Instant now)
{
    Connection* connection = find(id);
    if (connection == nullptr)
        return;
    assert(connection->state == State::opening);
    _targets.failed(connection->target, now);
    remove(*connection);
}

void PairPool::closed(TargetId id, Instant now)
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

ClientId PairPool::clientOf(TargetId id) const
{
    const Connection* connection = find(id);
    return connection ? connection->client : ClientId{};
}

const PairPool::Connection* PairPool::find(TargetId id) const
{
    if (!id.isValid() || id.slot >= _connections.size() || _connections[id.slot].id != id)
        return nullptr;
    return &_connections[id.slot];
}

PairPool::Connection* PairPool::find(TargetId id)
{
    return const_cast<Connection*>(static_cast<const PairPool*>(this)->find(id));
}

void PairPool::remove(Connection& connection)
{
    _counts.remove(connection.target, useIn(connection.state));
    connection = Connection{};
    --_size;
}

const char* toString(PairPool::State state)
{
    switch (state)
    {
    case PairPool::State::opening:
        return "opening";
    case PairPool::State::leased:
        return "leased";
    }
    return "";
}

} // namespace proximux
