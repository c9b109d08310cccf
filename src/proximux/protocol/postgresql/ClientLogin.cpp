#include <proximux/protocol/postgresql/ClientLogin.h>

#include <proximux/auth/Base64.h>
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

ClientLogin::ClientLogin(std::shared_ptr<auth::Authenticator> authenticator, std::shared_ptr<SharedCommons> commons)
    : _authenticator(std::move(authenticator))
    , _commons(std::move(commons))
{
}

void ClientLogin::take(Bytes bytes, bool whole, RequestTraits& traits)
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
    if (type != 'p' || !whole || _state == State::lookup)
        return refuse(traits, "another message than its login",
                      fatalMessage("08P01", "expected the answer to a login"));
    if (_state == State::password)
        prove(body, traits);
    else if (_state == State::scram)
        beginScram(body, traits);
    else
        endScram(body, traits);
}

void ClientLogin::answer(RequestTraits& traits, std::string reply)
{
    traits.local = true;
    traits.reply = std::move(reply);
}

/// It is closed behind the reply.
void ClientLogin::refuse(RequestTraits& traits, const char* refusal, std::string reply)
{
    answer(traits, std::move(reply));
    traits.refused = traits.last = true;
    traits.refusal = refusal;
    _state = State::refused;
}

void ClientLogin::startup(Bytes packet, RequestTraits& traits)
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
    _lookup = SecretLookup::of(_authenticator->lookupFor(_startup.user), _startup);
    if (_lookup)
        return lookUp(traits);
    ask(traits);
    if (!traits.refused)
        negotiate(traits.greets ? _final : traits.reply);
}

/// It is closed as soon as the target was told, which is all that its client waits for.
void ClientLogin::cancel(Bytes key, RequestTraits& traits)
{
    if (key.size() == 4 + KEY_SIZE)
        traits.cancels = _commons->keys.find(readNumber(key.substr(0, 4)), key.substr(4));
    if (traits.cancels == 0)
        return refuse(traits, "a cancel request with an unknown key", "");
    traits.local = traits.last = true;
    _state = State::refused;
}

/// Before all else that is said to it.
void ClientLogin::negotiate(std::string& reply) const
{
    if (_startup.isNewer || !_startup.extensions.empty())
        reply.insert(0, olderVersion(_startup));
}

/// A connection of whoever may ask is asked.
void ClientLogin::lookUp(RequestTraits& traits)
{
    traits.user = SessionLogins(_authenticator, _lookup->startup, std::nullopt, std::nullopt).first();
    traits.fitted = traits.translated = traits.vital = true;
    traits.hint = hint::WHOLE;
    _state = State::lookup;
}

/// A user of whom the target knows nothing is asked like others.
std::string ClientLogin::looked(Bytes response)
{
    if (_state != State::lookup)
        return {}; // it was refused meanwhile
    _found = FoundSecret::in(response);
    RequestTraits traits;
    ask(traits);
    if (traits.greets) // another configuration is in force by now
    {
        _state = State::refused;
        return fatalMessage("57P03", "proximux: logins have changed; try again");
    }
    negotiate(traits.reply);
    return std::move(traits.reply);
}

/// Asks it to prove who it is.
void ClientLogin::ask(RequestTraits& traits)
{
    constexpr std::uint64_t CLEAR = 3;
    constexpr std::uint64_t MD5 = 5;
    constexpr std::uint64_t SASL = 10;
    _state = State::password;
    switch (_authenticator->methodFor(_startup.user, found()))
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

void ClientLogin::prove(Bytes body, RequestTraits& traits)
{
    const Bytes said = textAt(body, 0);
    const bool proven = _salt.empty() ? _authenticator->isPassword(_startup.user, said, found())
                                      : _authenticator->isMd5Answer(_startup.user, said, _salt, found());
    if (proven)
        welcome(traits);
    else
        refuseLogin(traits);
}

void ClientLogin::beginScram(Bytes body, RequestTraits& traits)
{
    constexpr std::uint64_t CONTINUE = 11;
    const Bytes method = textAt(body, 0);
    const Bytes first = body.substr(std::min(method.size() + 1 + 4, body.size()));
    _scram.emplace(_authenticator->digests(), _authenticator->verifierFor(_startup.user, found()),
                   _authenticator->nonce());
    const auto reply = method == auth::SCRAM_SHA_256 ? _scram->begin(first) : std::nullopt;
    if (!reply)
        return refuse(traits, "an invalid message of SCRAM", fatalMessage("08P01", "invalid message of SCRAM-SHA-256"));
    answer(traits, authentication(CONTINUE, *reply));
    _state = State::proof;
}

void ClientLogin::endScram(Bytes body, RequestTraits& traits)
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
void ClientLogin::welcome(RequestTraits& traits)
{
    _logins.emplace(_authenticator, _startup, _proven, std::exchange(_found.secret, std::nullopt));
    _scram.reset();
    _state = State::ready;
    traits.user = _logins->first();
    traits.greets = traits.vital = true;
}

void ClientLogin::refuseLogin(RequestTraits& traits)
{
    refuse(traits, _found.failed ? "a user whose secret auth.query could not find" : "a wrong password",
           fatalMessage("28P01", "password authentication failed for user \"" + _startup.user + "\""));
    traits.delayed = true;
}

std::string ClientLogin::greeting(Bytes told, std::uint64_t client)
{
    std::string key;
    appendNumber(key, CancelKeys::partOf(client), 4);
    const std::string secret = _authenticator->bytes(KEY_SIZE);
    _commons->keys.add(client, secret);
    key += secret;
    std::string text = std::exchange(_final, {});
    text.append(authentication(0)).append(greetingFor(_startup, told));
    return text.append(message(BACKEND_KEY, key)).append(readyMessage());
}

} // namespace proximux::postgresql
