// DatabaseOracle: targets, and what they say.

#include "simulation/DatabaseMessages.h"
#include "simulation/DatabaseOracle.h"

#include <utility>

namespace proximux
{

using postgresql::lengthAt;
using postgresql::textAt;

namespace
{

std::string welcome(std::uint32_t number)
{
    std::string key;
    appendNumber(key, number, 4);
    appendNumber(key, ~number, 4);
    return postgresql::message('R', std::string(4, '\0')) +
           postgresql::message('S', std::string("TimeZone\0UTC\0", 13)) + postgresql::message('K', key) +
           SmallDatabase::ready('I');
}

} // namespace

void DatabaseOracle::targetActs(Target& target)
{
    if (!target.open)
        return targetOpens(target);
    if (_settings.faults && target.session && target.answer.empty() && chance(100))
        target.answer = SmallDatabase::notice("to whom it may concern");
    if (!target.answer.empty() && !chance(3))
        speak(target);
    if (world.has(target.id))
        reads(target.id, world.target(target.id), 4, 200);
}

void DatabaseOracle::targetOpens(Target& target)
{
    if (_settings.faults && chance(20))
        return exchange->targetFailed(target.id, now);
    target.open = true;
    world.target(target.id).held = false;
    exchange->targetOpened(target.id, now);
}

void DatabaseOracle::targetFails(Target& target)
{
    ++_numbers.killed;
    if (!target.open)
        return exchange->targetFailed(target.id, now);
    if (target.answer.empty() && chance(2))
    {
        exchange->response(target.id, SmallDatabase::error("57P01", "terminating", "FATAL"), now);
        if (!world.has(target.id))
            return;
    }
    if (chance(2))
        exchange->targetEnded(target.id, now);
    else
        exchange->targetLost(target.id, now);
}

/// The next piece of what it says; it is read at once, but while it is held.
void DatabaseOracle::speak(Target& target)
{
    if (world.target(target.id).held)
        return;
    const std::size_t n = chance(2) ? target.answer.size() : 1 + random(target.answer.size());
    const std::string bytes = target.answer.substr(0, n);
    target.answer.erase(0, n);
    exchange->response(target.id, bytes, now);
}

void DatabaseOracle::lookAtTarget(Target& target)
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
        ++_numbers.sent;
    }
}

void DatabaseOracle::targetClosed(Target&, const World::Closed& closed)
{
    if (closed.reason == CloseReason::desync || closed.reason == CloseReason::malformedResponse)
        fail(std::string("a connection was closed for nothing: ") + toString(closed.reason));
}

/// Whoever asks for an end has been heard: nothing here takes so long that it would be stopped.
void DatabaseOracle::endErrands()
{
    for (const auto& errand : std::exchange(world.errands, {}))
        exchange->errandEnded(errand.number, ErrandEnd::heard, now);
    look();
}

} // namespace proximux
