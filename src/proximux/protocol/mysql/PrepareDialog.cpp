#include <proximux/protocol/mysql/PrepareDialog.h>

#include <proximux/protocol/mysql/Command.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/SessionSettings.h>

#include <iterator>
#include <utility>

namespace proximux::mysql
{

using State = LoginAnswer::State;

namespace
{

constexpr std::size_t LONGEST = 65536; ///< bytes, of packets

} // namespace

PrepareDialog::PrepareDialog(LaneStatements& statements, std::shared_ptr<ClientStatement> statement, std::size_t most,
                             std::vector<std::string> before, std::vector<std::string> after)
    : _statements(statements)
    , _statement(std::move(statement))
    , _commands(std::move(before))
    , _prepare(_commands.size())
    , _response(Reply::prepare, 0)
{
    _commands.push_back(std::string(1, static_cast<char>(code::STMT_PREPARE)) + _statement->what->text());
    _commands.insert(_commands.end(), std::make_move_iterator(after.begin()), std::make_move_iterator(after.end()));
    _statements.prepare(_statement->what, most, _opening);
    _opening += nextCommand();
}

std::string PrepareDialog::nextCommand()
{
    return packetOf(0, _commands[_next++]);
}

LoginDialog::Step PrepareDialog::hear(Bytes came)
{
    Step step;
    while (step.state == State::more && came.size() - step.taken >= HEADER)
    {
        const Bytes rest = came.substr(step.taken);
        const std::size_t size = HEADER + lengthOf(rest);
        if (size > LONGEST)
        {
            step.state = refuse();
            break;
        }
        if (rest.size() < size)
            break;
        step.taken += size;
        step.state = take(rest.substr(0, size), step.says);
    }
    return step;
}

/// A connection whose session may not be as it was is not used any more.
State PrepareDialog::take(Bytes packet, std::string& says)
{
    if (_next == _prepare + 1)
        return takeAnswer(packet, says);
    const Bytes payload = packet.substr(HEADER);
    if (isError(payload))
    {
        _statement->error = packet;
        return _next == 1 ? State::accepted : State::refused; // the first of them has changed nothing
    }
    if (payload.empty() || payload.front() != OK_PACKET)
        return refuse();
    if (_next == _commands.size())
        return State::accepted;
    says += nextCommand();
    return State::more;
}

State PrepareDialog::refuse()
{
    _statement->error = errorPacket(1, 1835, "HY000", "proximux: the target does not speak MySQL");
    return State::refused;
}

State PrepareDialog::takeAnswer(Bytes packet, std::string& says)
{
    const Bytes payload = packet.substr(HEADER);
    switch (_response.message(payload.substr(0, Response::HEAD), payload.size()))
    {
    case Response::Outcome::more:
        return State::more;
    case Response::Outcome::nonsense:
        return refuse();
    case Response::Outcome::done:
        break;
    }
    if (_response.isError())
    {
        _statement->error = packet;
        _statements.failed();
    }
    else
        _statements.prepared(_response.statementId());
    if (_response.parameters() != _statement->parameters && _statement->error.empty())
        _statement->error = errorPacket(1, 1615, "HY000", "Prepared statement needs to be re-prepared");
    if (_next == _commands.size())
        return State::accepted;
    says += nextCommand();
    return State::more;
}

std::unique_ptr<LoginDialog> preparation(const std::shared_ptr<ClientStatement>& statement,
                                         const SessionSettings& settings, bool areKnown, LaneStatements& lane,
                                         std::size_t most)
{
    SessionSettings now = meaningOf(settings);
    const SessionSettings& then = statement->what->meaning();
    auto before = alignment(now, then);
    const auto results = settings.find(setting::RESULTS);
    if (now != then && results != settings.end())
        now.insert(*results); // SET NAMES sets it, too
    auto after = alignment(then, now);
    if (before && after && areKnown)
        return std::make_unique<PrepareDialog>(lane, statement, most, std::move(*before), std::move(*after));
    statement->error = errorPacket(1, 1615, "HY000",
                                   "proximux: the statement was prepared with other settings of this session, and has "
                                   "to be prepared again");
    return nullptr;
}

} // namespace proximux::mysql
