#pragma once

#include <proximux/Bytes.h>
#include <proximux/auth/Digests.h>

#include <optional>
#include <string>

namespace proximux::auth
{

// Two ways to prove a password to a server that has said a nonce, and keeps only the digest of a digest of it. What is
// said is that first digest, covered by one of the nonce and the second; whoever has the second can take it off.
//
//     native   SHA-1      scramble = key ^ SHA1(nonce + verifier)        key = SHA1(password)
//     sha2     SHA-256    scramble = key ^ SHA256(verifier + nonce)      verifier = the same of the key

enum class ScrambleKind
{
    native,
    sha2
};

/// Bytes of a scramble, a key and a verifier.
constexpr std::size_t scrambleSize(ScrambleKind kind)
{
    return kind == ScrambleKind::native ? Digests::SHA1_SIZE : Digests::SHA256_SIZE;
}

/// What somebody who knows the password has of it.
std::string scrambleKey(const Digests& digests, ScrambleKind kind, Bytes password);

/// What a server keeps of that.
std::string scrambleVerifier(const Digests& digests, ScrambleKind kind, Bytes key);

/// What is said to prove it.
std::string scrambled(const Digests& digests, ScrambleKind kind, Bytes key, Bytes nonce);

/// The key of somebody who has said this; nothing: it proves nothing.
std::optional<std::string> keyProven(const Digests& digests, ScrambleKind kind, Bytes verifier, Bytes scramble,
                                     Bytes nonce);

} // namespace proximux::auth
