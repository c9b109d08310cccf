// Oracle: targets, and what they say.

#include "simulation/Oracle.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace proximux
{

void Oracle::targetOpens(Target& target)
{
    if (_settings.faults && chance(20))
    {
        exchange->targetFailed(target.id, now);
        return;
    }
    target.open = true;
    world.target(target.id).held = false;
    if (_settings.faults && chance(20))
    {
        target.wrong = true;
        if (chance(2))
            world.target(target.id).says += "Agreeting";
        else
        {
            target.answers.push_back({"Agreeting", std::nullopt}); // in a moment
            target.saying = true;
        }
    }
    exchange->targetOpened(target.id, now);
}

void Oracle::targetReads(Target& target)
{
    reads(target.id, world.target(target.id), 4, 100);
}

/// Says a piece of its answers, and lets it be read, or some of it.
void Oracle::targetAnswers(Target& target)
{
    const World::Target& side = world.target(target.id);
    if (side.ends)
        return read(target);
    if (!target.answers.empty() && !chance(3))
        sayAnswer(target);
    else if (_settings.faults && isAtRest(target) && !target.inbox.empty() && target.answers.empty())
        answerEarly(target);
    else if (_settings.faults && isAtRest(target) && target.inbox.empty() && target.answers.empty() && !target.fenced &&
             chance(200))
        saySurplus(target);
    else if (_settings.faults && isAtRest(target) && target.inbox.empty() && !side.held && !target.fenced &&
             chance(_late.empty() ? 200 : 20))
        return sayStray(target);
    if (!chance(3))
        read(target); // otherwise it stays in the socket for a while
}

/// Nothing is on the way from it or, but for a request that is not whole, to it.
bool Oracle::isAtRest(const Target& target)
{
    const World::Target& side = world.target(target.id);
    return !target.saying && side.says.empty() && side.waiting.empty();
}

void Oracle::sayAnswer(Target& target)
{
    // with ids any of them may come first; and without, where it is wrong, that can be told
    const bool wrong = _settings.talks && _settings.faults && !target.fenced && chance(500);
    const std::size_t chosen = random(target.answers.size());
    if ((_messages.hasId() || wrong) && !target.saying)
    {
        target.wrong = target.wrong || (!_messages.hasId() && chosen > 0);
        std::swap(target.answers.front(), target.answers[chosen]);
    }
    std::string& answer = target.answers.front().text;
    if (!target.saying)
        target.last = target.answers.front().client ? answer : std::string();
    target.saying = true;
    const std::size_t n = chance(2) ? answer.size() : 1 + random(answer.size());
    world.target(target.id).says += answer.substr(0, n);
    answer.erase(0, n);
    if (!answer.empty())
        return;
    if (target.answers.front().welcome)
        target.welcoming = false;
    if (target.answers.front().marker)
        target.fenced = false;
    target.answers.pop_front();
    target.saying = false;
}

/// Nobody asked; as far as the target knows it is at rest.
void Oracle::saySurplus(Target& target)
{
    const std::string surplus = _messages.response(12345, 67, LARGE);
    const std::size_t n = chance(2) ? surplus.size() : 1 + random(surplus.size() - 1);
    world.target(target.id).says += surplus.substr(0, n);
    if (n < surplus.size())
        target.answers.push_back({surplus.substr(n), std::nullopt});
    target.saying = n < surplus.size();
    target.wrong = target.surplus = true;
}

/// Of a request it has the beginning, and that is enough.
void Oracle::answerEarly(Target& target)
{
    const auto name = _messages.read(target.inbox, 'Q');
    const std::size_t header = _messages.nameSize() + (_messages.hasId() ? 2 : 0);
    if (!name || target.early || target.inbox.size() < header || _talk.roleOf(name->number) != Role::answered ||
        !chance(10))
        return;
    if (_settings.talks)
        keepState(target, *name);
    target.answers.push_back({_talk.answerTo(*name, target.inbox), name->client});
    target.early = true;
    ++_numbers.early;
}

/// While something is in flight it says what is no answer to any of it.
void Oracle::sayStray(Target& target)
{
    const std::string said = target.asked || !_settings.talks ? stray(target) : std::string();
    if (said.empty())
        return;
    target.wrong = true;
    const std::size_t n = 1 + random(said.size());
    exchange->response(target.id, Bytes(said).substr(0, n), now);
    if (n < said.size() && world.has(target.id))
        exchange->response(target.id, Bytes(said).substr(n), now);
    if (world.has(target.id))
        fail("a connection lives on behind what nobody asked for: " + said);
}

/// No message, the answer to another request than the next, one that was said already, or one from another connection.
std::string Oracle::stray(const Target& target)
{
    if (_settings.talks && chance(4))
        return _messages.response(12345, 67, LARGE, '?');
    if (_messages.hasId())
    {
        std::string text = late();
        if (!text.empty())
            return text;
        // of few ids one that was answered comes again soon
        return chance(2) && _settings.protocol != "fixed-id" ? target.last : foreign(target);
    }
    if (!_settings.talks || target.answers.size() < 2)
        return {};
    return target.answers[1 + random(target.answers.size() - 1)].text;
}

/// An answer to a request on another connection: its id is that of none here.
std::string Oracle::foreign(const Target& target)
{
    const Target& other = anyTarget();
    if (other.id == target.id || other.saying || other.answers.empty() || !other.answers.front().client)
        return {};
    return other.answers.front().text;
}

/// What was asked on a connection that is gone.
std::string Oracle::late()
{
    while (!_late.empty() && _late.front().until <= now)
        _late.pop_front();
    if (_late.empty())
        return {};
    ++_numbers.late;
    return _late[random(_late.size())].text;
}

/// What it said is read, or a piece of it; at last its end.
void Oracle::read(Target& target)
{
    World::Target& side = world.target(target.id);
    if (side.held)
        return;
    if (!side.says.empty())
    {
        const std::size_t n = chance(2) ? side.says.size() : 1 + random(side.says.size());
        const std::string bytes = side.says.substr(0, n);
        side.says.erase(0, n);
        exchange->response(target.id, bytes, now);
        if (target.surplus && world.has(target.id))
            fail("a connection lives on behind bytes that nobody asked for");
    }
    else if (side.ends)
        exchange->targetEnded(target.id, now);
}

void Oracle::targetFails(Target& target)
{
    ++_numbers.killed;
    if (!target.open)
        return exchange->targetFailed(target.id, now);
    if (chance(2))
        return exchange->targetLost(target.id, now);
    target.endedAtRest = isAtRest(target) && target.inbox.empty() && target.answers.empty();
    world.target(target.id).ends = true; // what it has said can still be read
    if (chance(2))
        read(target);
}

} // namespace proximux
