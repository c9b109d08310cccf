// Oracle: clients, and what they get.

#include "simulation/Oracle.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace proximux
{

namespace
{

/// Its answer has begun.
void close(OracleClient& client, std::uint32_t number)
{
    client.open.erase(number);
    if (client.broken == number)
        client.broken.reset();
}

} // namespace

/// Sends the next piece of what it has to say, cut anywhere.
void Oracle::clientSpeaks(Client& client)
{
    World::Client& side = world.client(client.id);
    if (client.says.empty() && !client.ended)
        for (std::size_t n = 1 + random(4); n > 0; --n)
            speakOn(client);
    if (side.held || client.says.empty())
        return;
    const std::size_t most = dawdles(client) ? 1 : 1 + random(chance(4) ? 400 : 30);
    const std::size_t n = std::min({most, client.says.size(), side.limit});
    const std::string bytes = client.says.substr(0, n);
    client.says.erase(0, n);
    for (std::size_t rest = n; rest > 0;)
    {
        const std::size_t part = std::min(rest, client.unsaid.front().second);
        rest -= part;
        client.unsaid.front().second -= part;
        if (client.unsaid.front().second == 0)
            client.unsaid.pop_front();
    }
    exchange->request(client.id, bytes, now);
}

void Oracle::speakOn(Client& client)
{
    const std::uint32_t number = client.made++;
    const std::string message = _messages.request(client.id.slot, number, LARGE);
    if (_talk.isAwaited(number))
        client.open.insert(number);
    client.says += message;
    client.unsaid.emplace_back(number, message.size());
    ++_made;
}

/// It is slow within a request, as soon as that has begun to pass.
bool Oracle::dawdles(const Client& client)
{
    const std::size_t said = client.unsaid.empty() ? 0 : client.unsaid.front().second;
    return _talk.isSloth(client.id.slot) && said < 20;
}

void Oracle::clientReads(Client& client)
{
    World::Client& side = world.client(client.id);
    if (reads(client.id, side, 3, 60))
        return;
    if (side.fin && !client.ended)
        endsWithin(client); // it has read the end, and ends, too
}

void Oracle::clientLeaves(Client& client)
{
    if (client.ended)
        return;
    ++_numbers.left;
    if (chance(2) && !world.client(client.id).held)
        return endsWithin(client); // it waits for its answers
    exchange->clientLost(client.id, now);
    if (world.has(client.id))
        fail("client " + std::to_string(client.id.slot) + " is served when it has gone");
}

/// It says no more, be it within a request.
void Oracle::endsWithin(Client& client)
{
    if (!client.unsaid.empty())
    {
        const auto [number, size] = client.unsaid.front();
        if (client.open.count(number) != 0 && size < _messages.request(client.id.slot, number, LARGE).size())
            client.broken = number;
    }
    for (const auto& [number, size] : client.unsaid)
        client.open.erase(number);
    client.unsaid.clear();
    client.says.clear();
    client.ended = true;
    exchange->clientEnded(client.id, now);
}

void Oracle::lookAtClient(Client& client)
{
    if (world.has(client.id))
        return check(client, std::exchange(world.client(client.id).sent, std::string()));
    const auto found = world.closedClients.find(client.id.slot);
    const World::Closed& closed = found->second;
    check(client, closed.last.sent);
    const std::string name = "client " + std::to_string(client.id.slot);
    if (closed.reason == CloseReason::ended && !(client.open.empty() && client.expected.empty()))
        fail(name + " was closed as if it had got all");
    if (closed.reason == CloseReason::requestBroken && !client.open.empty())
        fail(name + " broke its last request off, and did not get what it had asked before");
    if (closed.how == How::finish && !closed.last.waiting.empty())
        fail(name + " was closed before it got what waited for it");
    if (closed.how == How::finish && (!client.expected.empty() || !client.begun.empty()))
        fail(name + " was closed by FIN within a response");
    _numbers.stalled += closed.reason == CloseReason::stalled ? 1 : 0;
    _numbers.closed += closed.reason == CloseReason::clientLost || closed.reason == CloseReason::ended ? 0 : 1;
    world.closedClients.erase(found);
    replace(client);
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
            if (client.open.empty() && !client.broken)
                fail("client " + std::to_string(client.id.slot) + " got bytes that it did not ask for");
            if (_talk.isNamed() && bytes.size() - at < _messages.nameSize())
            {
                client.begun = bytes.substr(at);
                return;
            }
            expectNext(client, bytes.substr(at, _messages.nameSize()));
        }
        const std::size_t n = std::min(client.expected.size(), bytes.size() - at);
        if (bytes.compare(at, n, client.expected, 0, n) != 0)
            fail("client " + std::to_string(client.id.slot) + " got " + bytes.substr(at, n) + " instead of " +
                 client.expected);
        client.expected.erase(0, n);
        at += n;
        if (!client.expected.empty())
            return;
        _numbers.answered += client.final ? 1 : 0;
    }
}

/// In order what answers the oldest that is open; where messages have names, that whose name this is, which must be one
/// that is open; of those that may be answered in any order, any.
void Oracle::expectNext(Client& client, const std::string& bytes)
{
    client.final = true;
    if (_talk.isNamed())
        return expectNamed(client, bytes);
    const std::uint32_t number = client.open.empty() ? *client.broken : *client.open.begin();
    client.expected = _messages.response(client.id.slot, number, LARGE);
    close(client, number);
}

void Oracle::expectNamed(Client& client, const std::string& bytes)
{
    const char letter = _messages.letter(bytes);
    const auto name = _messages.read(bytes, letter);
    const bool isOpen = name && (client.open.count(name->number) != 0 || client.broken == name->number);
    const bool isNext = !client.open.empty() ? name && name->number == *client.open.begin() : isOpen;
    if (!isOpen || name->client != client.id.slot || !(isNext || _messages.hasId()))
        fail("client " + std::to_string(client.id.slot) + " got what it did not ask for: " + bytes);
    const bool local = _talk.roleOf(name->number) == Role::local;
    const bool interim = letter == 'I' && _settings.talks && TalkingProtocol::hasInterim(name->number);
    const bool error = letter == 'E' && !local && _mayFail; // behind an interim response, too
    if (letter != (local ? 'L' : 'A') && !interim && !error)
        fail("client " + std::to_string(client.id.slot) + " got the wrong answer: " + bytes);
    client.expected = _messages.response(name->client, name->number, LARGE, letter);
    if (letter == 'A' && _talk.roleOf(name->number) == Role::fenced)
        client.expected += client.expected; // twice
    client.final = letter == 'A';
    _numbers.local += local ? 1 : 0;
    _numbers.errors += error ? 1 : 0;
    if (!interim)
        close(client, name->number);
}

} // namespace proximux
