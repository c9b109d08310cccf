#include "simulation/Script.h"

#include <limits>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace proximux
{

namespace
{

void check(bool holds, const char* what)
{
    if (!holds)
        throw std::logic_error(what);
}

Simulation::Options settings(const Language& language, std::size_t connections, std::size_t options)
{
    Simulation::Options made;
    made.protocol = language.name;
    made.connections = connections;
    made.maxMessage = 2000;
    made.backoff = {Duration::milliseconds(10), Duration::milliseconds(100)};
    MultiplexerSettings& exchange = made.exchange;
    exchange.pipeline = 1 + options % 8;
    exchange.byId = language.ids && options % 16 >= 8;
    if (exchange.byId && made.protocol == "length")
        made.framing.requestId = made.framing.responseId = IdField{4, 2, ByteOrder::big};
    exchange.maxPinned = connections - 1;
    exchange.conversation = {connections > 1, options % 32 >= 16 ? "secret" : "", 0, true, 400, false};
    exchange.maxRequests = 4;
    exchange.maxQueue = 12;
    exchange.requestBuffer = 400;
    exchange.responseBuffer = 300;
    exchange.totalBuffer = 2000;
    exchange.idleTimeout = Duration::seconds(200);
    exchange.inactiveTimeout = Duration::seconds(100);
    exchange.settle = Duration::milliseconds(options % 64 >= 32 ? 10 : 0);
    if (options >= 128)
        exchange.prologues.push_back({"hello\r\n", "+OK\r\n"});
    return made;
}

} // namespace

Script::Script(Bytes bytes)
    : _choices(bytes)
    , _language(languages()[_choices.byte() % languages().size()])
{
    const std::size_t connections = 1 + _choices.byte() % 3;
    _options = settings(_language, connections, _choices.byte());
    begin(_options);
    world.records = false;
}

void Script::run()
{
    while (!_choices.isEmpty())
    {
        happens();
        look();
    }
    running().closeAll(CloseReason::stopped, now);
    look();
    check(running().size() == 0 && world.clients.empty() && world.targets.empty(), "the end leaves nobody");
    check(world.ended == world.tags, "each request ends, once");
    const Multiplexer::Usage left = usage();
    check(left.kept == 0 && left.queued == 0 && left.pinned == 0, "the end leaves nothing");
}

void Script::clientJoins()
{
    if (_clients.size() < 8)
        _clients.push_back(join());
}

void Script::happens()
{
    const std::size_t choice = _choices.byte();
    const std::size_t who = choice / 16;
    switch (choice % 16)
    {
    case 0:
        return clientJoins();
    case 1:
    case 2:
        return clientSays(who, pick(_language.requests));
    case 3:
        return clientSays(who, std::string(_choices.bytes(_choices.byte())));
    case 4:
        return targetOpens(who);
    case 5:
    case 6:
        return targetSays(who, pick(_language.responses));
    case 7:
        return targetSays(who, std::string(_choices.bytes(_choices.byte())));
    case 8:
        return targetEchoes(who);
    case 9:
        return clientLeaves(who);
    case 10:
        return targetLeaves(who);
    case 11:
        return clientReads(who);
    case 12:
        return targetReads(who);
    case 13:
        return passTime(static_cast<std::int64_t>(_choices.byte()) << who);
    case 14:
        return passTime(0);
    default:
        if (who == 15)
            running().drain(now);
        else if (who == 14)
            running().warmUp(now);
    }
}

void Script::clientSays(std::size_t who, const std::string& bytes)
{
    ClientId* const id = client(who);
    if (id == nullptr || bytes.empty() || _finished.count(id->slot) != 0)
        return;
    const World::Client& side = world.client(*id);
    if (side.held)
        return;
    const std::size_t most = side.limit > 0 ? side.limit : bytes.size();
    says(*id, Bytes(bytes).substr(0, most));
}

void Script::clientLeaves(std::size_t who)
{
    ClientId* const id = client(who);
    if (id == nullptr)
        return;
    const std::size_t how = _choices.byte() % 4;
    if (how == 0)
        running().clientLost(*id, now);
    else if (how == 1)
        running().clientFaulted(*id, now);
    else if (!world.client(*id).held && _finished.insert(id->slot).second)
        running().clientEnded(*id, now);
}

void Script::clientReads(std::size_t who)
{
    ClientId* const id = client(who);
    if (id == nullptr)
        return;
    World::Client& side = world.client(*id);
    const std::size_t n = _choices.byte();
    side.room = n == 255 ? std::numeric_limits<std::size_t>::max() : n;
    if (!side.waiting.empty() && n > 0)
        takes(*id, n);
}

void Script::targetOpens(std::size_t who)
{
    Target* const found = target(who);
    if (found == nullptr || found->open)
        return;
    if (_choices.byte() % 4 == 0)
        return running().targetFailed(found->id, now);
    found->open = true;
    opens(found->id);
}

void Script::targetSays(std::size_t who, const std::string& bytes)
{
    Target* const found = target(who);
    if (found == nullptr || !found->open || found->ended || bytes.empty())
        return;
    if (!world.target(found->id).held)
        answers(found->id, bytes);
}

// What it got last comes back: with the ids that were asked, that is.
void Script::targetEchoes(std::size_t who)
{
    Target* const found = target(who);
    if (found == nullptr)
        return;
    std::string bytes = got(found->id);
    if (std::string_view(_language.name) == "dns" && bytes.size() > 4)
        bytes[4] = static_cast<char>(bytes[4] | '\x80'); // QR
    targetSays(who, bytes);
}

void Script::targetLeaves(std::size_t who)
{
    Target* const found = target(who);
    if (found == nullptr)
        return;
    const std::size_t how = _choices.byte() % 4;
    if (!found->open)
        running().targetFailed(found->id, now);
    else if (how == 0)
        running().targetLost(found->id, now);
    else if (how == 1)
        running().targetFaulted(found->id, now);
    else if (!found->ended && !world.target(found->id).held)
    {
        found->ended = true;
        running().targetEnded(found->id, now);
    }
}

void Script::targetReads(std::size_t who)
{
    Target* const found = target(who);
    if (found == nullptr)
        return;
    World::Target& side = world.target(found->id);
    const std::size_t n = _choices.byte();
    side.room = n == 255 ? std::numeric_limits<std::size_t>::max() : n;
    if (!side.waiting.empty() && n > 0)
        takes(found->id, n);
}

void Script::passTime(std::int64_t ms)
{
    const Instant next = pass(Duration::milliseconds(ms));
    check(next > now, "what is due is done");
}

// Who is still there; and the limits.
void Script::look()
{
    for (const TargetId id : std::exchange(world.dialled, {}))
        _targets.push_back({id});
    for (std::size_t i = _targets.size(); i-- > 0;)
        if (!world.has(_targets[i].id))
            _targets.erase(_targets.begin() + static_cast<std::ptrdiff_t>(i));
    for (std::size_t i = _clients.size(); i-- > 0;)
        if (!world.has(_clients[i]))
            _clients.erase(_clients.begin() + static_cast<std::ptrdiff_t>(i));
    check(world.targets.size() <= _options.connections, "no more connections than allowed");
    check(running().size() == _clients.size(), "who is there is counted");
    check(usage().kept <= _options.exchange.totalBuffer + 3200, "what is kept is bounded");
    check(usage().pinned <= _options.exchange.maxPinned, "no more clients have a connection alone than allowed");
}

} // namespace proximux
