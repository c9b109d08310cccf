#pragma once

#include <proximux/Bytes.h>

#include <string>

namespace proximux::auth
{

/// The hash functions that logins need. The core has none of its own: who wires it up lends them. Any thread.
class Digests
{
public:
    static constexpr std::size_t MD5_SIZE = 16;    ///< bytes
    static constexpr std::size_t SHA1_SIZE = 20;   ///< bytes
    static constexpr std::size_t SHA256_SIZE = 32; ///< bytes

    Digests() = default;
    Digests(const Digests&) = delete;
    Digests& operator=(const Digests&) = delete;
    virtual ~Digests() = default;

    [[nodiscard]] virtual std::string md5(Bytes text) const = 0;
    [[nodiscard]] virtual std::string sha1(Bytes text) const = 0;
    [[nodiscard]] virtual std::string sha256(Bytes text) const = 0;
    [[nodiscard]] virtual std::string hmacSha256(Bytes key, Bytes text) const = 0;

    /// PBKDF2 with HMAC-SHA-256 (RFC 8018), of SHA256_SIZE bytes. Milliseconds for the usual 4,096 rounds.
    [[nodiscard]] virtual std::string pbkdf2(Bytes password, Bytes salt, unsigned rounds) const = 0;

    /// The text for the owner of this public key alone: RSA with OAEP (RFC 8017), the key as PEM. Empty: it can't be
    /// made.
    [[nodiscard]] virtual std::string encrypted(Bytes publicKey, Bytes text) const = 0;
};

} // namespace proximux::auth
