// Oracle: what targets get.

#include "simulation/Oracle.h"

#include <algorithm>
#include <utility>

namespace proximux
{

void Oracle::lookAtTarget(Target& target)
{
    const bool there = world.has(target.id);
    World::Side& side =
        there ? static_cast<World::Side&>(world.target(target.id)) : world.closedTargets.at(target.id.slot).last;
    if (target.endedAtRest && !side.sent.empty())
        fail("a request came over a connection that its target had ended");
    target.inbox += std::exchange(side.sent, std::string());
    if (_settings.talks && !lookAtPrologue(target))
        return;
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

/// Before all else comes the prologue, and nothing else before it is answered as it should be. Whether it was.
bool Oracle::lookAtPrologue(Target& target)
{
    const Bytes prologue = Oracle::PROLOGUE;
    if (!target.asked)
    {
        const std::size_t n = std::min(prologue.size(), target.inbox.size());
        if (target.inbox.compare(0, n, prologue.substr(0, n)) != 0)
            fail("a target got no prologue, but " + target.inbox);
        if (n < prologue.size())
            return false;
        target.inbox.erase(0, n);
        target.asked = target.welcoming = true;
        const bool refuses = _settings.faults && chance(20);
        target.wrong = target.wrong || refuses;
        target.answers.push_back({refuses ? "go away;" : Oracle::WELCOME, std::nullopt, !refuses});
    }
    if (target.welcoming && !target.inbox.empty())
        fail("a request came before the prologue was answered");
    return true;
}

void Oracle::targetClosed(Target& target, const World::Closed& closed)
{
    const bool doubt = closed.reason == CloseReason::desync || closed.reason == CloseReason::malformedResponse ||
                       closed.reason == CloseReason::greeted ||
                       (closed.reason == CloseReason::prologueRefused && !_settings.overdue);
    if (doubt && !target.wrong)
        fail(std::string("a connection was closed for nothing: ") + toString(closed.reason));
    if (closed.reason == CloseReason::abandoned && !_settings.overdue)
        for (const Answer& each : target.answers)
            if (each.client && _places.count(*each.client) != 0 && world.isOpen(*each.client))
                fail("a connection was left on which somebody waits");
    if (closed.reason == CloseReason::requestBroken && !target.answers.empty() && !target.early)
        fail("a request was broken off, and others were lost with it");
    if (closed.reason == CloseReason::outgoing && !target.answers.empty() && target.open && !target.welcoming &&
        !_mayFail)
        fail("a reload closed a connection that still had something to say");
    _numbers.outgoing += closed.reason == CloseReason::outgoing ? 1 : 0;
    _numbers.desyncs += closed.reason == CloseReason::desync ? 1 : 0;
    for (std::size_t i = target.saying ? 1 : 0; _messages.hasId() && i < target.answers.size(); ++i)
        if (target.answers[i].client)
            _late.push_back({target.answers[i].text, now + ID_REUSE});
    if (!target.owner)
        return;
    _stateOf.erase(*target.owner);
    _stateless.insert(*target.owner);
}

/// What shows the end of a response is no request of anybody, and nothing comes before it is answered.
bool Oracle::takeMarker(Target& target, const std::string& message)
{
    const auto word = _settings.talks ? _messages.read(message, 'F') : std::nullopt;
    if (!word)
        return false;
    if (!target.fenced)
        fail("a marker came that nothing asks for");
    target.answers.push_back({_messages.response(word->client, word->number, LARGE, 'G'), std::nullopt, false, true});
    return true;
}

void Oracle::takeRequest(Target& target, const std::string& message)
{
    if (takeMarker(target, message))
        return;
    const auto name = _messages.read(message, 'Q');
    const std::uint64_t id = _messages.hasId() ? _messages.readId(message) : 0;
    std::string sent = name ? _messages.request(name->client, name->number, LARGE) : std::string();
    if (name && _messages.hasId())
        sent = _messages.withId(std::move(sent), id);
    if (message != sent)
        fail("a target got a request that nobody sent: " + message);
    Arrival& arrival = _arrived[static_cast<std::uint64_t>(name->client) << 32U | name->number];
    if (arrival.times > 0 && !isRepeated(arrival, name->number))
        fail("a request reached a target twice: " + message);
    const bool suspect = arrival.times > 0 && (_settings.pipeline > 1 || _messages.hasId());
    if (suspect && target.requests > 0)
        fail("a request that was lost with others came over a connection that was in use: " + message);
    if (target.suspected && !target.answers.empty() && !target.early)
        fail("a request came beside one that was lost with others: " + message);
    ++target.requests;
    target.suspected = suspect;
    _numbers.repeated += arrival.times > 0 ? 1 : 0;
    arrival = {target.id, arrival.times + 1};
    ++_numbers.sent;
    const Role role = _talk.roleOf(name->number);
    _numbers.silent += _talk.isAwaited(name->number) ? 0 : 1;
    if (std::exchange(target.early, false))
        return; // it was answered before it was whole
    mayCome(target, *name);
    if (target.idKept)
        fail("a request came behind one that had kept its id: " + message);
    target.idKept = _settings.talks && _messages.hasId() && TalkingProtocol::keepsId(name->number);
    if (_settings.talks)
        keepState(target, *name);
    if (_messages.hasId() && _settings.talks && TalkingProtocol::keepsId(name->number) &&
        id != _messages.idOf(name->client, name->number))
        fail("an id was changed that must be kept: " + message);
    const auto hasId = [this, id](const Answer& each) { return each.client && _messages.readId(each.text) == id; };
    const auto uses = [&hasId](const auto& each)
    {
        const std::deque<Answer>& answers = each.second.answers;
        return std::any_of(answers.begin() + (each.second.saying ? 1 : 0), answers.end(), hasId);
    };
    if (_messages.hasId() && std::any_of(_targets.begin(), _targets.end(), uses))
        fail("an id came again before it was answered: " + message);
    const auto isLate = [this, id](const Late& each) { return each.until > now && _messages.readId(each.text) == id; };
    if (_messages.hasId() && std::any_of(_late.begin(), _late.end(), isLate))
        fail("an id came again while a late answer to it may come: " + message);
    target.fenced = role == Role::fenced || role == Role::guarded;
    if (role != Role::unanswered && (role != Role::fenced || _talk.isAwaited(name->number)))
        target.answers.push_back({_talk.answerTo(*name, message), name->client});
}

/// What does no harm may come over another connection when the one before is gone: where others may have been on it
/// once more, else three times.
bool Oracle::isRepeated(const Arrival& arrival, std::uint32_t number) const
{
    const unsigned most = _settings.pipeline == 1 && !_messages.hasId() ? 4 : 2;
    return _settings.talks && TalkingProtocol::mayRepeat(number) && !world.has(arrival.target) && arrival.times < most;
}

/// Whether this request may be here, and now.
void Oracle::mayCome(const Target& target, const Messages::Name& name) const
{
    const std::string who = "a request of client " + std::to_string(name.client) + " came ";
    const Role role = _talk.roleOf(name.number);
    if (role == Role::local)
        fail(who + "which is answered by us");
    if (target.fenced)
        fail(who + "before a marker was answered");
    const bool saying = world.has(target.id) && !world.targets.at(target.id.slot).says.empty();
    if (target.answers.size() >= _settings.pipeline || (_settings.pipeline == 1 && saying))
        fail("more requests in flight than allowed");
    const auto place = _places.find(name.client);
    if (role == Role::answered && place != _places.end() && _clients[place->second].open.count(name.number) == 0)
        fail(who + "which was answered already");
    if (_stateless.count(name.client) != 0)
        fail(who + "which counts on a state that is lost");
}

/// Nobody else may use the connection meanwhile, or inherit its state.
void Oracle::keepState(Target& target, const Messages::Name& name)
{
    const std::string who = "a request of client " + std::to_string(name.client) + " came ";
    const unsigned dialect = TalkingProtocol::dialectOf(name.client);
    if (target.dialect != 0 && target.dialect != dialect)
        fail(who + "in another dialect");
    target.dialect = dialect;
    if (target.owner && *target.owner != name.client)
        fail(who + "into the state of client " + std::to_string(*target.owner));
    const auto state = _stateOf.find(name.client);
    if (state != _stateOf.end() && state->second != target.id.slot)
        fail(who + "past its state");
    const bool begins = TalkingProtocol::beginsState(name.number);
    const bool ends = TalkingProtocol::endsState(name.number);
    const auto hinders = [this, &name](const Answer& each) { return _messages.hasId() || each.client != name.client; };
    if ((begins || (ends && _messages.hasId())) && std::any_of(target.answers.begin(), target.answers.end(), hinders))
        fail(who + "which changes the state of its connection, while others were in flight");
    if (begins)
    {
        target.owner = name.client;
        _stateOf[name.client] = target.id.slot;
    }
    else if (ends)
    {
        target.owner.reset();
        _stateOf.erase(name.client);
    }
}

} // namespace proximux
