#include "oracle/RawOracle.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace proximux
{

namespace
{

constexpr std::int64_t GAP = 10000; ///< microseconds, as configured

/// A request, or under another letter what answers it; most are short.
std::string message(char letter, std::uint32_t client, std::uint32_t number)
{
    const std::uint32_t seed = (client * 2654435761U) ^ (number * 40503U);
    const std::size_t size = seed % 16 == 0 ? 400 : seed / 16 % 40;
    return letter + std::to_string(client) + '.' + std::to_string(number) + ':' +
           std::string(size, static_cast<char>('a' + seed % 23)) + ';';
}

SharedExchangeSettings exchangeSettings(const OracleSettings& settings)
{
    SharedExchangeSettings made;
    made.fair = settings.connections > 1;
    made.responseBuffer = 200;
    made.maxQueue = 300;
    made.totalBuffer = 20000;
    made.settle = Duration::milliseconds(10);
    made.responseTimeout = Duration::milliseconds(200);
    return made;
}

SharedPoolSettings poolSettings(const OracleSettings& settings)
{
    SharedPoolSettings made;
    made.targets.assign(settings.connections, 0);
    return made;
}

} // namespace

RawOracle::RawOracle(const OracleSettings& settings)
    : _settings(settings)
    , _random(settings.seed)
    , _health(1, {Duration::milliseconds(10), Duration::milliseconds(100)}, settings.seed)
    , _pool(poolSettings(settings), _health, _world)
    , _exchange(exchangeSettings(settings), _world, _pool)
{
}

void RawOracle::run()
{
    _clients.resize(_settings.clients);
    for (std::size_t i = 0; i < _clients.size(); ++i)
        addClient(i);
    while (_made < _settings.requests)
        step();
    finish();
}

void RawOracle::step()
{
    Client& client = _clients[random(_clients.size())];
    if (chance(2))
        clientReads(client);
    else
        clientSpeaks(client);
    look();
    if (!_targets.empty())
        targetActs(anyTarget());
    look();
    if (_settings.faults && chance(300) && !_targets.empty())
        targetFails(anyTarget());
    look();
    if (_settings.faults && chance(100))
        clientLeaves(_clients[random(_clients.size())]);
    look();
    passTime(static_cast<std::int64_t>(random(3000)));
}

// ------------------------------------------------------------------------------------------------ clients

void RawOracle::addClient(std::size_t place)
{
    _clients[place] = Client();
    const ClientId id = _clients[place].id = _world.addClient();
    _places[id.slot] = place;
    _exchange.clientOpened(id, _now);
}

/// One who has its answer asks again. What it says while it has a lease passes on at once.
void RawOracle::clientSpeaks(Client& client)
{
    const SharedWorld::Client& side = _world.client(client.id);
    if (client.expected.empty() && !client.ended)
    {
        client.says = message('Q', client.id.slot, ++client.number);
        client.expected = message('A', client.id.slot, client.number);
        ++_made;
    }
    if (side.held || client.says.empty())
        return;
    const std::size_t n = std::min({chance(2) ? client.says.size() : 1 + random(client.says.size()), side.limit});
    const std::string bytes = client.says.substr(0, n);
    client.says.erase(0, n);
    const Target* target = leased(client);
    const bool passes = target != nullptr && !target->inbox.empty() && _world.target(target->id).waiting.empty();
    _exchange.request(client.id, bytes, _now);
    if (passes && _world.has(target->id) && _world.target(target->id).sent.empty() &&
        _world.target(target->id).waiting.empty())
        fail("a piece of a request was kept back");
}

void RawOracle::clientReads(Client& client)
{
    SharedWorld::Client& side = _world.client(client.id);
    side.room = chance(4) ? random(60) : std::numeric_limits<std::size_t>::max();
    if (side.waiting.empty() && side.fin && !client.ended)
    {
        client.ended = true;
        return _exchange.clientEnded(client.id, _now);
    }
    if (side.waiting.empty())
        return;
    const std::size_t waiting = SharedWorld::take(side, 1 + random(300));
    _world.touchedClients.push_back(client.id.slot);
    _exchange.clientSent(client.id, waiting, _now);
}

void RawOracle::clientLeaves(Client& client)
{
    if (client.ended)
        return;
    ++_numbers.left;
    if (chance(2) || !client.says.empty() || _world.client(client.id).held)
        return _exchange.clientLost(client.id, _now);
    client.ended = true; // it waits for its answer
    _exchange.clientEnded(client.id, _now);
}

void RawOracle::lookAtClient(Client& client)
{
    if (_world.has(client.id))
        return check(client, std::exchange(_world.client(client.id).sent, std::string()));
    const auto found = _world.closedClients.find(client.id.slot);
    const SharedWorld::Closed closed = found->second;
    check(client, closed.last.sent);
    if (closed.reason == CloseReason::ended && !client.expected.empty())
        fail("client " + std::to_string(client.id.slot) + " was closed as if it had got all");
    if (closed.how == How::finish && !closed.last.waiting.empty())
        fail("client " + std::to_string(client.id.slot) + " was closed before it got what waited for it");
    _numbers.closed += closed.reason == CloseReason::clientLost || closed.reason == CloseReason::ended ? 0 : 1;
    _world.closedClients.erase(found);
    if (Target* target = leased(client))
        target->stirred = _now;
    const std::size_t place = _places.at(client.id.slot);
    _places.erase(client.id.slot);
    addClient(place);
}

void RawOracle::check(Client& client, const std::string& bytes)
{
    if (bytes.empty())
        return;
    if (!client.says.empty() || client.expected.compare(0, bytes.size(), bytes) != 0)
        fail("client " + std::to_string(client.id.slot) + " got " + bytes + " instead of " +
             (client.says.empty() ? client.expected : std::string()));
    client.expected.erase(0, bytes.size());
    _numbers.answered += client.expected.empty() ? 1 : 0;
}

/// Who asked on this connection last, where it is still there.
RawOracle::Client* RawOracle::holder(const Target& target)
{
    const auto lease = _world.leases.find(target.id.slot);
    const auto place = lease != _world.leases.end() ? _places.find(lease->second) : _places.end();
    return place != _places.end() ? &_clients[place->second] : nullptr;
}

/// The connection on which a part of this client's request is.
RawOracle::Target* RawOracle::leased(const Client& client)
{
    for (auto& [slot, target] : _targets)
        if (holder(target) == &client)
            return &target;
    return nullptr;
}

// ------------------------------------------------------------------------------------------------ targets

RawOracle::Target& RawOracle::anyTarget()
{
    return std::next(_targets.begin(), static_cast<std::ptrdiff_t>(random(_targets.size())))->second;
}

void RawOracle::targetActs(Target& target)
{
    if (!target.open)
        return targetOpens(target);
    if (_settings.faults && chance(3))
        saySurplus(target);
    if (!_world.has(target.id))
        return;
    SharedWorld::Target& side = _world.target(target.id);
    side.room = chance(4) ? random(100) : std::numeric_limits<std::size_t>::max();
    if (side.waiting.empty())
        return;
    const std::size_t waiting = SharedWorld::take(side, 1 + random(300));
    _world.touchedTargets.push_back(target.id.slot);
    _exchange.targetSent(target.id, waiting, _now);
}

void RawOracle::targetOpens(Target& target)
{
    if (_settings.faults && chance(20))
        return _exchange.targetFailed(target.id, _now);
    target.open = true;
    _world.target(target.id).held = false;
    target.wrong = _settings.faults && chance(20);
    if (target.wrong)
        _world.target(target.id).says += "Agreeting;";
    _exchange.targetOpened(target.id, _now);
}

void RawOracle::targetFails(Target& target)
{
    ++_numbers.killed;
    const bool rests = target.inbox.empty() && target.answer.empty();
    if (!target.open)
        _exchange.targetFailed(target.id, _now);
    else if (rests && _world.target(target.id).says.empty() && _world.target(target.id).waiting.empty() && chance(2))
        _exchange.targetEnded(target.id, _now);
    else
        _exchange.targetLost(target.id, _now);
}

/// The next piece of its answer.
void RawOracle::speak(Target& target)
{
    const std::size_t n = chance(3) ? target.answer.size() : 1 + random(target.answer.size());
    _world.target(target.id).says += target.answer.substr(0, n);
    target.answer.erase(0, n);
    target.begun = !target.answer.empty();
    target.due.us = _now.us + static_cast<std::int64_t>(random(GAP * 8 / 10));
    flush(target);
}

/// Where the last client has left and a gap has passed since, nobody has a lease.
void RawOracle::saySurplus(Target& target)
{
    const SharedWorld::Target& side = _world.target(target.id);
    if (holder(target) != nullptr || !target.inbox.empty() || !target.answer.empty() || !side.says.empty() ||
        !side.waiting.empty() || side.held || _now.us < target.stirred.us + GAP)
        return;
    target.wrong = true;
    _exchange.response(target.id, "Asurplus;", _now);
    if (_world.has(target.id))
        fail("a connection lives on behind bytes that nobody asked for");
}

/// What it said is read at once, but while it is held.
void RawOracle::flush(Target& target)
{
    if (!target.open || !_world.has(target.id))
        return;
    SharedWorld::Target& side = _world.target(target.id);
    if (side.held || side.says.empty())
        return;
    target.stirred = _now;
    _exchange.response(target.id, std::exchange(side.says, std::string()), _now);
}

void RawOracle::lookAtTarget(Target& target)
{
    const bool there = _world.has(target.id);
    SharedWorld::Side& side = there ? static_cast<SharedWorld::Side&>(_world.target(target.id))
                                    : _world.closedTargets.at(target.id.slot).last;
    if (side.sent.empty())
        return;
    target.inbox += std::exchange(side.sent, std::string());
    if (!target.answer.empty())
        fail("a target got " + target.inbox + " within its answer to another");
    const std::size_t end = target.inbox.find(';');
    if (end == std::string::npos)
        return;
    const auto lease = _world.leases.at(target.id.slot);
    const std::size_t dot = target.inbox.find('.') + 1;
    const std::size_t digits = target.inbox.find_first_not_of("0123456789", dot) - dot;
    const auto number = dot > 0 && digits - 1 < 9 ? std::stoul(target.inbox.substr(dot, digits)) : 0;
    if (target.inbox != message('Q', lease, static_cast<std::uint32_t>(number)))
        fail("a target got a request that nobody sent: " + target.inbox);
    target.inbox.clear();
    target.answer = message('A', lease, static_cast<std::uint32_t>(number));
    target.due.us = _now.us + static_cast<std::int64_t>(random(3 * GAP));
    ++_numbers.sent;
}

/// Who waits for an answer that is lost is told.
void RawOracle::targetClosed(const Target& target, const SharedWorld::Closed& closed)
{
    const bool doubt = closed.reason == CloseReason::desync || closed.reason == CloseReason::greeted;
    if (doubt && !target.wrong)
        fail(std::string("a connection was closed for nothing: ") + toString(closed.reason));
    _numbers.desyncs += closed.reason == CloseReason::desync ? 1 : 0;
    const Client* client = target.inbox.empty() && target.answer.empty() ? nullptr : holder(target);
    if (client != nullptr && _world.has(client->id) && !_world.client(client->id).fin)
        fail("client " + std::to_string(client->id.slot) + " is not told that its answer is lost");
}

// ------------------------------------------------------------------------------------------------ the whole

void RawOracle::look()
{
    for (const TargetId id : _world.dialled)
        _targets[id.slot].id = id;
    _world.dialled.clear();
    if (_world.targets.size() > _settings.connections)
        fail("more target connections than allowed");
    for (auto& [slot, target] : _targets)
        flush(target);
    while (!_world.touchedTargets.empty())
    {
        const auto found = _targets.find(_world.touchedTargets.back());
        _world.touchedTargets.pop_back();
        if (found == _targets.end())
            continue;
        lookAtTarget(found->second);
        if (_world.has(found->second.id))
            continue;
        targetClosed(found->second, _world.closedTargets.at(found->first));
        _world.closedTargets.erase(found->first);
        _targets.erase(found);
    }
    while (!_world.touchedClients.empty())
    {
        const auto found = _places.find(_world.touchedClients.back());
        _world.touchedClients.pop_back();
        if (found != _places.end())
            lookAtClient(_clients[found->second]);
    }
}

/// Each piece of an answer is said when it is due.
void RawOracle::passTime(std::int64_t us)
{
    const Instant end{_now.us + us};
    for (;;)
    {
        Target* next = nullptr;
        for (auto& [slot, target] : _targets)
            if (!target.answer.empty() && target.due <= end && (next == nullptr || target.due < next->due))
                next = &target;
        if (next == nullptr)
            break;
        const TargetId id = next->id;
        _now = std::max(_now, next->due);
        _exchange.expire(_now);
        look();
        const auto found = _targets.find(id.slot);
        if (found != _targets.end() && !found->second.answer.empty())
            speak(found->second);
        look();
    }
    _now = end;
    _exchange.expire(_now);
    look();
}

/// From here on nothing fails: who is still there gets all.
void RawOracle::finish()
{
    _settings.faults = false;
    for (int turns = 0; turns < 20000; ++turns)
    {
        bool waits = false;
        for (Client& client : _clients)
        {
            waits = waits || !client.expected.empty();
            clientReads(client);
            if (_world.has(client.id) && !client.says.empty())
                clientSpeaks(client);
            look();
        }
        if (!waits)
            return;
        for (int i = 0; i < 20 && !_targets.empty(); ++i)
        {
            targetActs(anyTarget());
            look();
        }
        passTime(1000);
    }
    fail("clients wait for ever");
}

void RawOracle::fail(const std::string& what) const
{
    throw OracleFailure(what + " [raw, " + std::to_string(_settings.connections) + " connections, seed " +
                        std::to_string(_settings.seed) + "]");
}

} // namespace proximux
