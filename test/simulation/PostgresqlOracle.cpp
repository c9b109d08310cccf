#include "simulation/PostgresqlOracle.h"

#include "simulation/PostgresqlMessages.h"

#include <proximux/protocol/postgresql/Startup.h>

#include <algorithm>
#include <utility>

namespace proximux
{

using postgresql::lengthAt;
using postgresql::textAt;

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

std::string userOf(bool isAnna)
{
    return isAnna ? "anna" : "bert";
}

std::string welcome(std::uint32_t number)
{
    std::string key;
    appendNumber(key, number, 4);
    appendNumber(key, ~number, 4);
    return postgresql::message('R', std::string(4, '\0')) +
           postgresql::message('S', std::string("TimeZone\0UTC\0", 13)) + postgresql::message('K', key) +
           SmallPostgresql::ready('I');
}

} // namespace

PostgresqlOracle::PostgresqlOracle(OracleSettings settings)
    : DatabaseOracle(settings)
{
    start();
}

// ------------------------------------------------------------------------------------------------ clients

void PostgresqlOracle::speakUp(Client& client)
{
    if (!client.own && client.asked.empty())
    {
        postgresql::Startup startup;
        startup.user = startup.database = userOf(isAnna(client));
        client.says = startup.packetFor(startup.user);
        client.asked.push_back({client.says});
    }
    else if (mayAsk(client))
    {
        client.asked.push_back(request(client.own->status() != 'I'));
        asks(client, joined(client.asked.back()));
    }
}

std::string PostgresqlOracle::statement(bool inTransaction)
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

std::vector<std::string> PostgresqlOracle::request(bool inTransaction)
{
    if (chance(2))
        return {query(statement(inTransaction))};
    return batch(inTransaction);
}

/// What is prepared by name stays; what leaves something behind is not, for nobody knows when it is executed.
std::vector<std::string> PostgresqlOracle::batch(bool inTransaction)
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

void PostgresqlOracle::hear(Client& client, const std::string& bytes)
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
            client.own.emplace(userOf(isAnna(client)));
        client.asked.pop_front();
        answer.clear();
    }
    client.heard = joined(answer) + rest;
}

/// An answer up to its end.
void PostgresqlOracle::judge(Client& client, const std::vector<std::string>& answer)
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
    ++count().answered;
}

/// In its own session the same part of the request is done, and fails there.
void PostgresqlOracle::judgeError(Client& client, const std::vector<std::string>& answer, std::size_t at)
{
    ++count().errors;
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

// ------------------------------------------------------------------------------------------------ targets

void PostgresqlOracle::lookAtTarget(Target& target)
{
    if (!world.has(target.id))
        return;
    target.inbox += std::exchange(world.target(target.id).sent, std::string());
    if (!target.session)
    {
        if (target.inbox.size() < 4 || lengthAt(target.inbox, 0) > target.inbox.size())
            return;
        const auto size = static_cast<std::size_t>(lengthAt(target.inbox, 0));
        const std::size_t user = target.inbox.find(std::string("user\0", 5));
        target.session.emplace(std::string(textAt(target.inbox, user + 5)));
        target.inbox.erase(0, size);
        target.answer += welcome(target.id.slot);
    }
    for (const std::string& each : takeMessages(target.inbox))
    {
        if (each.front() == 'X')
        {
            exchange->targetEnded(target.id, now);
            return;
        }
        target.answer += target.session->hear(each);
        ++count().sent;
    }
}

std::string PostgresqlOracle::lastWords() const
{
    return SmallPostgresql::error("57P01", "terminating", "FATAL");
}

std::string PostgresqlOracle::aside() const
{
    return SmallPostgresql::notice("to whom it may concern");
}

} // namespace proximux
