#include "simulation/MysqlOracle.h"

#include <proximux/Number.h>
#include <proximux/protocol/mysql/Handshake.h>
#include <proximux/protocol/mysql/Packets.h>

#include <algorithm>
#include <utility>

namespace proximux
{

using mysql::lengthOf;
using mysql::numberOf;

namespace
{

/// The whole packets in front of these bytes, which they leave.
std::vector<std::string> takePackets(std::string& bytes)
{
    std::vector<std::string> packets;
    while (bytes.size() >= mysql::HEADER && mysql::HEADER + lengthOf(bytes) <= bytes.size())
    {
        const std::size_t size = mysql::HEADER + lengthOf(bytes);
        packets.push_back(bytes.substr(0, size));
        bytes.erase(0, size);
    }
    return packets;
}

char kindOf(const std::string& packet)
{
    return packet.size() > mysql::HEADER ? packet[mysql::HEADER] : '\1';
}

constexpr Bytes QUIT("\1\0\0\0\1", 5);
constexpr Bytes REFUSAL = "Too many connections"; ///< of a target
constexpr Bytes LAST_WORDS = "Server shutdown in progress";

/// Behind its code and its state.
Bytes wordsOf(Bytes error)
{
    constexpr std::size_t BEFORE = mysql::HEADER + 1 + 2 + 6;
    return error.substr(std::min(BEFORE, error.size()));
}

/// Or of a connection that ends.
bool isErrorOfOurs(const std::string& packet)
{
    const Bytes words = wordsOf(packet);
    return kindOf(packet) == mysql::ERROR_PACKET &&
           (words.substr(0, 9) == "proximux:" || words == REFUSAL || words == LAST_WORDS);
}

/// Of errors their code alone.
std::string comparable(const std::string& packet)
{
    constexpr std::size_t CODE = 3;
    return kindOf(packet) == mysql::ERROR_PACKET ? packet.substr(mysql::HEADER - 1, 1 + CODE) : packet;
}

} // namespace

MysqlOracle::MysqlOracle(OracleSettings settings)
    : DatabaseOracle(settings)
    , _isMariadb(settings.seed % 2 == 0)
{
    start();
}

void MysqlOracle::adjust(MultiplexerSettings& settings) const
{
    settings.isGreeted = true;
    settings.loginRetry = Duration::milliseconds(5);
}

// ------------------------------------------------------------------------------------------------ clients

void MysqlOracle::speakUp(Client& client)
{
    if (!client.own && client.asked.empty())
    {
        client.asked.push_back(client.isGreeted ? logIn(client) : Request{Request::Kind::greeting, "", ""});
        client.says = client.asked.back().bytes;
    }
    else if (mayAsk(client) && (client.asked.empty() || client.asked.back().kind != Request::Kind::change))
        ask(client);
    settle(client);
}

void MysqlOracle::hear(Client& client, const std::string& bytes)
{
    client.heard += bytes;
    for (const std::string& each : takePackets(client.heard))
    {
        judge(client, each);
        settle(client);
    }
}

/// What nothing answers is done as soon as all before it is answered.
void MysqlOracle::settle(Client& client)
{
    while (!client.asked.empty() && client.asked.front().kind == Request::Kind::silent)
    {
        client.own->hear(client.asked.front().own);
        client.asked.pop_front();
    }
}

void MysqlOracle::judge(Client& client, const std::string& packet)
{
    if (client.isOver)
        fail("a client gets something behind its end");
    if (isErrorOfOurs(packet))
        return judgeError(client, packet);
    client.told = false;
    if (!std::exchange(client.isGreeted, true))
    {
        if (!mysql::readGreeting(Bytes(packet).substr(mysql::HEADER)))
            fail("a client got " + packet + " instead of a greeting");
        client.asked.clear();
        return;
    }
    if (client.asked.empty())
        fail("client " + std::to_string(client.id.slot) + " got an answer for which it had not asked: " + packet);
    switch (client.asked.front().kind)
    {
    case Request::Kind::login:
        expect(client, packet, mysql::okPacket(2, mysql::status::AUTOCOMMIT));
        client.own.emplace(_isMariadb, client.identity);
        client.asked.pop_front();
        return;
    case Request::Kind::change:
        return judgeChange(client, packet);
    default:
        return judgeAnswer(client, packet);
    }
}

void MysqlOracle::expect(Client& client, const std::string& got, const std::string& expected)
{
    if (got != expected)
        fail("client " + std::to_string(client.id.slot) + " got " + got + " for " + client.asked.front().bytes +
             " instead of " + expected);
}

/// It proves that it is somebody else, with nothing.
void MysqlOracle::judgeChange(Client& client, const std::string& packet)
{
    if (kindOf(packet) == mysql::SWITCH_PACKET && client.asked.front().come++ == 0)
    {
        client.says += mysql::packetOf(numberOf(packet) + 1U, "");
        return;
    }
    expect(client, packet, mysql::okPacket(3, mysql::status::AUTOCOMMIT));
    client.identity.capabilities = client.own->identity().capabilities;
    client.own.emplace(_isMariadb, client.identity);
    client.statements.clear();
    client.asked.pop_front();
}

/// An error of ours is in place of the next packet, or tells the client that it is closed. In its own session nothing
/// is done then.
void MysqlOracle::judgeError(Client& client, const std::string& packet)
{
    ++count().errors;
    client.told = true;
    if (client.asked.empty() || numberOf(packet) == 0 || client.asked.front().kind != Request::Kind::command)
    {
        client.isOver = true;
        return;
    }
    const Request request = client.asked.front();
    if (numberOf(packet) != request.come + 1)
        fail("an error has number " + std::to_string(numberOf(packet)) + " for " + request.bytes);
    if (kindOf(request.own) == '\x17' && !request.isBegun)
        client.own->abandon(request.own, wordsOf(packet).find("parts of parameters") == Bytes::npos);
    client.asked.pop_front();
}

void MysqlOracle::judgeAnswer(Client& client, const std::string& packet)
{
    Request& request = client.asked.front();
    if (!std::exchange(request.isBegun, true))
    {
        std::string said = client.own->hear(request.own);
        request.expected = takePackets(said);
    }
    const std::string expected = request.expected.front();
    if (!request.prepares.empty() && request.come == 0 && kindOf(packet) == mysql::OK_PACKET)
        prepared(client, packet, expected);
    else
        expect(client, comparable(packet), comparable(expected));
    ++request.come;
    request.expected.erase(request.expected.begin());
    if (!request.expected.empty())
        return;
    if (kindOf(request.own) == '\x1f')
        client.statements.clear();
    client.asked.pop_front();
    ++count().answered;
}

/// The numbers of its statements are the client's own.
void MysqlOracle::prepared(Client& client, const std::string& packet, const std::string& expected)
{
    constexpr std::size_t ID_AT = mysql::HEADER + 1;
    constexpr std::size_t ID = 4;
    expect(client, std::string(packet).erase(ID_AT, ID), std::string(expected).erase(ID_AT, ID));
    MysqlStatement made;
    made.id = static_cast<std::uint32_t>(numberAt(packet, ID_AT, ID, ByteOrder::little));
    made.own = static_cast<std::uint32_t>(numberAt(expected, ID_AT, ID, ByteOrder::little));
    made.text = client.asked.front().prepares;
    client.statements.push_back(made);
}

// ------------------------------------------------------------------------------------------------ targets

void MysqlOracle::targetGreets(Target& target)
{
    target.session.emplace(_isMariadb, _ways++);
    target.answer =
        chance(40) && settings().faults ? mysql::errorPacket(0, 1040, "08004", REFUSAL) : target.session->greeting();
}

void MysqlOracle::lookAtTarget(Target& target)
{
    if (!world.has(target.id))
        return;
    target.inbox += std::exchange(world.target(target.id).sent, std::string());
    for (const std::string& each : takePackets(target.inbox))
    {
        if (each == QUIT)
        {
            exchange->targetEnded(target.id, now);
            return;
        }
        target.answer += target.session->hear(each);
        ++count().sent;
    }
}

std::string MysqlOracle::lastWords() const
{
    return mysql::errorPacket(0, 1053, "08S01", LAST_WORDS);
}

} // namespace proximux
