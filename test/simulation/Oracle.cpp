#include "simulation/Oracle.h"

#include <algorithm>
#include <utility>

namespace proximux
{

namespace
{

MultiplexerSettings exchangeSettings(const OracleSettings& settings, std::size_t large, bool byId)
{
    MultiplexerSettings made;
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
    made.pinTimeout = Duration::off(); // whoever waits for a tie is patient
    made.byId = byId;
    made.maxPinned = settings.talks ? std::max<std::size_t>(settings.connections - 1, 1) : 0;
    made.partingTimeout = Duration::off();
    made.conversation.pins = made.maxPinned > 0;
    made.requestGap = Duration::microseconds(settings.talks ? 20 : 0);
    if (settings.talks)
        made.prologues.assign(OracleReloads::TARGETS, {Oracle::PROLOGUE, Oracle::WELCOME});
    return made;
}

Simulation::Options optionsFor(const OracleSettings& settings, const Messages& messages, std::size_t large)
{
    Simulation::Options made;
    made.connections = settings.connections;
    made.targets = settings.reloads && !messages.hasId() ? OracleReloads::TARGETS : 1;
    made.anyTarget = settings.reloads && settings.connections == 1;
    made.exchange = exchangeSettings(settings, large, messages.hasId());
    made.spoken = settings.talks ? std::make_shared<const TalkingProtocol>(messages, large) : messages.protocol();
    made.backoff = {Duration::milliseconds(10), Duration::milliseconds(100)};
    made.seed = settings.seed;
    return made;
}

} // namespace

Oracle::Oracle(const OracleSettings& settings)
    : Crowd(settings.connections, settings.seed)
    , _settings(settings)
    , _messages(settings.protocol)
    , _talk(_settings, _messages)
    , _reloads(settings.connections, _messages.hasId() ? 1 : OracleReloads::TARGETS)
    , _mayFail(settings.faults || settings.overdue || settings.sloths)
{
    begin(optionsFor(settings, _messages, LARGE));
    world.records = false;
    world.inOrder = settings.connections == 1 && !settings.talks; // who has the connection alone goes first
}

void Oracle::run()
{
    addClients(_settings.clients);
    while (_made < _settings.requests)
        step();
    _settings.faults = false;       // who is still there gets all
    for (Client& client : _clients) // who has a connection alone gives it back
        while (_settings.talks && client.made % 8 > 5 && !client.ended)
            speakOn(client);
    serveAll();
    if (exchange->usage().kept > 0)
        fail("something is kept when all was answered");
}

void Oracle::step()
{
    Client& client = anyClient();
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
        clientLeaves(anyClient());
    look();
    if (_settings.reloads && chance(100))
        _reloads.happen(*this, exchangeSettings(_settings, LARGE, _messages.hasId()),
                        [this](std::size_t below) { return random(below); });
    look();
    pass({static_cast<std::int64_t>(random(_settings.overdue ? 2000 : 200))});
    look();
}

void Oracle::targetActs(Target& target)
{
    if (!target.open)
        targetOpens(target);
    else if (chance(2))
        targetReads(target);
    else
        targetAnswers(target);
}

void Oracle::targetAdded(Target& target)
{
    target.framer = _messages.requestFramer();
}

void Oracle::lookAtConnections() const
{
    if (!_settings.reloads)
        return Crowd::lookAtConnections();
    if (!_reloads.hold(world))
        fail("a connection was opened beside those that leave");
}

bool Oracle::waits(const Client& client) const
{
    const bool lacksRequests = !_mayFail && _arrived.size() + _numbers.local < _made;
    return lacksRequests || !client.open.empty() || !client.expected.empty() || !client.says.empty();
}

void Oracle::fail(const std::string& what) const
{
    throw OracleFailure(what + " [" + _settings.protocol + ", " + std::to_string(_settings.connections) +
                        " connections, pipeline " + std::to_string(_settings.pipeline) + ", seed " +
                        std::to_string(_settings.seed) + "]");
}

} // namespace proximux
