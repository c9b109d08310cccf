// ClientSession: its login.

#include <proximux/protocol/mysql/ClientSession.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/SessionSettings.h>
#include <proximux/protocol/mysql/TargetDialog.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace proximux::mysql
{

namespace
{

/// What clients are offered, if the target has it. All can live without what is not among it; so there is one form of
/// each answer.
constexpr std::uint64_t OFFERED = OWN_CAPABILITIES | capability::MYSQL | capability::LONG_FLAG |
                                  capability::CONNECT_WITH_DB | capability::PROTOCOL_41 | capability::TRANSACTIONS |
                                  capability::SECURE_CONNECTION | capability::PLUGIN_AUTH |
                                  capability::CONNECT_ATTRIBUTES | capability::PLUGIN_AUTH_LENENC;

/// Collations of encodings in which a backslash may be a part of another character: nobody knows then where a text in
/// quotes ends.
constexpr unsigned SHIFTING[] = {1, 13, 24, 28, 84, 86, 87, 88, 95, 96, 248, 249, 250};

Bytes nameOf(auth::ScrambleKind kind)
{
    return kind == auth::ScrambleKind::native ? NATIVE_PASSWORD : CACHING_SHA2;
}

} // namespace

bool ClientSession::opened(RequestTraits& traits)
{
    if (_commons->target)
        answer(traits, packetOf(0, greeting()));
    else
    {
        traits.user = greetingLogin(_commons);
        traits.greets = traits.vital = true;
    }
    return true;
}

/// The nonce has no zero byte.
std::string ClientSession::greeting()
{
    Greeting ours = *_commons->target;
    _nonce = _authenticator->nonce().substr(0, NONCE);
    _kind = ours.plugin == CACHING_SHA2 ? auth::ScrambleKind::sha2 : auth::ScrambleKind::native;
    _offered = ours.capabilities = ours.capabilities & OFFERED;
    ours.nonce = _nonce;
    ours.plugin = nameOf(_kind);
    _state = State::login;
    return greetingOf(ours, static_cast<std::uint32_t>(_client));
}

/// It is closed behind the reply.
void ClientSession::refuse(RequestTraits& traits, const char* refusal, std::string reply)
{
    answer(traits, std::move(reply));
    traits.refused = traits.last = true;
    traits.refusal = refusal;
    _state = State::refused;
}

void ClientSession::login(Bytes payload, RequestTraits& traits)
{
    const auto said = readLogin(payload, _offered);
    if (!said || said->wantsTls)
        return refuse(traits, "an invalid login", errorPacket(_number, 1043, "08S01", "Bad handshake"));
    const bool shifts = std::find(std::begin(SHIFTING), std::end(SHIFTING), said->collation) != std::end(SHIFTING);
    if (shifts)
        return refuse(traits, "a character set that is not shared",
                      errorPacket(_number, 1235, "42000",
                                  "proximux: connections are not shared with this character set; use utf8mb4"));
    _opening.user = said->user;
    _opening.capabilities = said->capabilities & OWN_CAPABILITIES;
    _first[setting::COLLATION] = std::to_string(said->collation);
    if (!said->database.empty())
        _first[setting::DATABASE] = said->database;
    if (_authenticator->methodFor(_opening.user) == auth::Method::trust)
        return _authenticator->mayTrust(_opening.user) ? welcome(traits, auth::ScrambleKind::native, "")
                                                       : refuseLogin(false, traits);
    const Bytes plugin = said->plugin.empty() ? NATIVE_PASSWORD : said->plugin;
    const bool isOther = plugin != nameOf(_kind);
    _kind = _authenticator->scrambleFor(_opening.user, plugin == CACHING_SHA2      ? auth::ScrambleKind::sha2
                                                       : plugin == NATIVE_PASSWORD ? auth::ScrambleKind::native
                                                                                   : _kind);
    const bool maySwitch = (said->capabilities & capability::PLUGIN_AUTH) != 0;
    if ((isOther || plugin != nameOf(_kind)) && maySwitch)
    {
        _nonce = _authenticator->nonce().substr(0, NONCE);
        _state = State::proof;
        return answer(traits,
                      packetOf(_number, std::string(1, SWITCH_PACKET).append(nameOf(_kind)) + '\0' + _nonce + '\0'));
    }
    prove(said->answer, traits);
}

void ClientSession::prove(Bytes scramble, RequestTraits& traits)
{
    auto key = _authenticator->keyOfScramble(_opening.user, _kind, scramble, _nonce);
    if (key)
        welcome(traits, _kind, std::move(*key));
    else
        refuseLogin(!scramble.empty(), traits);
}

/// It is welcome as soon as a connection of its login is there.
void ClientSession::welcome(RequestTraits& traits, auth::ScrambleKind kind, std::string key)
{
    constexpr Bytes KNOWN = "\x01\x03"; // the password was not needed
    if (kind == auth::ScrambleKind::sha2 && !key.empty())
        _before = packetOf(_number++, KNOWN);
    _opening.provenKey = std::move(key);
    _logins.emplace(_authenticator, _commons, _opening, _first);
    _login = _logins->first();
    _state = State::ready;
    traits.user = _login;
    traits.greets = traits.vital = true;
    traits.hint = _number << 8U;
}

void ClientSession::refuseLogin(bool hasPassword, RequestTraits& traits)
{
    refuse(traits, "a wrong password",
           errorPacket(_number, 1045, "28000",
                       "Access denied for user '" + _opening.user + "'@'" + _address +
                           "' (using password: " + (hasPassword ? "YES)" : "NO)")));
    traits.delayed = true;
}

/// What its target has said is there: the greeting, or the end of the login.
void ClientSession::translate(Bytes bytes, const RequestTraits&, std::string& text)
{
    if (_state == State::refused)
    {
        text.clear();
        return;
    }
    if (_state == State::greeting)
    {
        text = packetOf(0, greeting());
        return;
    }
    const auto facts = factsIn(bytes);
    const std::uint64_t said = facts ? facts->status : status::AUTOCOMMIT;
    _status = said & status::AUTOCOMMIT;
    _escapes = (said & status::NO_BACKSLASH_ESCAPES) == 0;
    _doubleQuotes = facts && facts->greeting.isMariadb() && (said & status::ANSI_QUOTES) == 0;
    text = std::exchange(_before, {}) + okPacket(_number, _status);
}

} // namespace proximux::mysql
