#include <proximux/protocol/postgresql/ClientSession.h>

#include <proximux/Pins.h>
#include <proximux/auth/Base64.h>
#include <proximux/protocol/postgresql/Messages.h>
#include <proximux/protocol/postgresql/TargetDialog.h>

#include <algorithm>
#include <utility>

namespace proximux::postgresql
{

namespace
{

constexpr std::size_t SALT_SIZE = 4; ///< bytes, of MD5
constexpr std::size_t KEY_SIZE = 4;

/// AuthenticationRequest.
std::string authentication(std::uint64_t kind, Bytes data = {})
{
    std::string body;
    appendNumber(body, kind, 4);
    return message('R', body.append(data));
}

/// NegotiateProtocolVersion: version 3.0 is spoken, without these options.
std::string olderVersion(const Startup& startup)
{
    std::string body;
    appendNumber(body, 0, 4);
    appendNumber(body, startup.extensions.size(), 4);
    for (const std::string& name : startup.extensions)
        appendText(body, name);
    return message('v', body);
}

std::string fatal(Bytes code, const std::string& text, Bytes hint = {})
{
    return errorMessage("FATAL", code, text, hint);
}

/// Whether the bytes are whole messages, of which the last is Flush.
bool endsWithFlush(Bytes bytes)
{
    char last = '\0';
    while (bytes.size() >= HEADER)
    {
        const std::uint64_t size = 1 + lengthAt(bytes, 1);
        if (size < HEADER || size > bytes.size())
            return false;
        last = bytes.front();
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return bytes.empty() && last == 'H';
}

} // namespace

ClientSession::ClientSession(const ConversationSettings& settings)
    : _authenticator(settings.authenticator)
    , _mayPin(settings.pins)
{
}

void ClientSession::begin(std::uint64_t client, Bytes)
{
    _number = client;
}

void ClientSession::held(unsigned reasons)
{
    _held = reasons;
    _unanswered -= _unanswered > 0 ? 1 : 0;
}

void ClientSession::request(Bytes bytes, bool whole, RequestTraits& traits)
{
    const char type = bytes.empty() ? '\0' : bytes.front();
    const Bytes body = bytes.substr(std::min(HEADER, bytes.size()));
    if (_state == State::starting)
        return startup(bytes, traits);
    if (_state == State::refused)
    {
        traits.local = traits.last = true;
        return;
    }
    if (_state == State::ready)
        return statements(bytes, whole, traits);
    if (type != 'p' || !whole)
        return refuse(traits, "another message than its login", fatal("08P01", "expected the answer to a login"));
    if (_state == State::password)
        prove(body, traits);
    else if (_state == State::scram)
        beginScram(body, traits);
    else
        endScram(body, traits);
}

// --------------------------------------------------------------------------------------------------- login

void ClientSession::answer(RequestTraits& traits, std::string reply)
{
    traits.local = true;
    traits.reply = std::move(reply);
}

/// It is closed behind the reply.
void ClientSession::refuse(RequestTraits& traits, const char* refusal, std::string reply)
{
    answer(traits, std::move(reply));
    traits.refused = traits.last = true;
    traits.refusal = refusal;
    _state = State::refused;
}

void ClientSession::startup(Bytes packet, RequestTraits& traits)
{
    const std::uint64_t code = codeOf(packet);
    if (code == SSL || code == GSS)
        return answer(traits, "N");
    if (code == CANCEL)
    {
        traits.local = traits.last = true;
        return;
    }
    if (!_startup.read(packet))
        return refuse(traits, "an invalid startup packet", fatal("08P01", "invalid startup packet"));
    if (_startup.user.empty())
        return refuse(traits, "a startup packet without a user", fatal("28000", "no user name in the startup packet"));
    if (_startup.isReplication)
        return refuse(traits, "a replication connection (not supported)",
                      fatal("0A000", "proximux: replication connections are not shared"));
    ask(traits);
    if (!traits.refused && (_startup.isNewer || !_startup.extensions.empty()))
        (traits.greets ? _final : traits.reply).insert(0, olderVersion(_startup));
}

/// Asks it to prove who it is.
void ClientSession::ask(RequestTraits& traits)
{
    constexpr std::uint64_t CLEAR = 3;
    constexpr std::uint64_t MD5 = 5;
    constexpr std::uint64_t SASL = 10;
    _state = State::password;
    switch (_authenticator->methodFor(_startup.user))
    {
    case auth::Method::trust:
        return welcome(traits);
    case auth::Method::password:
        return answer(traits, authentication(CLEAR));
    case auth::Method::md5:
        _salt = _authenticator->bytes(SALT_SIZE);
        return answer(traits, authentication(MD5, _salt));
    default:
        _state = State::scram;
        return answer(traits, authentication(SASL, std::string(auth::SCRAM_SHA_256) + std::string(2, '\0')));
    }
}

void ClientSession::prove(Bytes body, RequestTraits& traits)
{
    const Bytes said = textAt(body, 0);
    const bool proven = _salt.empty() ? _authenticator->isPassword(_startup.user, said)
                                      : _authenticator->isMd5Answer(_startup.user, said, _salt);
    if (proven)
        welcome(traits);
    else
        refuseLogin(traits);
}

void ClientSession::beginScram(Bytes body, RequestTraits& traits)
{
    constexpr std::uint64_t CONTINUE = 11;
    const Bytes method = textAt(body, 0);
    const Bytes first = body.substr(std::min(method.size() + 1 + 4, body.size()));
    _scram.emplace(_authenticator->digests(), _authenticator->verifierFor(_startup.user), _authenticator->nonce());
    const auto reply = method == auth::SCRAM_SHA_256 ? _scram->begin(first) : std::nullopt;
    if (!reply)
        return refuse(traits, "an invalid message of SCRAM", fatal("08P01", "invalid message of SCRAM-SHA-256"));
    answer(traits, authentication(CONTINUE, *reply));
    _state = State::proof;
}

void ClientSession::endScram(Bytes body, RequestTraits& traits)
{
    constexpr std::uint64_t FINAL = 12;
    const auto reply = _scram->end(body);
    if (!reply)
        return refuseLogin(traits);
    _final += authentication(FINAL, *reply);
    _proven = _scram->proven();
    welcome(traits);
}

/// It is welcome as soon as a connection of its login is there.
void ClientSession::welcome(RequestTraits& traits)
{
    const auto login = std::make_shared<Login>();
    login->says = _startup.packetFor(_authenticator->identityAt(0, _startup.user, _proven).name);
    login->begin = [authenticator = _authenticator, startup = _startup, proven = _proven](std::size_t target)
    {
        const auth::Identity identity = authenticator->identityAt(target, startup.user, proven);
        return std::make_unique<TargetDialog>(authenticator, identity, startup.packetFor(identity.name));
    };
    _login = login;
    _scram.reset();
    _state = State::ready;
    traits.user = _login;
    traits.greets = traits.vital = true;
}

void ClientSession::refuseLogin(RequestTraits& traits)
{
    refuse(traits, "a wrong password",
           fatal("28P01", "password authentication failed for user \"" + _startup.user + "\""));
    traits.delayed = true;
}

void ClientSession::translate(Bytes bytes, const RequestTraits&, std::string& text)
{
    std::string key;
    appendNumber(key, _number & 0x7fffffffU, 4);
    key += _authenticator->bytes(KEY_SIZE);
    text = std::exchange(_final, {});
    text.append(authentication(0)).append(bytes).append(message('K', key)).append(readyMessage());
}

// ---------------------------------------------------------------------------------------------- statements

void ClientSession::statements(Bytes bytes, bool whole, RequestTraits& traits)
{
    traits.user = _login;
    switch (bytes.empty() ? '\0' : bytes.front())
    {
    case 'X':
        traits.local = traits.last = true;
        return;
    case 'd':
    case 'c':
    case 'f': // behind an error of its COPY
        traits.local = true;
        return;
    case 'p':
        return refuse(traits, "an unexpected login", fatal("08P01", "unexpected password message"));
    default:
        break;
    }
    const bool open = !whole && endsWithFlush(bytes);
    if (!whole && !open)
        return refuseStatement(traits, "a statement larger than exchange.request_buffer", "54000",
                               "proximux: the statement is larger than exchange.request_buffer");
    Contents contents;
    look(bytes, contents);
    if (open)
        _open = contents;
    judge(contents, traits);
    if (open && traits.barrier)
        return refuseStatement(traits, "COPY behind a Flush (not supported)", "0A000",
                               "proximux: COPY behind a Flush is not supported");
    if (!traits.local)
        ++_unanswered;
}

/// What it holds more must not need anything that it did not need before.
bool ClientSession::goesOn(Bytes bytes)
{
    const unsigned before = _open.effects.ties;
    look(bytes, _open);
    return !_open.foreign && !_open.effects.readsLast && !_open.effects.copies &&
           (_open.effects.ties & ~(before | _held)) == 0;
}

void ClientSession::look(Bytes bytes, Contents& contents)
{
    eachMessage(bytes, [&contents](char type, Bytes body) { look(type, body, contents); });
}

void ClientSession::look(char type, Bytes body, Contents& contents)
{
    const Bytes name = type == 'B' ? boundIn(body) : textAt(body, type == 'D' ? 1 : 0);
    switch (type)
    {
    case 'Q':
        contents.alone = true;
        return contents.effects.add(effectsOf(statementIn(type, body)));
    case 'F':
        contents.effects.ties |= pins::UNKNOWN;
        return;
    case 'P':
        contents.effects.add(effectsOf(statementIn(type, body)));
        contents.unnamed = contents.unnamed || name.empty();
        contents.effects.ties |= name.empty() ? 0 : pins::STATEMENT;
        return;
    case 'B':
        contents.foreign = contents.foreign || (name.empty() && !contents.unnamed);
        return;
    case 'D':
        contents.foreign = contents.foreign || (name.empty() && body.substr(0, 1) == "S" && !contents.unnamed);
        return;
    default:
        return;
    }
}

void ClientSession::judge(const Contents& contents, RequestTraits& traits)
{
    const Effects& effects = contents.effects;
    if (contents.foreign)
        return refuseStatement(traits, "a statement without a name of an earlier request (not kept)", "26000",
                               "unnamed prepared statement does not exist");
    if (effects.readsLast)
        return refuseStatement(traits, "currval() or lastval(), whose number may be another client's", "55000",
                               "proximux: currval() and lastval() are not known, for connections are shared",
                               "Use INSERT ... RETURNING.");
    if (effects.ties != 0 && !_mayPin)
        return refuseStatement(traits, "a statement that leaves state behind (exchange.stateful)", "0A000",
                               "proximux: a statement that leaves state behind requires a dedicated target "
                               "connection, which is not available",
                               "See exchange.stateful and pool.max_tied.");
    traits.pins = effects.ties;
    traits.frees = contents.alone && effects.ties == 0 ? effects.frees : 0;
    traits.barrier = effects.copies;
}

/// Within a transaction, or where one may have begun, nobody knows what the target would say next.
void ClientSession::refuseStatement(RequestTraits& traits, const char* refusal, Bytes code, const std::string& text,
                                    Bytes hint)
{
    traits.last = (_held | _unanswered) != 0;
    traits.pins = traits.frees = 0;
    traits.barrier = false;
    answer(traits, error(traits, code, text, hint));
    traits.refused = true;
    traits.refusal = refusal;
}

// ---------------------------------------------------------------------------------------------------- errors

/// FATAL exactly where the client is closed behind it.
std::string ClientSession::error(const RequestTraits& traits, Bytes code, const std::string& text, Bytes hint) const
{
    if (traits.last || traits.vital)
        return fatal(code, text, hint);
    return errorMessage("ERROR", code, text, hint) + readyMessage();
}

bool ClientSession::failed(const RequestTraits& traits, Failure failure, std::string& reply)
{
    _unanswered -= _unanswered > 0 ? 1 : 0;
    if (traits.vital)
        _state = State::refused;
    switch (failure)
    {
    case Failure::user:
        reply = traits.vital && !traits.seed.empty() ? traits.seed
                                                     : error(traits, "28000", "proximux: the target refused the login");
        return true;
    case Failure::timeout:
        reply = error(traits, "57014", "proximux: the target did not answer in time");
        return true;
    case Failure::unavailable:
        reply = error(traits, "53300", "proximux: no target connection was free in time");
        return true;
    default:
        reply = error(traits, "08006",
                      "proximux: " + std::string(textOf(failure)) + "; it is not known whether the statement was done");
        return true;
    }
}

bool ClientSession::unpinned(const RequestTraits&, const std::string& why, std::string& reply)
{
    reply =
        fatal("0A000", "proximux: a statement that leaves state behind requires a dedicated target connection", why);
    return true;
}

bool ClientSession::malformed(const char* why, std::string& reply)
{
    reply = fatal("08P01", "proximux: " + std::string(why));
    return true;
}

bool ClientSession::expired(const char* why, std::string& reply)
{
    reply = fatal("25P03", "proximux: " + std::string(why));
    return true;
}

} // namespace proximux::postgresql
