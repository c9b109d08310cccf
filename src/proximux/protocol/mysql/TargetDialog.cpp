#include <proximux/protocol/mysql/TargetDialog.h>

#include <proximux/Number.h>
#include <proximux/auth/Covered.h>
#include <proximux/protocol/mysql/Command.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/SessionSettings.h>

#include <algorithm>
#include <utility>

namespace proximux::mysql
{

namespace
{

constexpr std::size_t LONGEST = 65536; ///< bytes, of packets in a login
constexpr unsigned MOST_ANSWERS = 8;
constexpr unsigned BAD_HANDSHAKE = 1043;
constexpr unsigned NOT_SUPPORTED = 1251;
constexpr std::size_t UNUSED = 23; ///< bytes of a login
constexpr std::uint64_t LARGEST_PACKET = 0xFFFFFF;

constexpr Bytes TRACKING = "SET session_track_state_change=1,session_track_schema=1,session_track_system_variables='*'";

/// What every connection has, if the target does.
constexpr std::uint64_t NEEDED =
    capability::PROTOCOL_41 | capability::SECURE_CONNECTION | capability::PLUGIN_AUTH | capability::SESSION_TRACK;
constexpr std::uint64_t USUAL = NEEDED | capability::MYSQL | capability::LONG_FLAG | capability::TRANSACTIONS;

/// The part of a text up to a zero byte, which leaves it with that.
Bytes takeText(Bytes& text)
{
    const Bytes taken = text.substr(0, std::min(text.find('\0'), text.size()));
    text.remove_prefix(std::min(taken.size() + 1, text.size()));
    return taken;
}

std::string outcomeOf(std::uint64_t status, Bytes greeting)
{
    std::string outcome;
    appendNumber(outcome, status, 2, ByteOrder::little);
    return outcome.append(greeting);
}

std::string valueOf(const SessionSettings& settings, const char* name)
{
    const auto found = settings.find(name);
    return found == settings.end() ? std::string() : found->second;
}

std::uint64_t collationOf(const SessionSettings& settings)
{
    const std::string value = valueOf(settings, setting::COLLATION);
    std::uint64_t number = 0;
    for (const char c : value)
        number = number * 10 + static_cast<std::uint64_t>(c - '0');
    return number;
}

/// The status in OK.
std::uint64_t statusIn(Bytes ok)
{
    constexpr std::size_t AT = 3; // behind two numbers, which are 0
    return ok.size() >= AT + 2 ? numberAt(ok, AT, 2, ByteOrder::little) : 0;
}

} // namespace

TargetDialog::TargetDialog(std::shared_ptr<auth::Authenticator> authenticator, std::shared_ptr<SharedCommons> commons,
                           auth::Identity identity, std::uint64_t capabilities, SessionSettings settings)
    : _authenticator(std::move(authenticator))
    , _commons(std::move(commons))
    , _identity(std::move(identity))
    , _capabilities(capabilities)
    , _settings(std::move(settings))
{
}

void TargetDialog::changeUser()
{
    constexpr Bytes NO_ROLE = "SET ROLE NONE";
    _renews = true;
    const bool hasRole = _commons->target && _commons->target->isMariadb();
    _phase = hasRole ? Phase::role : Phase::login;
    _opening = hasRole ? packetOf(0, std::string(1, static_cast<char>(code::QUERY)).append(NO_ROLE)) : changePacket();
}

/// A method that no server has makes the target ask for its own, with a new nonce.
std::string TargetDialog::changePacket() const
{
    constexpr Bytes NO_METHOD = "proximux";
    std::string payload(1, static_cast<char>(code::CHANGE_USER));
    payload.append(_identity.name).append(2, '\0'); // an empty answer
    payload.append(valueOf(_settings, setting::DATABASE)).append(1, '\0');
    appendNumber(payload, collationOf(_settings), 2, ByteOrder::little);
    payload.append(NO_METHOD).append(1, '\0');
    return packetOf(0, payload);
}

void TargetDialog::say(std::vector<std::string> commands)
{
    constexpr char PING = static_cast<char>(code::PING);
    _phase = Phase::commands;
    _commands = std::move(commands);
    std::reverse(_commands.begin(), _commands.end());
    if (_commands.empty())
        _commands.emplace_back(1, PING); // something is to be heard
    _opening = packetOf(0, _commands.back());
    _commands.pop_back();
}

LoginDialog::Step TargetDialog::hear(Bytes came)
{
    Step step;
    while (step.state == State::more && came.size() - step.taken >= HEADER)
    {
        const Bytes rest = came.substr(step.taken);
        const std::size_t length = lengthOf(rest);
        if (length == 0 || length > LONGEST)
        {
            step.state = refuse(BAD_HANDSHAKE, "08S01", "the target does not speak MySQL");
            return step;
        }
        if (rest.size() < HEADER + length)
            break;
        step.taken += HEADER + length;
        _number = numberOf(rest);
        const Bytes payload = rest.substr(HEADER, length);
        if (payload.front() == ERROR_PACKET)
        {
            _outcome = rest.substr(0, HEADER + length);
            step.state = State::refused;
        }
        else
            step.state = take(payload, step.says);
    }
    return step;
}

TargetDialog::State TargetDialog::take(Bytes payload, std::string& says)
{
    switch (_phase)
    {
    case Phase::greeting:
        return greet(payload, says);
    case Phase::role:
        if (payload.front() != OK_PACKET)
            return refuse(BAD_HANDSHAKE, "08S01", "the target does not speak MySQL");
        _phase = Phase::login;
        says += changePacket();
        return State::more;
    case Phase::login:
        return authenticate(payload, says);
    case Phase::key:
        return payload.front() == MORE_OF_LOGIN
                   ? takeKey(payload.substr(1), says)
                   : refuse(BAD_HANDSHAKE, "08S01", "the target does not keep to the order of a login");
    case Phase::commands:
        return payload.front() == OK_PACKET ? nextCommand(says)
                                            : refuse(BAD_HANDSHAKE, "08S01", "the target does not speak MySQL");
    }
    return State::refused;
}

TargetDialog::State TargetDialog::greet(Bytes payload, std::string& says)
{
    auto greeting = readGreeting(payload);
    if (!greeting)
        return refuse(BAD_HANDSHAKE, "08S01", "the target does not speak MySQL");
    if ((greeting->capabilities & NEEDED) != NEEDED)
        return refuse(NOT_SUPPORTED, "08004", "the target is older than MySQL 5.7 or MariaDB 10.2");
    _phase = Phase::login;
    _greeting = payload;
    _nonce = greeting->nonce;
    _plugin = greeting->plugin == CACHING_SHA2 ? CACHING_SHA2 : NATIVE_PASSWORD;
    _capabilities = (_capabilities & greeting->capabilities) | USUAL;
    if (_capabilities >> 32U != 0)
        _capabilities &= ~capability::MYSQL; // else those of MariaDB are not read
    if (!valueOf(_settings, setting::DATABASE).empty())
        _capabilities |= capability::CONNECT_WITH_DB;
    _commons->target = std::move(*greeting);
    says += packetOf(_number + 1, loginPacket(answerBy(_plugin, _nonce)));
    return State::more;
}

std::string TargetDialog::loginPacket(Bytes answer) const
{
    std::string payload;
    appendNumber(payload, _capabilities & 0xFFFFFFFFU, 4, ByteOrder::little);
    appendNumber(payload, LARGEST_PACKET, 4, ByteOrder::little);
    appendNumber(payload, collationOf(_settings), 1);
    appendExtension(payload, UNUSED, _capabilities);
    payload.append(_identity.name).append(1, '\0');
    appendNumber(payload, answer.size(), 1);
    payload.append(answer);
    if ((_capabilities & capability::CONNECT_WITH_DB) != 0)
        payload.append(valueOf(_settings, setting::DATABASE)).append(1, '\0');
    return payload.append(_plugin).append(1, '\0');
}

/// Empty: there is no password, or none that is of use.
std::string TargetDialog::answerBy(Bytes plugin, Bytes nonce) const
{
    const auto kind = plugin == CACHING_SHA2 ? auth::ScrambleKind::sha2 : auth::ScrambleKind::native;
    return _authenticator->scrambleOf(_identity, kind, nonce).value_or("");
}

void TargetDialog::answer(Bytes text, std::string& says) const
{
    says += packetOf(_number + 1, text);
}

TargetDialog::State TargetDialog::authenticate(Bytes payload, std::string& says)
{
    if (payload.front() == OK_PACKET)
        return loggedIn(payload, says);
    if (++_answers > MOST_ANSWERS)
        return refuse(BAD_HANDSHAKE, "08S01", "the target does not come to the end of a login");
    if (payload.front() == SWITCH_PACKET)
        return switched(payload.substr(1), says);
    if (payload.front() == MORE_OF_LOGIN && _plugin == CACHING_SHA2)
        return more(payload.substr(1), says);
    return refuse(BAD_HANDSHAKE, "08S01", "the target does not keep to the order of a login");
}

TargetDialog::State TargetDialog::switched(Bytes payload, std::string& says)
{
    const Bytes plugin = takeText(payload);
    if (plugin != NATIVE_PASSWORD && plugin != CACHING_SHA2)
        return refuseMethod(plugin);
    _plugin = plugin;
    _nonce = payload.substr(0, NONCE);
    const std::string said = answerBy(_plugin, _nonce);
    if (_identity.isKnown && said.empty())
        return refuseMethod(plugin);
    answer(said, says);
    return State::more;
}

/// The target either knows the password already, or wants all of it.
TargetDialog::State TargetDialog::more(Bytes data, std::string& says)
{
    constexpr Bytes KNOWN = "\x03";
    constexpr Bytes WANTED = "\x04";
    constexpr Bytes KEY_PLEASE = "\x02";
    if (data == KNOWN)
        return State::more;
    if (data != WANTED)
        return refuse(BAD_HANDSHAKE, "08S01", "the target does not keep to the order of a login");
    if (!_identity.isKnown || _identity.secret.kind != auth::Secret::Kind::clear)
        return refuseMethod(CACHING_SHA2);
    if (_isSecure)
        answer(_identity.secret.text + '\0', says);
    else
    {
        _phase = Phase::key;
        answer(KEY_PLEASE, says);
    }
    return State::more;
}

TargetDialog::State TargetDialog::takeKey(Bytes key, std::string& says)
{
    _phase = Phase::login;
    std::string nonce;
    while (nonce.size() <= _identity.secret.text.size() && !_nonce.empty())
        nonce += _nonce;
    const std::string text = auth::covered(_identity.secret.text + '\0', nonce);
    const std::string encrypted = _authenticator->digests().encrypted(key, text);
    if (encrypted.empty())
        return refuse(NOT_SUPPORTED, "08004",
                      "the target wants the whole password, which needs TLS (target.N.tls) or its public key");
    answer(encrypted, says);
    return State::more;
}

TargetDialog::State TargetDialog::loggedIn(Bytes payload, std::string& says)
{
    _phase = Phase::commands;
    _outcome = outcomeOf(statusIn(payload), _greeting);
    _commands = settingCommands(_settings);
    _commands.insert(_commands.begin(), std::string(1, static_cast<char>(code::QUERY)) + std::string(TRACKING));
    std::reverse(_commands.begin(), _commands.end());
    return nextCommand(says);
}

TargetDialog::State TargetDialog::nextCommand(std::string& says)
{
    if (_commands.empty())
        return State::accepted;
    says += packetOf(0, _commands.back());
    _commands.pop_back();
    return State::more;
}

TargetDialog::State TargetDialog::refuse(unsigned code, Bytes state, const std::string& text)
{
    _outcome = errorPacket(_number + 1, code, state, "proximux: " + text);
    return State::refused;
}

TargetDialog::State TargetDialog::refuseMethod(Bytes plugin)
{
    return refuse(NOT_SUPPORTED, "08004",
                  "the target wants a login by " + std::string(plugin) + " for user '" + _identity.name +
                      "', for which what is known of the password is of no use (auth.file, target.N.username)");
}

// ----------------------------------------------------------------------------------------- of nobody

LoginDialog::Step GreetingDialog::hear(Bytes came)
{
    using State = LoginAnswer::State;
    Step step;
    const bool isPossible = came.size() >= HEADER && lengthOf(came) <= LONGEST;
    if (came.size() < HEADER || (isPossible && came.size() < HEADER + lengthOf(came)))
        return step;
    const Bytes payload = isPossible ? came.substr(HEADER, lengthOf(came)) : Bytes();
    step.taken = HEADER + payload.size();
    const auto greeting = readGreeting(payload);
    step.state = greeting ? State::accepted : State::refused;
    if (greeting)
    {
        _outcome = outcomeOf(greeting->status, payload);
        _commons->target = *greeting;
    }
    else if (payload.substr(0, 1) == Bytes(&ERROR_PACKET, 1))
        _outcome = came.substr(0, step.taken);
    else
    {
        step.taken = came.size();
        _outcome = errorPacket(0, BAD_HANDSHAKE, "08S01", "proximux: the target does not speak MySQL");
    }
    return step;
}

std::optional<TargetFacts> factsIn(Bytes outcome)
{
    constexpr std::size_t STATUS = 2;
    const auto greeting = readGreeting(outcome.substr(std::min(STATUS, outcome.size())));
    if (!greeting)
        return std::nullopt;
    return TargetFacts{numberAt(outcome, 0, STATUS, ByteOrder::little), *greeting};
}

} // namespace proximux::mysql
