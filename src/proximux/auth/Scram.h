#pragma once

#include <proximux/Bytes.h>
#include <proximux/auth/Digests.h>
#include <proximux/auth/UserList.h>

#include <functional>
#include <optional>
#include <string>

namespace proximux::auth
{

// SCRAM-SHA-256 (RFC 5802, RFC 7677). The server's side has no channel binding.

constexpr Bytes SCRAM_SHA_256 = "SCRAM-SHA-256";           ///< its name
constexpr Bytes SCRAM_SHA_256_PLUS = "SCRAM-SHA-256-PLUS"; ///< likewise, bound to a TLS connection

/// How a login is tied to the connection that it is said on: what its first message begins with, and what is proven.
struct ScramChannel
{
    Bytes header = "n,,";  ///< fixed text
    std::string data = {}; ///< tls-server-end-point (RFC 5929)
};

constexpr Bytes BOUND_TO_SERVER = "p=tls-server-end-point,,";
constexpr Bytes COULD_BE_BOUND = "y,,"; ///< and the server has not offered that

/// What a side that logs in needs of its password.
struct ScramKeys
{
    std::string clientKey;
    std::string serverKey;
};

/// The keys of a password. Takes milliseconds: see Digests::pbkdf2().
ScramKeys scramKeys(const Digests& digests, Bytes password, Bytes salt, unsigned rounds);

/// What a server keeps of them.
Verifier verifierOf(const Digests& digests, const ScramKeys& keys, Bytes salt, unsigned rounds);

/// The side that lets somebody in. Its messages in order: first, the client's; then its last.
class ScramServer
{
public:
    /// nonce: printable, without a comma, that nobody can guess. The digests must outlive it.
    ScramServer(const Digests& digests, Verifier verifier, std::string nonce)
        : _digests(digests)
        , _verifier(std::move(verifier))
        , _nonce(std::move(nonce))
    {
    }

    /// The reply to the client's first message; nothing: it is invalid.
    std::optional<std::string> begin(Bytes clientFirst);

    /// The reply to its last; nothing: it is invalid, or proves nothing.
    std::optional<std::string> end(Bytes clientFinal);

    /// What the client has proven to know, with which one can log in elsewhere as that user. Valid behind end().
    [[nodiscard]] ScramKeys proven() const { return {_clientKey, _verifier.serverKey}; }

private:
    const Digests& _digests;
    Verifier _verifier;
    std::string _nonce;
    std::string _header; ///< of the client's first message
    std::string _said;   ///< both first messages
    std::string _clientKey;
};

/// The side that logs in.
class ScramClient
{
public:
    /// Finds the keys for this salt and these rounds; nothing: there are none.
    using FindKeys = std::function<std::optional<ScramKeys>(Bytes salt, unsigned rounds)>;

    /// nonce: as above. The digests must outlive it.
    ScramClient(const Digests& digests, const std::string& nonce, FindKeys findKeys, ScramChannel channel = {});

    [[nodiscard]] std::string begin() const { return std::string(_channel.header) + _first; }

    /// The reply to the server's first message; nothing: it is invalid, or there are no keys for it.
    std::optional<std::string> prove(Bytes serverFirst);

    /// Whether the server's last message shows that it knows the password, too.
    [[nodiscard]] bool isGenuine(Bytes serverFinal) const;

private:
    const Digests& _digests;
    std::string _nonce;
    std::string _first;
    FindKeys _findKeys;
    ScramChannel _channel;
    std::string _signature; ///< expected of the server
};

} // namespace proximux::auth
