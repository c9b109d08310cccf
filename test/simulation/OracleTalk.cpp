#include "simulation/OracleTalk.h"

namespace proximux
{

OracleTalk::Role OracleTalk::roleOf(std::uint32_t number) const
{
    const Role role = _settings.talks ? TalkingProtocol::roleOf(number) : Role::answered;
    const bool needsOrder = role == Role::fenced || role == Role::guarded;
    return needsOrder && _messages.hasId() ? Role::answered : role;
}

bool OracleTalk::isAwaited(std::uint32_t number) const
{
    const Role role = roleOf(number);
    return role == Role::fenced ? TalkingProtocol::answersOf(number) > 0
                                : role != Role::unanswered && role != Role::quiet;
}

std::string OracleTalk::answerTo(const Messages::Name& name, const std::string& request) const
{
    std::string answer;
    if (_settings.talks && TalkingProtocol::hasInterim(name.number))
        answer = _messages.response(name.client, name.number, LARGE, 'I');
    std::string final = _messages.response(name.client, name.number, LARGE);
    if (roleOf(name.number) == Role::fenced)
        final += final; // more than there is to be
    if (!_messages.hasId())
        return answer + final;
    const std::uint64_t id = _messages.readId(request);
    return (answer.empty() ? answer : _messages.withId(answer, id)) + _messages.withId(final, id);
}

} // namespace proximux
