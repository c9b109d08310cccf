#include <proximux/protocol/mysql/Fields.h>
#include <proximux/protocol/mysql/Handshake.h>
#include <proximux/protocol/mysql/Session.h>

#include <algorithm>
#include <utility>

namespace proximux::mysql
{

namespace
{

constexpr Bytes PREPARE = "prepare: ";

constexpr char GREETING_VERSION = 10;
constexpr const char* UNKNOWN_GREETING = "the server's greeting is not understood";

/// The part of a prepared statement that may be shown, taken from the description of its prepare command.
Statement statementOf(const Description& description)
{
    return {description.text.substr(std::min(PREPARE.size(), description.text.size())), description.secretValues};
}

} // namespace

Session::Session(WatchListener& listener, const WatchLimits& limits)
    : _listener(listener)
    , _limits(limits)
    , _pending(std::max(limits.kept, limits.text))
    , _statements(std::max(limits.kept, limits.text))
{
}

bool Session::greetingBegins(Bytes head)
{
    if (head.empty() || isError(head) || head.front() == GREETING_VERSION)
        return true;
    return lose(UNKNOWN_GREETING);
}

void Session::greeting(Bytes head)
{
    if (isError(head))
    {
        _phase = Phase::over;
        return;
    }
    const auto capabilities = readCapabilities(head);
    if (!capabilities)
    {
        lose(UNKNOWN_GREETING);
        return;
    }
    _capabilities = *capabilities;
    _phase = Phase::login;
}

void Session::login(const Request& request, Instant now)
{
    const auto said = readLogin(request.payload(), _capabilities);
    if (!said)
    {
        lose("the login is malformed or uses a protocol older than 4.1");
        return;
    }
    _capabilities = said->capabilities;
    if (said->wantsTls)
        lose("the connection is encrypted (TLS)");
    else if ((_capabilities & (capability::COMPRESS | capability::ZSTD)) != 0)
        lose("the connection is compressed");
    else
    {
        _phase = Phase::commands;
        sent(loginCommand(), describe(loginCommand(), *said, _limits.text), request, now);
    }
}

void Session::command(const Request& request, Instant now)
{
    const Bytes payload = request.payload();
    const Command* known = payload.empty() ? nullptr : findCommand(static_cast<std::uint8_t>(payload.front()));
    if (known == nullptr)
    {
        lose("the client sent an unknown command");
        return;
    }
    const Bytes arguments = payload.substr(1);
    Description description = describe(*known, arguments, {_capabilities, _statements, _limits.text});
    effectOf(*known, description, arguments);
    sent(*known, std::move(description), request, now);
}

/// Applies the effect of a command on later ones.
void Session::effectOf(const Command& command, const Description& description, Bytes arguments)
{
    switch (command.code)
    {
    case code::QUIT:
        _quit = true;
        break;
    case code::STMT_PREPARE:
        _statements.setLast(statementOf(description));
        break;
    case code::STMT_CLOSE:
        _statements.remove(static_cast<std::uint32_t>(Fields(arguments).number(4)));
        break;
    case code::CHANGE_USER:
    case code::RESET_CONNECTION:
        _statements.clear();
        break;
    default:
        break;
    }
}

/// Handles a complete login or command.
void Session::sent(const Command& command, Description description, const Request& request, Instant now)
{
    const bool answered = command.reply != Reply::none;
    if (answered && _pending.isFull())
    {
        lose("too many commands are waiting for a response");
        return;
    }
    const Bytes shown = description.secret ? Bytes() : request.bytes().substr(0, _limits.kept);
    _listener.requestSeen({shown, request.size(), description.text, description.secret, answered});
    if (answered)
        _pending.push({&command, std::move(description), request.size(), now, request.nextSequence(),
                       Response(command.reply, _capabilities)});
}

void Session::response(Bytes head, std::uint64_t size, Instant now)
{
    switch (_pending.front().response.message(head, size))
    {
    case Response::Outcome::more:
        return;
    case Response::Outcome::nonsense:
        lose("the server sent an invalid response");
        return;
    case Response::Outcome::done:
        break;
    }
    const Pending pending = _pending.pop();
    const bool refused = pending.response.isError();
    if (pending.command->code == code::STMT_PREPARE && !refused)
        _statements.add(pending.response.statementId(), statementOf(pending.description));
    if (!_loggedIn && refused)
        _phase = Phase::over;
    _loggedIn = true;
    pending.report(_listener, now, false);
}

void Session::unasked(Bytes head)
{
    if (isError(head))
        _phase = Phase::over; // a timeout or shutdown: the server closes the connection
    else
        lose("the server sent an unsolicited packet");
}

void Session::ended(Instant now)
{
    if (_phase == Phase::lost)
        return;
    _phase = Phase::over;
    while (!_pending.isEmpty())
    {
        const Pending pending = _pending.pop();
        const bool whole = pending.command->reply == Reply::stream && pending.responseSize > 0;
        pending.report(_listener, whole ? pending.last : now, !whole);
    }
}

bool Session::isAtRest() const
{
    switch (_phase)
    {
    case Phase::greeting:
        return true;
    case Phase::commands: // an unfinished login is pending
    case Phase::over:
        return _pending.isEmpty();
    case Phase::login:
    case Phase::lost:
        break;
    }
    return false;
}

bool Session::lose(const char* reason)
{
    _phase = Phase::lost;
    _pending.clear();
    _statements.clear();
    _listener.watchLost(reason);
    return false;
}

} // namespace proximux::mysql
