// ClientSession: its login.

#include <proximux/auth/Base64.h>
#include <proximux/protocol/postgresql/ClientSession.h>
#include <proximux/protocol/postgresql/Messages.h>

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

} // namespace

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
    if (packet.substr(0, 1) == "X") // Terminate; no startup packet is as long
    {
        traits.local = traits.last = true;
        return;
    }
    const std::uint64_t code = codeOf(packet);
    if (code == SSL || code == GSS)
        return answer(traits, "N");
    if (code == CANCEL)
        return cancel(packet.substr(STARTUP_HEADER), traits);
    if (!_startup.read(packet))
        return refuse(traits, "an invalid startup packet", fatalMessage("08P01", "invalid startup packet"));
    if (_startup.user.empty())
        return refuse(traits, "a startup packet without a user",
                      fatalMessage("28000", "no user name in the startup packet"));
    if (_startup.isReplication)
        return refuse(traits, "a replication connection (not supported)",
                      fatalMessage("0A000", "proximux: replication connections are not shared"));
    ask(traits);
    if (!traits.refused && (_startup.isNewer || !_startup.extensions.empty()))
        (traits.greets ? _final : traits.reply).insert(0, olderVersion(_startup));
}

/// It is closed as soon as the target was told, which is all that its client waits for.
void ClientSession::cancel(Bytes key, RequestTraits& traits)
{
    if (key.size() == 4 + KEY_SIZE)
        traits.cancels = _commons->keys.find(readNumber(key.substr(0, 4)), key.substr(4));
    if (traits.cancels == 0)
        return refuse(traits, "a cancel request with an unknown key", "");
    traits.local = traits.last = true;
    _state = State::refused;
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
        return _authenticator->mayTrust(_startup.user) ? welcome(traits) : refuseLogin(traits);
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
        return refuse(traits, "an invalid message of SCRAM", fatalMessage("08P01", "invalid message of SCRAM-SHA-256"));
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
    _logins.emplace(_authenticator, _startup, _proven);
    _login = _logins->first();
    _scram.reset();
    _state = State::ready;
    traits.user = _login;
    traits.greets = traits.vital = true;
}

void ClientSession::refuseLogin(RequestTraits& traits)
{
    refuse(traits, "a wrong password",
           fatalMessage("28P01", "password authentication failed for user \"" + _startup.user + "\""));
    traits.delayed = true;
}

void ClientSession::translate(Bytes bytes, const RequestTraits&, std::string& text)
{
    std::string key;
    appendNumber(key, CancelKeys::partOf(_number), 4);
    const std::string secret = _authenticator->bytes(KEY_SIZE);
    _commons->keys.add(_number, secret);
    key += secret;
    text = std::exchange(_final, {});
    text.append(authentication(0)).append(greetingFor(_startup, bytes));
    text.append(message(BACKEND_KEY, key)).append(readyMessage());
}

/// What it has sent itself carries the number that it knows as its own.
void ClientSession::rename(Bytes bytes, Bytes greeting, std::string& text)
{
    text = bytes;
    eachMessage(greeting,
                [&](char type, Bytes body)
                {
                    if (type != BACKEND_KEY || body.substr(0, 4) != bytes.substr(HEADER, 4))
                        return;
                    std::string own;
                    appendNumber(own, CancelKeys::partOf(_number), 4);
                    text.replace(HEADER, 4, own);
                });
}

} // namespace proximux::postgresql
