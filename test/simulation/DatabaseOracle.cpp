#include "simulation/DatabaseOracle.h"

#include "simulation/DatabaseMessages.h"

#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/postgresql/Startup.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace proximux
{

namespace
{

/// Of errors their code alone; without what a target says at any time.
std::string compared(const std::vector<std::string>& messages)
{
    std::string text;
    for (const std::string& each : messages)
        if (each.front() == 'E')
            text += "E" + field(each, 'C') + ";";
        else if (each.front() != 'N')
            text += each;
    return text;
}

bool isOurs(const std::string& error)
{
    return field(error, 'M').compare(0, 9, "proximux:") == 0;
}

std::string query(const std::string& sql)
{
    return postgresql::message('Q', sql + '\0');
}

} // namespace

DatabaseOracle::DatabaseOracle(const OracleSettings& settings)
    : Crowd(settings.connections, settings.seed)
    , _settings(settings)
{
    begin(options());
    world.records = false;
}

Simulation::Options DatabaseOracle::options()
{
    Options made;
    made.protocol = "postgresql";
    made.connections = _settings.connections;
    made.seed = _settings.seed;
    made.backoff = {Duration::milliseconds(1), Duration::milliseconds(10)};
    MultiplexerSettings& mux = made.exchange;
    mux.maxPinned = _settings.connections - 1;
    mux.conversation.pins = mux.maxPinned > 0;
    mux.conversation.statements = 4;
    mux.personal = mux.speaksAtRest = true;
    mux.responseTimeout = Duration::off();
    mux.responseBuffer = 2000;
    mux.requestBuffer = 300;
    mux.reconnects = 0;
    mux.switchDelay = Duration::milliseconds(20);
    mux.pinTimeout = Duration::milliseconds(100);
    mux.pinIdleTimeout = Duration::milliseconds(100);
    mux.queueTimeout = Duration::milliseconds(500);
    mux.lifetime = _settings.reloads ? Duration::milliseconds(300) : Duration::off();
    mux.conversation.authenticator = std::make_shared<auth::Authenticator>(_digests, "key");
    mux.conversation.authenticator->change({AuthMethod::trust, nullptr, {}});
    return made;
}

void DatabaseOracle::run()
{
    addClients(_settings.clients);
    while (_made < _settings.requests)
        step();
    _settings.faults = false; // who is still there gets all
    serveAll();
}

void DatabaseOracle::step()
{
    Client& client = anyClient();
    if (chance(2))
        clientReads(client);
    else
        clientSpeaks(client);
    look();
    targetTurns(3);
    endErrands();
    if (_settings.faults && chance(300) && !_targets.empty())
        targetFails(anyTarget());
    look();
    if (_settings.faults && chance(200))
        clientLeaves(anyClient());
    look();
    timePasses(static_cast<std::int64_t>(random(2000)));
}

void DatabaseOracle::timePasses(std::int64_t us)
{
    endErrands();
    Crowd::timePasses(us);
}

// ------------------------------------------------------------------------------------------------ clients

std::string DatabaseOracle::userOf(const Client& client) const
{
    return client.id.slot % 3 == 0 ? "bert" : "anna";
}

/// Some ask for several things at once; what a request is depends on the transaction that it may be in by then.
void DatabaseOracle::clientSpeaks(Client& client)
{
    const World::Client& side = world.client(client.id);
    if (client.ended || side.fin)
        return;
    const bool mayAsk = client.own && client.asked.size() < (client.id.slot % 5 == 0 ? 3 : 1);
    if (!client.own && client.asked.empty())
    {
        postgresql::Startup startup;
        startup.user = startup.database = userOf(client);
        client.says = startup.packetFor(startup.user);
        client.asked.push_back({client.says});
    }
    else if (client.says.empty() && mayAsk && _made < _settings.requests)
    {
        client.asked.push_back(request(client.own->status() != 'I'));
        client.says = joined(client.asked.back());
        ++_made;
    }
    if (side.held || client.says.empty())
        return;
    const std::size_t n = std::min({chance(2) ? client.says.size() : 1 + random(client.says.size()), side.limit});
    const std::string bytes = client.says.substr(0, n);
    client.says.erase(0, n);
    exchange->request(client.id, bytes, now);
}

std::string DatabaseOracle::one(std::initializer_list<const char*> texts)
{
    return *std::next(texts.begin(), static_cast<std::ptrdiff_t>(random(texts.size())));
}

std::string DatabaseOracle::statement(bool inTransaction)
{
    const std::string number = std::to_string(random(5));
    switch (random(inTransaction ? 14 : 12))
    {
    case 0:
        return "set work_mem='" + number + "MB'";
    case 1:
        return "set " + one({"search_path=x", "search_path=y", "timezone='UTC'", "timezone='wrong'"});
    case 2:
        return one({"reset work_mem", "reset search_path", "set local work_mem='9MB'"});
    case 3:
        return "begin";
    case 4:
        return chance(4) ? one({"listen a", "listen b", "unlisten *"}) : "select 1";
    case 5:
        return chance(4) ? one({"create temp table t (a int)", "drop table t"}) : "select 2";
    case 6:
        return chance(4) ? "discard all" : "select 3";
    case 7:
        return "select wrong";
    case 12:
        return one({"savepoint s", "rollback to s", "savepoint r", "rollback to r"});
    case 13:
        return one({"commit", "commit", "rollback", "end"});
    default:
        return "select " + number;
    }
}

std::vector<std::string> DatabaseOracle::request(bool inTransaction)
{
    if (chance(2))
        return {query(statement(inTransaction))};
    return batch(inTransaction);
}

/// What is prepared by name stays; what leaves something behind is not, for nobody knows when it is executed.
std::vector<std::string> DatabaseOracle::batch(bool inTransaction)
{
    std::vector<std::string> messages;
    for (std::size_t i = 1 + random(3); i > 0; --i)
    {
        const std::string name = chance(2) ? "" : one({"s", "r"});
        std::string sql = name.empty() ? statement(inTransaction) : one({"select 6", "select 7", "select wrong"});
        if (sql == "discard all")
            sql = "select 8";
        if (name.empty() || chance(3))
        {
            std::string body = name;
            body.append(1, '\0').append(sql).append(3, '\0');
            messages.push_back(postgresql::message('P', body));
        }
        messages.push_back(postgresql::message('B', '\0' + name + std::string(7, '\0')));
        if (!chance(8))
            messages.push_back(postgresql::message('E', std::string(5, '\0')));
        if (!name.empty() && chance(4))
            messages.push_back(postgresql::message('C', 'S' + name + '\0'));
        if (chance(8))
            messages.push_back(postgresql::message('H', {}));
    }
    messages.push_back(postgresql::message('S', {}));
    return messages;
}

void DatabaseOracle::clientReads(Client& client)
{
    World::Client& side = world.client(client.id);
    if (reads(client.id, side, 4, 100) || !side.fin || client.ended)
        return;
    client.ended = true;
    exchange->clientEnded(client.id, now);
}

void DatabaseOracle::clientLeaves(Client& client)
{
    if (client.ended)
        return;
    ++_numbers.left;
    if (chance(2) || world.client(client.id).held)
        return exchange->clientLost(client.id, now);
    client.ended = true;
    client.says.clear();
    exchange->clientEnded(client.id, now);
}

void DatabaseOracle::lookAtClient(Client& client)
{
    if (world.has(client.id))
        return hear(client, std::exchange(world.client(client.id).sent, std::string()));
    const auto found = world.closedClients.find(client.id.slot);
    const World::Closed closed = found->second;
    world.closedClients.erase(found);
    hear(client, closed.last.sent);
    const bool left = client.ended || closed.reason == CloseReason::clientLost || closed.reason == CloseReason::ended;
    if (!left && !client.told && !_settings.faults)
        fail("a client was closed without a word: " + std::string(toString(closed.reason)));
    _numbers.closed += left ? 0 : 1;
    replace(client);
}

void DatabaseOracle::hear(Client& client, const std::string& bytes)
{
    client.heard += bytes;
    std::string rest = client.heard;
    std::vector<std::string> answer;
    for (std::string& each : takeMessages(rest))
    {
        answer.push_back(std::move(each));
        const std::string& last = answer.back();
        client.told = client.told || (last.front() == 'E' && field(last, 'S') == "FATAL");
        if (last.front() != 'Z')
            continue;
        if (client.asked.empty())
            fail("a client got an answer for which it had not asked");
        if (client.own)
            judge(client, answer);
        else
            client.own.emplace(userOf(client));
        client.asked.pop_front();
        answer.clear();
    }
    client.heard = joined(answer) + rest;
}

/// An answer up to its end.
void DatabaseOracle::judge(Client& client, const std::vector<std::string>& answer)
{
    const auto ours = std::find_if(answer.begin(), answer.end(),
                                   [](const auto& each) { return each.front() == 'E' && isOurs(each); });
    if (ours != answer.end())
        return judgeError(client, answer, static_cast<std::size_t>(ours - answer.begin()));
    std::string said;
    for (const std::string& each : client.asked.front())
        said += client.own->hear(each);
    const std::string expected = compared(takeMessages(said));
    if (compared(answer) != expected)
        fail("client " + std::to_string(client.id.slot) + " got " + compared(answer) + " for " +
             joined(client.asked.front()) + " instead of " + expected);
    ++_numbers.answered;
}

/// In its own session the same part of the request is done, and fails there.
void DatabaseOracle::judgeError(Client& client, const std::vector<std::string>& answer, std::size_t at)
{
    ++_numbers.errors;
    const std::string before = compared({answer.begin(), answer.begin() + static_cast<std::ptrdiff_t>(at)});
    std::string said;
    for (const std::string& each : client.asked.front())
    {
        std::string whole = said;
        if (compared(takeMessages(whole)) == before)
            break;
        said += client.own->hear(each);
    }
    if (compared(takeMessages(said)) != before)
        fail("client " + std::to_string(client.id.slot) + " got " + before + " before an error");
    client.own->fail("");
    const std::string end = client.own->hear(postgresql::message('S', {}));
    if (answer.back() != end)
        fail("client " + std::to_string(client.id.slot) + " got " + joined(answer) + " for " +
             joined(client.asked.front()) + " instead of " + end);
}

// ------------------------------------------------------------------------------------------------ the whole

void DatabaseOracle::fail(const std::string& what) const
{
    std::string text = what;
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < ' '; }, '.');
    throw OracleFailure(text + " [postgresql, " + std::to_string(_settings.connections) + " connections, seed " +
                        std::to_string(_settings.seed) + "]");
}

} // namespace proximux
