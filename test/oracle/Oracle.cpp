#include "oracle/Oracle.h"

#include "oracle/Talking.h"

#include <algorithm>
#include <iterator>
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
    made.requestBuffer = large;
    made.responseBuffer = 200;
    made.maxRequests = 5;
    made.maxQueue = 300;
    made.totalBuffer = 20000;
    made.settle = Duration::milliseconds(settings.overdue ? 500 : 10); // a greeting comes earlier
    made.responseTimeout = Duration::milliseconds(settings.overdue ? 15 : 30000);
    made.requestGap = Duration::microseconds(settings.talks ? 20 : 0);
    made.requestId = protocol.requestId();
    made.responseId = protocol.responseId();
    made.byId = made.requestId.has_value();
    made.maxTied = settings.talks ? std::max<std::size_t>(settings.connections - 1, 1) : 0;
    made.conversation.ties = made.maxTied > 0;
    return made;
}

SharedPoolSettings poolSettings(const OracleSettings& settings)
{
    SharedPoolSettings made;
    made.targets.assign(settings.connections, 0);
    made.pipeline = settings.pipeline;
    return made;
}

std::shared_ptr<const Protocol> protocolOf(const Messages& messages, std::size_t large, bool talks)
{
    return talks ? std::make_shared<const TalkingProtocol>(messages, large) : messages.protocol();
}

} // namespace

Oracle::Oracle(const OracleSettings& settings)
    : _settings(settings)
    , _messages(settings.protocol)
    , _random(settings.seed)
    , _health(1, {Duration::milliseconds(10), Duration::milliseconds(100)}, settings.seed)
    , _pool(poolSettings(settings), _health, _world)
    , _exchange(exchangeSettings(settings, LARGE, *_messages.protocol()), _world, _pool,
                protocolOf(_messages, LARGE, settings.talks))
{
}

void Oracle::run()
{
    _world.records = false;
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
    for (int i = 0; i < 3 && !_targets.empty(); ++i)
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
    if (_settings.faults && chance(200) && !_targets.empty())
        targetFails(anyTarget());
    look();
    if (_settings.faults && chance(400))
        clientLeaves(_clients[random(_clients.size())]);
    look();
    passTime(static_cast<std::int64_t>(random(_settings.overdue ? 2000 : 200)));
}

// ------------------------------------------------------------------------------------------------ clients

Oracle::Target& Oracle::anyTarget()
{
    return std::next(_targets.begin(), static_cast<std::ptrdiff_t>(random(_targets.size())))->second;
}

void Oracle::addClient(std::size_t place)
{
    _clients[place] = Client();
    const ClientId id = _clients[place].id = _world.addClient();
    _places[id.slot] = place;
    _exchange.clientOpened(id, _now);
}

/// Sends the next piece of what it has to say, cut anywhere.
void Oracle::clientSpeaks(Client& client)
{
    SharedWorld::Client& side = _world.client(client.id);
    if (client.says.empty() && !client.ended)
        for (std::size_t n = 1 + random(4); n > 0; --n)
            speakOn(client);
    if (side.held || client.says.empty())
        return;
    const std::size_t n = std::min({1 + random(chance(4) ? 400 : 30), client.says.size(), side.limit});
    const std::string bytes = client.says.substr(0, n);
    client.says.erase(0, n);
    _exchange.request(client.id, bytes, _now);
}

void Oracle::speakOn(Client& client)
{
    client.open.insert(client.made);
    client.says += _messages.request(client.id.slot, client.made++, LARGE);
    ++_made;
}

/// Takes some of what waits for it, and says how much it is willing to take at once from now on.
void Oracle::clientReads(Client& client)
{
    SharedWorld::Client& side = _world.client(client.id);
    side.room = chance(3) ? random(60) : std::numeric_limits<std::size_t>::max();
    if (side.waiting.empty() && side.fin && !client.ended)
    {
        client.ended = true; // it has read the end, and ends, too
        return _exchange.clientEnded(client.id, _now);
    }
    if (side.waiting.empty())
        return;
    const std::size_t waiting = SharedWorld::take(side, 1 + random(300));
    _world.touchedClients.push_back(client.id.slot);
    _exchange.clientSent(client.id, waiting, _now);
}

void Oracle::clientLeaves(Client& client)
{
    if (client.ended)
        return;
    ++_numbers.left;
    if (chance(2) && client.says.empty() && !_world.client(client.id).held)
    {
        client.ended = true; // it waits for its answers
        _exchange.clientEnded(client.id, _now);
        return;
    }
    _exchange.clientLost(client.id, _now);
}

// ------------------------------------------------------------------------------------------------ targets

void Oracle::targetOpens(Target& target)
{
    if (_settings.faults && chance(20))
    {
        _exchange.targetFailed(target.id, _now);
        return;
    }
    target.open = true;
    _world.target(target.id).held = false;
    if (_settings.faults && chance(20))
    {
        if (chance(2))
            _world.target(target.id).says += "Agreeting";
        else
        {
            target.answers.push_back("Agreeting"); // in a moment
            target.saying = true;
        }
    }
    _exchange.targetOpened(target.id, _now);
}

/// Takes what waits for it; how much it takes at once is random, too.
void Oracle::targetReads(Target& target)
{
    SharedWorld::Target& side = _world.target(target.id);
    side.room = chance(4) ? random(100) : std::numeric_limits<std::size_t>::max();
    if (side.waiting.empty())
        return;
    const std::size_t waiting = SharedWorld::take(side, 1 + random(300));
    _world.touchedTargets.push_back(target.id.slot);
    _exchange.targetSent(target.id, waiting, _now);
}

/// Says a piece of its answers, and lets it be read, or some of it.
void Oracle::targetAnswers(Target& target)
{
    SharedWorld::Target& side = _world.target(target.id);
    if (side.ends)
        return read(target);
    if (!target.answers.empty() && !chance(3))
    {
        // with ids any of them may come first; and without, where it is wrong, that can be told
        const bool wrong = _settings.talks && _settings.faults && chance(500);
        if ((_messages.hasId() || wrong) && !target.saying)
            std::swap(target.answers.front(), target.answers[random(target.answers.size())]);
        target.saying = true;
        std::string& answer = target.answers.front();
        const std::size_t n = chance(2) ? answer.size() : 1 + random(answer.size());
        side.says += answer.substr(0, n);
        answer.erase(0, n);
        if (answer.empty())
        {
            target.answers.pop_front();
            target.saying = false;
        }
    }
    else if (_settings.faults && target.answers.empty() && target.inbox.empty() && side.waiting.empty() &&
             side.says.empty() && chance(200))
    {
        // nobody asked; as far as the target knows it is at rest
        const std::string surplus = _messages.response(12345, 67, LARGE);
        const std::size_t n = chance(2) ? surplus.size() : 1 + random(surplus.size() - 1);
        side.says += surplus.substr(0, n);
        if (n < surplus.size())
            target.answers.push_back(surplus.substr(n));
        target.saying = n < surplus.size();
    }
    if (chance(3))
        return; // it stays in the socket for a while
    read(target);
}

/// What it said is read, or a piece of it; at last its end.
void Oracle::read(Target& target)
{
    SharedWorld::Target& side = _world.target(target.id);
    if (side.held)
        return;
    if (!side.says.empty())
    {
        const std::size_t n = chance(2) ? side.says.size() : 1 + random(side.says.size());
        const std::string bytes = side.says.substr(0, n);
        side.says.erase(0, n);
        _exchange.response(target.id, bytes, _now);
    }
    else if (side.ends)
        _exchange.targetEnded(target.id, _now);
}

void Oracle::targetFails(Target& target)
{
    ++_numbers.killed;
    if (!target.open)
        return _exchange.targetFailed(target.id, _now);
    if (chance(2))
        return _exchange.targetLost(target.id, _now);
    _world.target(target.id).ends = true; // what it has said can still be read
    read(target);
}

// ------------------------------------------------------------------------------------------------ what was done

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
        _numbers.desyncs += closed->second.reason == CloseReason::desync ? 1 : 0;
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

void Oracle::lookAtClient(Client& client)
{
    if (_world.has(client.id))
        return check(client, std::exchange(_world.client(client.id).sent, std::string()));
    const auto found = _world.closedClients.find(client.id.slot);
    const SharedWorld::Closed& closed = found->second;
    check(client, closed.last.sent);
    const std::string name = "client " + std::to_string(client.id.slot);
    if (closed.reason == CloseReason::ended && client.answered != client.made)
        fail(name + " was closed as if it had got all");
    if (closed.how == How::finish && !closed.last.waiting.empty())
        fail(name + " was closed before it got what waited for it");
    if (closed.how == How::finish && (!client.expected.empty() || !client.begun.empty()))
        fail(name + " was closed by FIN within a response");
    _numbers.closed += closed.reason == CloseReason::clientLost || closed.reason == CloseReason::ended ? 0 : 1;
    _world.closedClients.erase(found);
    const std::size_t place = _places.at(client.id.slot);
    _places.erase(client.id.slot);
    addClient(place);
}

/// Byte for byte what is to come next for this client.
void Oracle::check(Client& client, std::string bytes)
{
    bytes.insert(0, std::exchange(client.begun, std::string()));
    std::size_t at = 0;
    while (at < bytes.size())
    {
        if (client.expected.empty())
        {
            if (client.answered == client.made)
                fail("client " + std::to_string(client.id.slot) + " got bytes that it did not ask for");
            if (_messages.hasId() && bytes.size() - at < _messages.nameSize())
            {
                client.begun = bytes.substr(at);
                return;
            }
            expectNext(client, bytes.substr(at));
        }
        const std::size_t n = std::min(client.expected.size(), bytes.size() - at);
        if (bytes.compare(at, n, client.expected, 0, n) != 0)
            fail("client " + std::to_string(client.id.slot) + " got " + bytes.substr(at, n) + " instead of " +
                 client.expected);
        client.expected.erase(0, n);
        at += n;
        if (!client.expected.empty())
            return;
        ++client.answered;
        ++_numbers.answered;
    }
}

/// In order the next; with ids the one whose beginning this is, which must be one that is not answered yet.
void Oracle::expectNext(Client& client, const std::string& bytes)
{
    std::uint32_t number = client.answered;
    if (_messages.hasId())
    {
        const auto name = _messages.read(bytes, 'A');
        if (!name || name->client != client.id.slot || client.open.count(name->number) == 0)
            fail("client " + std::to_string(client.id.slot) + " got what it did not ask for: " + bytes);
        number = name->number;
    }
    client.open.erase(number);
    _numbers.local += _settings.talks && TalkingProtocol::isLocal(number) ? 1 : 0;
    client.expected = _messages.response(client.id.slot, number, LARGE);
}

void Oracle::lookAtTarget(Target& target)
{
    const bool there = _world.has(target.id);
    SharedWorld::Side& side = there ? static_cast<SharedWorld::Side&>(_world.target(target.id))
                                    : _world.closedTargets.at(target.id.slot).last;
    target.inbox += std::exchange(side.sent, std::string());
    while (target.taken < target.inbox.size())
    {
        const Framer::Progress progress = target.framer->feed(Bytes(target.inbox).substr(target.taken));
        if (progress.kind == Framer::Progress::Kind::malformed)
            fail(std::string("a target got ") + progress.reason);
        if (progress.taken == 0)
            return; // it wants to see more
        target.taken += progress.taken;
        if (progress.kind != Framer::Progress::Kind::complete)
            continue;
        takeRequest(target, target.inbox.substr(0, target.taken));
        target.inbox.erase(0, target.taken);
        target.taken = 0;
    }
}

void Oracle::takeRequest(Target& target, const std::string& message)
{
    const auto name = _messages.read(message, 'Q');
    const std::uint64_t id = _messages.hasId() ? _messages.readId(message) : 0;
    std::string sent = name ? _messages.request(name->client, name->number, LARGE) : std::string();
    if (name && _messages.hasId())
        sent = _messages.withId(std::move(sent), id);
    if (message != sent)
        fail("a target got a request that nobody sent: " + message);
    if (!_arrived.insert(static_cast<std::uint64_t>(name->client) << 32U | name->number).second)
        fail("a request reached a target twice: " + message);
    ++_numbers.sent;
    if (_settings.talks)
        keepState(target, *name);
    const bool saying = _world.has(target.id) && !_world.target(target.id).says.empty();
    if (target.answers.size() >= _settings.pipeline || (_settings.pipeline == 1 && saying))
        fail("more requests in flight than allowed");
    std::string answer = _messages.response(name->client, name->number, LARGE);
    if (_messages.hasId())
        answer = _messages.withId(std::move(answer), id);
    target.answers.push_back(std::move(answer));
}

/// Nobody else may use the connection meanwhile, or inherit its state.
void Oracle::keepState(Target& target, const Messages::Name& name)
{
    if (TalkingProtocol::isLocal(name.number))
        fail("a target got a request that is answered in its place");
    if (target.owner && *target.owner != name.client)
        fail("a request of client " + std::to_string(name.client) + " came into the state of client " +
             std::to_string(*target.owner));
    if (TalkingProtocol::beginsState(name.number))
        target.owner = name.client;
    else if (TalkingProtocol::endsState(name.number))
        target.owner.reset();
}

void Oracle::passTime(std::int64_t us)
{
    _now.us += us;
    _exchange.expire(_now);
    look();
}

// ------------------------------------------------------------------------------------------------ the end

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
            waits = waits || client.answered < client.made;
            clientReads(client);
            if (_world.has(client.id) && !client.says.empty())
                clientSpeaks(client);
            look();
        }
        if (!waits)
        {
            if (_exchange.kept() > 0 || _exchange.queued() > 0)
                fail("something is kept when all was answered");
            return;
        }
        for (int i = 0; i < 20 && !_targets.empty(); ++i)
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
        passTime(1000);
    }
    std::string who;
    for (const Client& client : _clients)
        if (client.answered < client.made)
            who += " " + std::to_string(client.id.slot) + " (" + std::to_string(client.answered) + " of " +
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
