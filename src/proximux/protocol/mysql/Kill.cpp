#include <proximux/protocol/mysql/Kill.h>

#include <proximux/protocol/mysql/Command.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/SharedFramers.h>
#include <proximux/protocol/mysql/SimpleReader.h>

#include <string>

namespace proximux::mysql
{

namespace
{

constexpr std::uint64_t FIRST_SHOWN = 1ULL << 30U; ///< positive for those who take it for a signed number

} // namespace

std::optional<Kill> killIn(Bytes text)
{
    constexpr std::size_t MOST_DIGITS = 19;
    SimpleReader reader(text);
    if (reader.word() != "kill")
        return std::nullopt;
    Kill kill;
    std::string word = reader.word();
    if (word == "query" || word == "connection")
    {
        kill.evicts = word == "connection";
        word = reader.word();
    }
    if (word.empty() || word.size() > MOST_DIGITS || word.find_first_not_of("0123456789") != std::string::npos ||
        !reader.isAtEnd())
        return std::nullopt;
    kill.number = std::stoull(word);
    return kill;
}

std::string KillDialog::opening() const
{
    return packetOf(0, static_cast<char>(code::QUERY) + ("KILL QUERY " + std::to_string(_number)));
}

LoginDialog::Step KillDialog::hear(Bytes came)
{
    constexpr std::size_t LONGEST_ANSWER = 65536;
    Step step;
    if (came.size() < HEADER || (lengthOf(came) <= LONGEST_ANSWER && came.size() < HEADER + lengthOf(came)))
        return step;
    const Bytes payload = came.substr(HEADER, lengthOf(came));
    const char first = payload.empty() || lengthOf(came) > LONGEST_ANSWER ? SWITCH_PACKET : payload.front();
    step.taken = HEADER + payload.size();
    step.state =
        first == OK_PACKET || first == ERROR_PACKET ? LoginAnswer::State::accepted : LoginAnswer::State::refused;
    return step;
}

/// It is said to the target as a statement. Until that is answered the other connection serves nobody.
void ask(const Kill& what, std::uint64_t own, const Present& present, RequestTraits& traits)
{
    traits.frees = 0;
    traits.stops = what.number == own ? 0 : clientShown(what.number);
    traits.local = traits.stops == 0;
    if (what.number == own)
    {
        traits.last = what.evicts;
        traits.reply = errorPacket(present.number, 1317, "70100", "Query execution was interrupted");
        return;
    }
    const std::string unknown =
        errorPacket(present.number, 1094, "HY000", "Unknown thread id: " + std::to_string(what.number));
    traits.reply = traits.local ? unknown : okPacket(present.number, present.status);
    traits.seed = unknown;
    traits.evicts = what.evicts;
    traits.awaited = true;
    traits.hint = (traits.hint & ~hint::COMMAND) | code::QUERY;
}

std::uint64_t shownNumber(std::uint64_t client)
{
    return FIRST_SHOWN + client % FIRST_SHOWN;
}

Bytes numberAskedIn(Bytes text)
{
    SimpleReader reader(text);
    if (reader.word() != "select")
        return {};
    const Bytes name = reader.rest();
    const bool asks = reader.word() == "connection_id" && reader.sign("(") && reader.sign(")") && reader.isAtEnd();
    return asks ? name : Bytes();
}

std::uint64_t clientShown(std::uint64_t number)
{
    return number > FIRST_SHOWN && number < 2 * FIRST_SHOWN ? number - FIRST_SHOWN : 0;
}

} // namespace proximux::mysql
