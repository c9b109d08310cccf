#include <proximux/auth/Scrambles.h>

#include <proximux/auth/Base64.h>
#include <proximux/auth/Covered.h>

namespace proximux::auth
{

namespace
{

std::string digestOf(const Digests& digests, ScrambleKind kind, Bytes text)
{
    return kind == ScrambleKind::native ? digests.sha1(text) : digests.sha256(text);
}

/// What covers the key.
std::string coverOf(const Digests& digests, ScrambleKind kind, Bytes verifier, Bytes nonce)
{
    std::string text(kind == ScrambleKind::native ? nonce : verifier);
    text += kind == ScrambleKind::native ? verifier : nonce;
    return digestOf(digests, kind, text);
}

} // namespace

std::string scrambleKey(const Digests& digests, ScrambleKind kind, Bytes password)
{
    return digestOf(digests, kind, password);
}

std::string scrambleVerifier(const Digests& digests, ScrambleKind kind, Bytes key)
{
    return digestOf(digests, kind, key);
}

std::string scrambled(const Digests& digests, ScrambleKind kind, Bytes key, Bytes nonce)
{
    return covered(key, coverOf(digests, kind, scrambleVerifier(digests, kind, key), nonce));
}

std::optional<std::string> keyProven(const Digests& digests, ScrambleKind kind, Bytes verifier, Bytes scramble,
                                     Bytes nonce)
{
    if (scramble.size() != scrambleSize(kind) || verifier.size() != scrambleSize(kind))
        return std::nullopt;
    std::string key = covered(scramble, coverOf(digests, kind, verifier, nonce));
    if (!areEqual(scrambleVerifier(digests, kind, key), verifier))
        return std::nullopt;
    return key;
}

} // namespace proximux::auth
