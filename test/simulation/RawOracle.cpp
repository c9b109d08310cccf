#include "simulation/RawOracle.h"

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

Simulation::Options optionsFor(const OracleSettings& settings)
{
    Simulation::Options made;
    made.protocol = "raw";
    made.connections = settings.connections;
    made.exchange.responseBuffer = 200;
    made.exchange.maxQueue = 300;
    made.exchange.totalBuffer = 20000;
    made.exchange.settle = Duration::milliseconds(10);
    made.exchange.responseTimeout = Duration::milliseconds(200);
    made.backoff = {Duration::milliseconds(10), Duration::milliseconds(100)};
    made.seed = settings.seed;
    return made;
}

} // namespace

RawOracle::RawOracle(const OracleSettings& settings)
    : Crowd(settings.connections, settings.seed)
    , _settings(settings)
{
    begin(optionsFor(settings));
    world.records = false;
}

void RawOracle::run()
{
    addClients(_settings.clients);
    while (_made < _settings.requests)
        step();
    _settings.faults = false; // who is still there gets all
    serveAll();
}

void RawOracle::step()
{
    Client& client = anyClient();
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
        clientLeaves(anyClient());
    look();
    timePasses(static_cast<std::int64_t>(random(3000)));
}

// ------------------------------------------------------------------------------------------------ clients

/// One who has its answer asks again. What it says while it has a lease passes on at once.
void RawOracle::clientSpeaks(Client& client)
{
    const World::Client& side = world.client(client.id);
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
    const bool passes = target != nullptr && !target->inbox.empty() && world.target(target->id).waiting.empty();
    exchange->request(client.id, bytes, now);
    if (passes && world.has(target->id) && world.target(target->id).sent.empty() &&
        world.target(target->id).waiting.empty())
        fail("a piece of a request was kept back");
}

void RawOracle::clientReads(Client& client)
{
    World::Client& side = world.client(client.id);
    if (reads(client.id, side, 4, 60) || !side.fin || client.ended)
        return;
    client.ended = true;
    exchange->clientEnded(client.id, now);
}

void RawOracle::clientLeaves(Client& client)
{
    if (client.ended)
        return;
    ++_numbers.left;
    if (chance(2) || !client.says.empty() || world.client(client.id).held)
        return exchange->clientLost(client.id, now);
    client.ended = true; // it waits for its answer
    exchange->clientEnded(client.id, now);
}

void RawOracle::lookAtClient(Client& client)
{
    if (world.has(client.id))
        return check(client, std::exchange(world.client(client.id).sent, std::string()));
    const auto found = world.closedClients.find(client.id.slot);
    const World::Closed closed = found->second;
    check(client, closed.last.sent);
    if (closed.reason == CloseReason::ended && !client.expected.empty())
        fail("client " + std::to_string(client.id.slot) + " was closed as if it had got all");
    if (closed.how == How::finish && !closed.last.waiting.empty())
        fail("client " + std::to_string(client.id.slot) + " was closed before it got what waited for it");
    _numbers.closed += closed.reason == CloseReason::clientLost || closed.reason == CloseReason::ended ? 0 : 1;
    world.closedClients.erase(found);
    if (Target* target = leased(client))
        target->stirred = now;
    replace(client);
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
    const auto lease = world.askers.find(target.id.slot);
    const auto place = lease != world.askers.end() ? _places.find(lease->second) : _places.end();
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

void RawOracle::targetActs(Target& target)
{
    if (!target.open)
        return targetOpens(target);
    if (_settings.faults && chance(3))
        saySurplus(target);
    if (!world.has(target.id))
        return;
    reads(target.id, world.target(target.id), 4, 100);
}

void RawOracle::targetOpens(Target& target)
{
    if (_settings.faults && chance(20))
        return exchange->targetFailed(target.id, now);
    target.open = true;
    world.target(target.id).held = false;
    target.wrong = _settings.faults && chance(20);
    if (target.wrong)
        world.target(target.id).says += "Agreeting;";
    exchange->targetOpened(target.id, now);
}

void RawOracle::targetFails(Target& target)
{
    ++_numbers.killed;
    const bool rests = target.inbox.empty() && target.answer.empty();
    if (!target.open)
        exchange->targetFailed(target.id, now);
    else if (rests && world.target(target.id).says.empty() && world.target(target.id).waiting.empty() && chance(2))
        exchange->targetEnded(target.id, now);
    else
        exchange->targetLost(target.id, now);
}

/// The next piece of its answer.
void RawOracle::speak(Target& target)
{
    const std::size_t n = chance(3) ? target.answer.size() : 1 + random(target.answer.size());
    world.target(target.id).says += target.answer.substr(0, n);
    target.answer.erase(0, n);
    target.begun = !target.answer.empty();
    target.due.us = now.us + static_cast<std::int64_t>(random(GAP * 8 / 10));
    flush(target);
}

/// Where the last client has left and a gap has passed since, nobody has a lease.
void RawOracle::saySurplus(Target& target)
{
    const World::Target& side = world.target(target.id);
    if (holder(target) != nullptr || !target.inbox.empty() || !target.answer.empty() || !side.says.empty() ||
        !side.waiting.empty() || side.held || now.us < target.stirred.us + GAP)
        return;
    target.wrong = true;
    exchange->response(target.id, "Asurplus;", now);
    if (world.has(target.id))
        fail("a connection lives on behind bytes that nobody asked for");
}

/// What it said is read at once, but while it is held.
void RawOracle::flush(Target& target)
{
    if (!target.open || !world.has(target.id))
        return;
    World::Target& side = world.target(target.id);
    if (side.held || side.says.empty())
        return;
    target.stirred = now;
    exchange->response(target.id, std::exchange(side.says, std::string()), now);
}

void RawOracle::lookAtTarget(Target& target)
{
    const bool there = world.has(target.id);
    World::Side& side =
        there ? static_cast<World::Side&>(world.target(target.id)) : world.closedTargets.at(target.id.slot).last;
    if (side.sent.empty())
        return;
    target.inbox += std::exchange(side.sent, std::string());
    if (!target.answer.empty())
        fail("a target got " + target.inbox + " within its answer to another");
    const std::size_t end = target.inbox.find(';');
    if (end == std::string::npos)
        return;
    const auto lease = world.askers.at(target.id.slot);
    const std::size_t dot = target.inbox.find('.') + 1;
    const std::size_t digits = target.inbox.find_first_not_of("0123456789", dot) - dot;
    const auto number = dot > 0 && digits - 1 < 9 ? std::stoul(target.inbox.substr(dot, digits)) : 0;
    if (target.inbox != message('Q', lease, static_cast<std::uint32_t>(number)))
        fail("a target got a request that nobody sent: " + target.inbox);
    target.inbox.clear();
    target.answer = message('A', lease, static_cast<std::uint32_t>(number));
    target.due.us = now.us + static_cast<std::int64_t>(random(3 * GAP));
    ++_numbers.sent;
}

/// Who waits for an answer that is lost is told.
void RawOracle::targetClosed(Target& target, const World::Closed& closed)
{
    const bool doubt = closed.reason == CloseReason::desync || closed.reason == CloseReason::greeted;
    if (doubt && !target.wrong)
        fail(std::string("a connection was closed for nothing: ") + toString(closed.reason));
    _numbers.desyncs += closed.reason == CloseReason::desync ? 1 : 0;
    const Client* client = target.inbox.empty() && target.answer.empty() ? nullptr : holder(target);
    if (client != nullptr && world.has(client->id) && !world.client(client->id).fin)
        fail("client " + std::to_string(client->id.slot) + " is not told that its answer is lost");
}

// ------------------------------------------------------------------------------------------------ the whole

void RawOracle::beforeLook()
{
    for (auto& [slot, target] : _targets)
        flush(target);
}

/// Each piece of an answer is said when it is due.
void RawOracle::timePasses(std::int64_t us)
{
    const Instant end{now.us + us};
    for (;;)
    {
        Target* next = nullptr;
        for (auto& [slot, target] : _targets)
            if (!target.answer.empty() && target.due <= end && (next == nullptr || target.due < next->due))
                next = &target;
        if (next == nullptr)
            break;
        const TargetId id = next->id;
        now = std::max(now, next->due);
        exchange->expire(now);
        look();
        const auto found = _targets.find(id.slot);
        if (found != _targets.end() && !found->second.answer.empty())
            speak(found->second);
        look();
    }
    now = end;
    exchange->expire(now);
    look();
}

void RawOracle::fail(const std::string& what) const
{
    throw OracleFailure(what + " [raw, " + std::to_string(_settings.connections) + " connections, seed " +
                        std::to_string(_settings.seed) + "]");
}

} // namespace proximux
