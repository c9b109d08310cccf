#include <proximux/auth/Scram.h>

#include <proximux/auth/Base64.h>
#include <proximux/auth/Covered.h>
#include <proximux/base/Decimal.h>

#include <algorithm>
#include <utility>

namespace proximux::auth
{

namespace
{

constexpr unsigned MOST_ROUNDS = 99999; ///< more would keep everybody waiting

/// The value of the attribute with this name, which must come next: "r=..." up to a comma. Takes it.
std::optional<Bytes> take(Bytes& message, char name)
{
    if (message.size() < 2 || message[0] != name || message[1] != '=')
        return std::nullopt;
    const Bytes value = message.substr(2, message.find(',') == Bytes::npos ? Bytes::npos : message.find(',') - 2);
    message.remove_prefix(std::min(value.size() + 3, message.size()));
    return value;
}

} // namespace

ScramKeys scramKeys(const Digests& digests, Bytes password, Bytes salt, unsigned rounds)
{
    const std::string salted = digests.pbkdf2(password, salt, rounds);
    return {digests.hmacSha256(salted, "Client Key"), digests.hmacSha256(salted, "Server Key")};
}

Verifier verifierOf(const Digests& digests, const ScramKeys& keys, Bytes salt, unsigned rounds)
{
    return {rounds, std::string(salt), digests.sha256(keys.clientKey), keys.serverKey};
}

std::optional<std::string> ScramServer::begin(Bytes clientFirst)
{
    const std::size_t end = clientFirst.size() < 3 ? Bytes::npos : clientFirst.find(',', 2);
    const Bytes header = end == Bytes::npos ? Bytes() : clientFirst.substr(0, end + 1);
    if (header != "n,," && header != "y,,")
        return std::nullopt; // channel binding was not offered, and nobody may act as somebody else
    Bytes rest = clientFirst.substr(header.size());
    const std::string bare(rest);
    const auto name = take(rest, 'n'); // that of the startup message counts
    const auto nonce = name ? take(rest, 'r') : std::nullopt;
    if (!nonce || nonce->empty())
        return std::nullopt;
    _header = header;
    _nonce = std::string(*nonce) + _nonce;
    std::string reply = "r=" + _nonce + ",s=" + base64(_verifier.salt) + ",i=" + std::to_string(_verifier.rounds);
    _said = bare + "," + reply;
    return reply;
}

std::optional<std::string> ScramServer::end(Bytes clientFinal)
{
    const std::size_t at = clientFinal.rfind(",p=");
    if (at == Bytes::npos)
        return std::nullopt;
    Bytes rest = clientFinal;
    const auto binding = take(rest, 'c');
    const auto nonce = binding ? take(rest, 'r') : std::nullopt;
    const auto proof = fromBase64(clientFinal.substr(at + 3));
    if (!nonce || *binding != base64(_header) || *nonce != _nonce || !proof || proof->size() != Digests::SHA256_SIZE)
        return std::nullopt;
    _said.append(",").append(clientFinal.substr(0, at));
    _clientKey = covered(*proof, _digests.hmacSha256(_verifier.storedKey, _said));
    if (!areEqual(_digests.sha256(_clientKey), _verifier.storedKey))
        return std::nullopt;
    return "v=" + base64(_digests.hmacSha256(_verifier.serverKey, _said));
}

ScramClient::ScramClient(const Digests& digests, const std::string& nonce, FindKeys findKeys, ScramChannel channel)
    : _digests(digests)
    , _nonce(nonce)
    , _first("n=,r=" + nonce)
    , _findKeys(std::move(findKeys))
    , _channel(std::move(channel))
{
}

std::optional<std::string> ScramClient::prove(Bytes serverFirst)
{
    Bytes rest = serverFirst;
    const auto nonce = take(rest, 'r');
    const auto salt = nonce ? take(rest, 's') : std::nullopt;
    const auto rounds = salt ? take(rest, 'i') : std::nullopt;
    const auto bytes = salt ? fromBase64(*salt) : std::nullopt;
    const auto count = rounds ? strictDecimal(*rounds, MOST_ROUNDS) : std::nullopt;
    if (!bytes || !count || *count == 0 || nonce->size() <= _nonce.size() || nonce->substr(0, _nonce.size()) != _nonce)
        return std::nullopt;
    const auto keys = _findKeys(*bytes, *count);
    if (!keys)
        return std::nullopt;
    std::string reply = "c=" + base64(std::string(_channel.header) + _channel.data) + ",r=" + std::string(*nonce);
    const std::string said = _first + "," + std::string(serverFirst) + "," + reply;
    _signature = _digests.hmacSha256(keys->serverKey, said);
    const std::string signature = _digests.hmacSha256(_digests.sha256(keys->clientKey), said);
    return reply + ",p=" + base64(covered(keys->clientKey, signature));
}

bool ScramClient::isGenuine(Bytes serverFinal) const
{
    const auto signature = take(serverFinal, 'v');
    const auto bytes = signature ? fromBase64(*signature) : std::nullopt;
    return bytes && !_signature.empty() && areEqual(*bytes, _signature);
}

} // namespace proximux::auth
