#include <proximux/auth/Authenticator.h>

#include <proximux/auth/Base64.h>

#include <utility>

namespace proximux::auth
{

namespace
{

constexpr std::size_t SALT_SIZE = 16; ///< bytes
constexpr unsigned ROUNDS = 4096;     ///< as PostgreSQL's
constexpr Bytes MD5 = "md5";

} // namespace

void Authenticator::change(Settings settings)
{
    _settings = std::move(settings);
    _verifiers.clear();
    _keys.clear();
}

const Secret* Authenticator::find(Bytes name, const Secret* found) const
{
    const Secret* listed = _settings.users != nullptr ? _settings.users->find(name) : nullptr;
    return listed != nullptr ? listed : found;
}

const Lookup* Authenticator::lookupFor(Bytes name) const
{
    const Lookup& lookup = _settings.lookup;
    const bool asks = !lookup.query.empty() && _settings.method != Method::trust && find(name) == nullptr;
    return asks && name != lookup.user ? &lookup : nullptr;
}

// ------------------------------------------------------------------------------------------------ clients

bool Authenticator::mayTrust(Bytes name) const
{
    return _settings.users == nullptr || find(name) != nullptr;
}

Method Authenticator::methodFor(Bytes name, const Secret* found) const
{
    const Secret* secret = find(name, found);
    const bool isDigest = secret != nullptr && secret->kind == Secret::Kind::md5;
    const bool isVerifier = secret != nullptr && secret->kind == Secret::Kind::scram;
    switch (_settings.method)
    {
    case Method::automatic:
        return isDigest ? Method::md5 : Method::scram;
    case Method::md5:
        return isVerifier ? Method::scram : Method::md5; // as PostgreSQL's method of this name
    default:
        return _settings.method;
    }
}

Verifier Authenticator::verifierFor(Bytes name, const Secret* found)
{
    const Secret* secret = find(name, found);
    if (secret != nullptr && secret->kind == Secret::Kind::scram)
        return secret->verifier;
    if (secret == nullptr || secret->kind != Secret::Kind::clear)
    {
        const std::string salt = _digests.hmacSha256(_key, "salt of " + std::string(name)).substr(0, SALT_SIZE);
        return {ROUNDS, salt, bytes(Digests::SHA256_SIZE), bytes(Digests::SHA256_SIZE)};
    }
    const std::string place = std::string(name) + '\0' + secret->text;
    auto made = _verifiers.find(place);
    if (made == _verifiers.end())
    {
        if (_verifiers.size() >= MOST_KEPT)
            _verifiers.clear();
        const std::string salt = _digests.hmacSha256(_key, "salt of " + std::string(name)).substr(0, SALT_SIZE);
        const ScramKeys keys = scramKeys(_digests, secret->text, salt, ROUNDS);
        made = _verifiers.emplace(place, verifierOf(_digests, keys, salt, ROUNDS)).first;
    }
    return made->second;
}

bool Authenticator::isPassword(Bytes name, Bytes password, const Secret* found) const
{
    const Secret* secret = find(name, found);
    if (secret == nullptr || secret->kind == Secret::Kind::none)
        return false;
    if (secret->kind == Secret::Kind::clear)
        return areEqual(secret->text, password);
    if (secret->kind == Secret::Kind::md5)
        return areEqual(secret->text,
                        std::string(MD5) + hexadecimal(_digests.md5(std::string(password) + std::string(name))));
    if (secret->kind != Secret::Kind::scram)
        return false;
    const Verifier& verifier = secret->verifier;
    const ScramKeys keys = scramKeys(_digests, password, verifier.salt, verifier.rounds);
    return areEqual(_digests.sha256(keys.clientKey), verifier.storedKey);
}

/// "md5" and the digest of password and name; empty: it cannot be made.
std::string Authenticator::md5Of(const Secret& secret, Bytes name) const
{
    if (secret.kind == Secret::Kind::md5)
        return secret.text;
    if (secret.kind == Secret::Kind::clear)
        return std::string(MD5) + hexadecimal(_digests.md5(secret.text + std::string(name)));
    return {};
}

bool Authenticator::isMd5Answer(Bytes name, Bytes answer, Bytes salt, const Secret* found) const
{
    const Secret* secret = find(name, found);
    if (secret == nullptr)
        return false;
    const auto expected = md5Answer({std::string(name), *secret, true, std::nullopt, {}}, salt);
    return expected && areEqual(*expected, answer);
}

ScrambleKind Authenticator::scrambleFor(Bytes name, ScrambleKind preferred) const
{
    if (_settings.method == Method::native)
        return ScrambleKind::native;
    if (_settings.method == Method::sha2)
        return ScrambleKind::sha2;
    const Secret* secret = find(name);
    if (secret != nullptr && secret->kind == Secret::Kind::native)
        return ScrambleKind::native;
    if (secret != nullptr && secret->kind == Secret::Kind::sha2)
        return ScrambleKind::sha2;
    return preferred;
}

std::optional<std::string> Authenticator::keyOfScramble(Bytes name, ScrambleKind kind, Bytes scramble,
                                                        Bytes nonce) const
{
    const Secret* secret = find(name);
    const auto known = kind == ScrambleKind::native ? Secret::Kind::native : Secret::Kind::sha2;
    std::string verifier(scrambleSize(kind), '\0');
    bool isKnown = secret != nullptr && secret->kind == known;
    if (isKnown)
        verifier = secret->scrambles;
    else if (secret != nullptr && secret->kind == Secret::Kind::clear)
    {
        verifier = scrambleVerifier(_digests, kind, scrambleKey(_digests, kind, secret->text));
        isKnown = true;
    }
    auto key = keyProven(_digests, kind, verifier, scramble, nonce);
    return isKnown ? key : std::nullopt;
}

// ------------------------------------------------------------------------------------------------ targets

Identity Authenticator::identityAt(std::size_t target, Bytes name, const std::optional<ScramKeys>& proven,
                                   const Secret* found) const
{
    Identity identity;
    identity.name = name;
    if (target < _settings.targets.size() && !_settings.targets[target].username.empty())
    {
        identity.name = _settings.targets[target].username;
        identity.secret.text = _settings.targets[target].password;
        identity.isKnown = !identity.secret.text.empty();
    }
    const bool isItself = identity.name == name;
    const Secret* secret = identity.isKnown ? nullptr : find(identity.name, isItself ? found : nullptr);
    if (secret != nullptr)
    {
        identity.secret = *secret;
        identity.isKnown = true;
        identity.proven = isItself ? proven : std::nullopt;
    }
    return identity;
}

std::optional<ScramKeys> Authenticator::keysOf(const Identity& identity, Bytes salt, unsigned rounds)
{
    const Secret& secret = identity.secret;
    if (identity.isKnown && secret.kind == Secret::Kind::scram && identity.proven && secret.verifier.salt == salt &&
        secret.verifier.rounds == rounds)
        return identity.proven;
    if (!identity.isKnown || secret.kind != Secret::Kind::clear)
        return std::nullopt;
    const std::string place =
        _digests.sha256(identity.name + '\0' + secret.text + '\0' + std::string(salt)) + std::to_string(rounds);
    auto found = _keys.find(place);
    if (found == _keys.end())
    {
        if (_keys.size() >= MOST_KEPT)
            _keys.clear();
        found = _keys.emplace(place, scramKeys(_digests, secret.text, salt, rounds)).first;
    }
    return found->second;
}

std::optional<std::string> Authenticator::md5Answer(const Identity& identity, Bytes salt) const
{
    const std::string digest = identity.isKnown ? md5Of(identity.secret, identity.name) : "";
    if (digest.empty())
        return std::nullopt;
    return std::string(MD5) + hexadecimal(_digests.md5(digest.substr(MD5.size()) + std::string(salt)));
}

std::optional<std::string> Authenticator::scrambleOf(const Identity& identity, ScrambleKind kind, Bytes nonce) const
{
    const Secret& secret = identity.secret;
    if (!identity.isKnown)
        return std::nullopt;
    if (secret.kind == Secret::Kind::clear)
        return scrambled(_digests, kind, scrambleKey(_digests, kind, secret.text), nonce);
    const auto known = kind == ScrambleKind::native ? Secret::Kind::native : Secret::Kind::sha2;
    if (secret.kind != known || identity.provenKey.size() != scrambleSize(kind))
        return std::nullopt;
    return scrambled(_digests, kind, identity.provenKey, nonce);
}

// ------------------------------------------------------------------------------------------------- chance

std::string Authenticator::nonce()
{
    constexpr std::size_t SIZE = 18; // bytes: 24 digits
    return base64(bytes(SIZE));
}

std::string Authenticator::bytes(std::size_t n)
{
    return _digests.hmacSha256(_key, "number " + std::to_string(++_count)).substr(0, n);
}

} // namespace proximux::auth
