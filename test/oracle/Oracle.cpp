#include "oracle/Oracle.h"

#include <algorithm>
#include <utility>

namespace proximux
{

namespace
{

SharedExchangeSettings exchangeSettings(const OracleSettings& settings, std::size_t large, const Protocol& protocol)
{
    SharedExchangeSettings made;
    made.fair = settings.connections > 1;
    made.pipeline = settings.pipeline;
    made.optional = 0;
    made.idReuse = Oracle::ID_REUSE;
    made.requestBuffer = large;
    made.responseBuffer = 200;
    made.maxRequests = 5;
    made.maxQueue = 300;
    made.totalBuffer = 20000;
    made.settle = Duration::milliseconds(settings.overdue ? 500 : 10); // a greeting comes earlier
    made.responseTimeout = Duration::milliseconds(settings.overdue ? 15 : 30000);
    made.stallTimeout = settings.sloths ? Duration::milliseconds(20) : Duration::seconds(1000);
    made.tieTimeout = Duration::off(); // whoever waits for a tie is patient
    made.requestId = protocol.requestId();
    made.responseId = protocol.responseId();
    made.byId = made.requestId.has_value();
    made.maxTied = settings.talks ? std::max<std::size_t>(settings.connections - 1, 1) : 0;
    made.conversation.ties = made.maxTied > 0;
    made.requestGap = Duration::microseconds(settings.talks ? 20 : 0);
    if (settings.talks)
        made.prologues = {{OracleWorld::PROLOGUE, OracleWorld::WELCOME}};
    return made;
}

SharedPoolSettings poolSettings(const OracleSettings& settings)
{
    SharedPoolSettings made;
    made.targets.assign(settings.connections, 0);
    made.pipeline = settings.pipeline;
    return made;
}

std::shared_ptr<const Protocol> protocolOf(const Messages& messages, bool talks, std::size_t large)
{
    return talks ? std::make_shared<const TalkingProtocol>(messages, large) : messages.protocol();
}

} // namespace

Oracle::Oracle(const OracleSettings& settings)
    : _settings(settings)
    , _messages(settings.protocol)
    , _random(settings.seed)
    , _world(settings.connections == 1 && !settings.talks) // who has the connection alone goes first
    , _health(1, {Duration::milliseconds(10), Duration::milliseconds(100)}, settings.seed)
    , _pool(poolSettings(settings), _health, _world)
    , _exchange(exchangeSettings(settings, LARGE, *_messages.protocol()), _world, _pool,
                protocolOf(_messages, settings.talks, LARGE))
    , _mayFail(settings.faults || settings.overdue || settings.sloths)
{
}

void Oracle::run()
{
    _clients.resize(_settings.clients);
    for (std::size_t i = 0; i < _clients.size(); ++i)
        addClient(i);
    while (_made < _settings.requests)
        step();
    finish();
}

void Oracle::step()
{
    Client& client = _clients[random(_clients.size())];
    if (chance(3))
        clientReads(client);
    else
        clientSpeaks(client);
    look();
    targetTurns(3);
    if (_settings.faults && chance(200) && !_targets.empty())
        targetFails(anyTarget());
    look();
    if (_settings.faults && chance(400))
        clientLeaves(_clients[random(_clients.size())]);
    look();
    passTime(static_cast<std::int64_t>(random(_settings.overdue ? 2000 : 200)));
}

void Oracle::targetTurns(int turns)
{
    for (int i = 0; i < turns && !_targets.empty(); ++i)
    {
        Target& target = anyTarget();
        if (!target.open)
            targetOpens(target);
        else if (chance(2))
            targetReads(target);
        else
            targetAnswers(target);
        look();
    }
}

/// Follows up what the exchange has done.
void Oracle::look()
{
    for (const TargetId id : _world.dialled)
    {
        Target target;
        target.id = id;
        target.framer = _messages.requestFramer();
        _targets[id.slot] = std::move(target);
    }
    _world.dialled.clear();
    if (_world.targets.size() > _settings.connections)
        fail("more target connections than allowed");
    while (!_world.touchedTargets.empty())
    {
        const auto found = _targets.find(_world.touchedTargets.back());
        _world.touchedTargets.pop_back();
        if (found == _targets.end())
            continue;
        lookAtTarget(found->second);
        if (_world.has(found->second.id))
            continue;
        const auto closed = _world.closedTargets.find(found->first);
        targetClosed(found->second, closed->second);
        _world.closedTargets.erase(closed);
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

void Oracle::passTime(std::int64_t us)
{
    _now.us += us;
    _exchange.expire(_now);
    look();
}

/// From here on nothing fails: who is still there gets all.
void Oracle::finish()
{
    _settings.faults = false;
    for (Client& client : _clients) // who has a connection alone gives it back
        while (_settings.talks && client.made % 8 > 5 && !client.ended)
            speakOn(client);
    for (int turns = 0; turns < 20000; ++turns)
    {
        bool waits = false;
        for (Client& client : _clients)
        {
            waits = waits || !client.open.empty() || !client.expected.empty() || !client.says.empty();
            clientReads(client);
            if (_world.has(client.id) && !client.says.empty())
                clientSpeaks(client);
            look();
        }
        waits = waits || (!_mayFail && _arrived.size() + _numbers.local < _made);
        if (!waits)
        {
            if (_exchange.kept() > 0)
                fail("something is kept when all was answered");
            return;
        }
        targetTurns(20);
        passTime(1000);
    }
    std::string who;
    for (const Client& client : _clients)
        if (!client.open.empty())
            who += " " + std::to_string(client.id.slot) + " (" + std::to_string(client.open.size()) + " of " +
                   std::to_string(client.made) + ")";
    fail("clients wait for ever:" + who);
}

void Oracle::fail(const std::string& what) const
{
    throw OracleFailure(what + " [" + _settings.protocol + ", " + std::to_string(_settings.connections) +
                        " connections, pipeline " + std::to_string(_settings.pipeline) + ", seed " +
                        std::to_string(_settings.seed) + "]");
}

} // namespace proximux
