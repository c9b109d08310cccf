#include <proximux/system/PublicKey.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>

namespace proximux
{

namespace
{

template <auto FREE>
struct Freed
{
    template <class T>
    void operator()(T* object) const
    {
        FREE(object);
    }
};

using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using KeyUse = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;

const unsigned char* start(Bytes text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string encryptedWith(EVP_PKEY* key, Bytes text)
{
    const KeyUse use(EVP_PKEY_CTX_new(key, nullptr));
    std::size_t size = 0;
    if (use == nullptr || EVP_PKEY_encrypt_init(use.get()) <= 0 ||
        EVP_PKEY_CTX_set_rsa_padding(use.get(), RSA_PKCS1_OAEP_PADDING) <= 0 ||
        EVP_PKEY_encrypt(use.get(), nullptr, &size, start(text), text.size()) <= 0)
        return {};
    std::string made(size, '\0');
    if (EVP_PKEY_encrypt(use.get(), reinterpret_cast<unsigned char*>(made.data()), &size, start(text), text.size()) <=
        0)
        return {};
    made.resize(size);
    return made;
}

} // namespace

std::string encryptedFor(Bytes publicKey, Bytes text)
{
    const Bio source(BIO_new_mem_buf(publicKey.data(), static_cast<int>(publicKey.size())));
    const auto noPassword = [](char*, int, int, void*) { return -1; }; // else somebody is asked for one
    const Key key(source != nullptr ? PEM_read_bio_PUBKEY(source.get(), nullptr, noPassword, nullptr) : nullptr);
    std::string made = key != nullptr ? encryptedWith(key.get(), text) : std::string();
    ERR_clear_error(); // of what was refused nothing is left for TLS
    return made;
}

} // namespace proximux
