#include <proximux/protocol/mysql/ClientLogin.h>

#include <proximux/protocol/mysql/Kill.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/SessionSettings.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace proximux::mysql
{

namespace
{

/// What clients are offered, if the target has it, beside TLS. All can live without what is not among it; so there is
/// one form of each answer.
constexpr std::uint64_t OFFERED =
    OWN_CAPABILITIES | capability::MYSQL | capability::LONG_FLAG | capability::CONNECT_WITH_DB |
    capability::PROTOCOL_41 | capability::TRANSACTIONS | capability::SECURE_CONNECTION | capability::PLUGIN_AUTH |
    capability::CONNECT_ATTRIBUTES | capability::PLUGIN_AUTH_LENENC | capability::SESSION_TRACK;

/// Collations of encodings in which a backslash may be a part of another character: nobody knows then where a text in
/// quotes ends.
constexpr unsigned SHIFTING[] = {1, 13, 24, 28, 84, 86, 87, 88, 95, 96, 248, 249, 250};

bool shifts(unsigned collation)
{
    constexpr unsigned UNPADDED = 1024; // MariaDB: the same, but for trailing spaces
    const unsigned base = collation >= UNPADDED ? collation - UNPADDED : collation;
    return std::find(std::begin(SHIFTING), std::end(SHIFTING), base) != std::end(SHIFTING);
}

std::string notShared(unsigned number)
{
    return errorPacket(number, 1235, "42000",
                       "proximux: connections are not shared with this character set; use utf8mb4");
}

Bytes nameOf(auth::ScrambleKind kind)
{
    return kind == auth::ScrambleKind::native ? NATIVE_PASSWORD : CACHING_SHA2;
}

} // namespace

ClientLogin::ClientLogin(std::shared_ptr<auth::Authenticator> authenticator, std::shared_ptr<SharedCommons> commons,
                         bool offersTls)
    : _authenticator(std::move(authenticator))
    , _commons(std::move(commons))
    , _offersTls(offersTls)
{
}

void ClientLogin::begin(std::uint64_t client, Bytes address)
{
    _client = client;
    _address = address;
}

std::uint64_t ClientLogin::shown() const
{
    return shownNumber(_client);
}

void ClientLogin::open(RequestTraits& traits)
{
    if (_commons->target)
        return answer(traits, packetOf(0, greeting()));
    traits.user = greetingLogin(_commons);
    traits.greets = traits.vital = true;
}

void ClientLogin::answer(RequestTraits& traits, std::string reply)
{
    traits.local = true;
    traits.reply = std::move(reply);
}

/// Behind a request for TLS its login has the next number.
void ClientLogin::take(Bytes bytes, bool whole, RequestTraits& traits)
{
    constexpr unsigned FIRST = 1;
    const bool isInTurn =
        whole && bytes.size() >= HEADER && _state != State::greeting && lengthOf(bytes) + HEADER == bytes.size();
    const unsigned number = isInTurn ? numberOf(bytes) : 0;
    const bool isFirst = number == FIRST || (_offersTls && number == FIRST + 1);
    if (!isInTurn || (_state == State::login ? !isFirst : number != _number + 1))
        return refuse(traits, "another message than its login", errorPacket(1, 1043, "08S01", "Bad handshake"));
    _number = number + 1;
    if (_state == State::login)
        login(bytes.substr(HEADER), traits);
    else
        prove(bytes.substr(HEADER), traits);
}

/// The nonce has no zero byte.
std::string ClientLogin::greeting()
{
    Greeting ours = *_commons->target;
    _nonce = _authenticator->nonce().substr(0, NONCE);
    _kind = ours.plugin == CACHING_SHA2 ? auth::ScrambleKind::sha2 : auth::ScrambleKind::native;
    _kind = _authenticator->scrambleFor({}, _kind); // of nobody yet
    _offered = ours.capabilities = (ours.capabilities & OFFERED) | (_offersTls ? capability::SSL : 0);
    ours.nonce = _nonce;
    ours.plugin = nameOf(_kind);
    _state = State::login;
    ours.connection = shown();
    return greetingOf(ours);
}

/// It is closed behind the reply.
void ClientLogin::refuse(RequestTraits& traits, const char* refusal, std::string reply)
{
    answer(traits, std::move(reply));
    traits.refused = traits.last = true;
    traits.refusal = refusal;
    _state = State::refused;
}

void ClientLogin::login(Bytes payload, RequestTraits& traits)
{
    const auto said = readLogin(payload, _offered);
    if (!said || said->wantsTls)
        return refuse(traits, "an invalid login", errorPacket(_number, 1043, "08S01", "Bad handshake"));
    if (shifts(said->collation))
        return refuse(traits, "a character set that is not shared", notShared(_number));
    _capabilities = said->capabilities;
    _opening.capabilities = _capabilities & OWN_CAPABILITIES;
    _tracks = (_capabilities & capability::SESSION_TRACK) != 0;
    opens(*said);
    if (_authenticator->methodFor(_opening.user) == auth::Method::trust)
        return prove({}, traits);
    const Bytes plugin = said->plugin.empty() ? NATIVE_PASSWORD : said->plugin;
    const bool isOther = plugin != nameOf(_kind);
    _kind = kindFor(plugin);
    const bool maySwitch = (_capabilities & capability::PLUGIN_AUTH) != 0;
    if ((isOther || plugin != nameOf(_kind)) && maySwitch)
        return askForProof(traits);
    prove(said->answer, traits);
}

void ClientLogin::opens(const UserLogin& said)
{
    _opening.user = said.user;
    _first = {{setting::COLLATION, std::to_string(said.collation)}};
    if (!said.database.empty())
        _first[setting::DATABASE] = said.database;
}

/// By which method this user proves the password, if this one is wanted.
auth::ScrambleKind ClientLogin::kindFor(Bytes plugin) const
{
    return _authenticator->scrambleFor(_opening.user, plugin == CACHING_SHA2      ? auth::ScrambleKind::sha2
                                                      : plugin == NATIVE_PASSWORD ? auth::ScrambleKind::native
                                                                                  : _kind);
}

/// By `_kind`, with a new nonce.
void ClientLogin::askForProof(RequestTraits& traits)
{
    _nonce = _authenticator->nonce().substr(0, NONCE);
    _state = State::proof;
    answer(traits, packetOf(_number, std::string(1, SWITCH_PACKET).append(nameOf(_kind)) + '\0' + _nonce + '\0'));
}

/// The proof that it comes with is one for a nonce that is used up.
void ClientLogin::change(Bytes arguments, unsigned number, RequestTraits& traits)
{
    _number = number;
    const auto said = readChangeUser(arguments, _capabilities);
    if (!said || (_capabilities & capability::PLUGIN_AUTH) == 0)
        return refuse(traits, "an invalid login", errorPacket(_number, 1043, "08S01", "Bad handshake"));
    if (shifts(said->collation))
        return refuse(traits, "a character set that is not shared", notShared(_number));
    opens(*said);
    _kind = kindFor(said->plugin);
    askForProof(traits);
}

void ClientLogin::prove(Bytes scramble, RequestTraits& traits)
{
    if (_authenticator->methodFor(_opening.user) == auth::Method::trust)
        return _authenticator->mayTrust(_opening.user) ? welcome(traits, auth::ScrambleKind::native, "")
                                                       : refuseLogin(false, traits);
    auto key = _authenticator->keyOfScramble(_opening.user, _kind, scramble, _nonce);
    if (key)
        welcome(traits, _kind, std::move(*key));
    else
        refuseLogin(!scramble.empty(), traits);
}

/// It is welcome as soon as a connection of its login is there.
void ClientLogin::welcome(RequestTraits& traits, auth::ScrambleKind kind, std::string key)
{
    constexpr Bytes KNOWN = "\x01\x03"; // the password was not needed
    if (kind == auth::ScrambleKind::sha2 && !key.empty())
        _before = packetOf(_number++, KNOWN);
    _opening.provenKey = std::move(key);
    _logins.emplace(_authenticator, _commons, _opening, _first);
    _state = State::ready;
    _known = '=' + _opening.user;
    traits.user = _logins->first();
    traits.greets = traits.vital = traits.barrier = true; // its outcome says how texts are to be read
    traits.hint = _number << 8U;
}

void ClientLogin::refuseLogin(bool hasPassword, RequestTraits& traits)
{
    refuse(traits, "a wrong password",
           errorPacket(_number, 1045, "28000",
                       "Access denied for user '" + _opening.user + "'@'" + _address +
                           "' (using password: " + (hasPassword ? "YES)" : "NO)")));
    traits.delayed = true;
}

std::string ClientLogin::translated(Bytes outcome)
{
    if (_state == State::refused)
        return {};
    if (_state == State::greeting)
        return packetOf(0, greeting());
    if (auto facts = factsIn(outcome))
        _facts = std::move(*facts);
    else
        _facts.status = status::AUTOCOMMIT;
    return std::exchange(_before, {}) + okPacket(_number, _facts.status & status::OWN);
}

/// Other connections must know of it, too.
void ClientLogin::setMultiStatements(bool on)
{
    _capabilities &= ~capability::MULTI_STATEMENTS;
    if (on)
        _capabilities |= capability::MULTI_STATEMENTS & _offered;
    _opening.capabilities = _capabilities & OWN_CAPABILITIES;
    _logins.emplace(_authenticator, _commons, _opening, _first);
}

} // namespace proximux::mysql
