#include <proximux/system/PocoDigests.h>

#include <proximux/system/PublicKey.h>

#include <Poco/HMACEngine.h>
#include <Poco/MD5Engine.h>
#include <Poco/PBKDF2Engine.h>
#include <Poco/SHA1Engine.h>
#include <Poco/SHA2Engine.h>

#include <string>

namespace proximux
{

namespace
{

/// POCO's templates want to know its sizes.
class Sha256 : public Poco::SHA2Engine
{
public:
    enum
    {
        BLOCK_SIZE = 64,
        DIGEST_SIZE = auth::Digests::SHA256_SIZE
    };
};

using Hmac = Poco::HMACEngine<Sha256>;

template <class Engine>
std::string digestBy(Engine& engine, Bytes text)
{
    engine.update(text.data(), text.size());
    const Poco::DigestEngine::Digest& digest = engine.digest();
    return {digest.begin(), digest.end()};
}

class PocoDigests : public auth::Digests
{
public:
    [[nodiscard]] std::string md5(Bytes text) const override
    {
        Poco::MD5Engine engine;
        return digestBy(engine, text);
    }

    [[nodiscard]] std::string sha1(Bytes text) const override
    {
        Poco::SHA1Engine engine;
        return digestBy(engine, text);
    }

    [[nodiscard]] std::string sha256(Bytes text) const override
    {
        Sha256 engine;
        return digestBy(engine, text);
    }

    [[nodiscard]] std::string hmacSha256(Bytes key, Bytes text) const override
    {
        Hmac engine(key.data(), key.size());
        return digestBy(engine, text);
    }

    [[nodiscard]] std::string pbkdf2(Bytes password, Bytes salt, unsigned rounds) const override
    {
        Poco::PBKDF2Engine<Hmac> engine(std::string(salt), rounds);
        return digestBy(engine, password);
    }

    [[nodiscard]] std::string encrypted(Bytes publicKey, Bytes text) const override
    {
        return encryptedFor(publicKey, text);
    }
};

} // namespace

const auth::Digests& digests()
{
    static const PocoDigests ALL;
    return ALL;
}

} // namespace proximux
