// Tls: certificates and rules, by OpenSSL.

#include <proximux/net/TlsOpenSslContext.h>

#include <proximux/system/SystemError.h>

#include <Poco/Exception.h>
#include <Poco/File.h>
#include <Poco/FileStream.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <cstdint>
#include <iterator>
#include <new>
#include <utility>

namespace proximux::openssl
{

namespace
{

/// There is nobody to be asked for the passphrase of a key.
int onPassphrase(char*, int, int, void*)
{
    return -1;
}

Owned<BIO> over(const std::string& content)
{
    Owned<BIO> memory(BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
    if (!memory)
        throw std::bad_alloc();
    return memory;
}

Owned<X509> certificateIn(BIO* memory)
{
    return Owned<X509>(PEM_read_bio_X509_AUX(memory, nullptr, onPassphrase, nullptr));
}

std::string digestOf(const std::string& before, const std::string& content)
{
    const std::string all = before + content;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(all.data(), all.size(), digest.data(), &size, EVP_sha256(), nullptr);
    return {reinterpret_cast<const char*>(digest.data()), size};
}

/// When the certificate ends, in seconds since 1970.
std::int64_t endOf(const X509* certificate)
{
    const Owned<ASN1_TIME> epoch(ASN1_TIME_set(nullptr, 0));
    int days = 0;
    int seconds = 0;
    if (!epoch || ASN1_TIME_diff(&days, &seconds, epoch.get(), X509_get0_notAfter(certificate)) != 1)
        return 0; // no time that anybody understands: nobody will trust it
    return std::int64_t{days} * 86400 + seconds;
}

} // namespace

std::string protocolList(const std::vector<std::string>& names)
{
    std::string list;
    for (const std::string& name : names)
        list += static_cast<char>(name.size()) + name;
    return list;
}

ContextMaker::ContextMaker(const SSL_METHOD* method)
    : _context(SSL_CTX_new(method))
{
    if (!_context)
        throw std::bad_alloc();
    SSL_CTX_set_mode(context(),
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(context(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
}

void ContextMaker::useCommon(const TlsSettings& settings)
{
    const bool isNew = settings.minVersion == TlsVersion::tls13;
    SSL_CTX_set_min_proto_version(context(), isNew ? TLS1_3_VERSION : TLS1_2_VERSION);
    if (SSL_CTX_set_cipher_list(context(), settings.ciphers.c_str()) != 1)
        refuse("tls_ciphers",
               "OpenSSL knows no cipher of this list; expected one such as " + std::string(TlsSettings::CIPHERS));
    if (!settings.ciphersuites.empty() && SSL_CTX_set_ciphersuites(context(), settings.ciphersuites.c_str()) != 1)
        refuse("tls_ciphersuites", "not a list of cipher suites; expected one such as TLS_AES_256_GCM_SHA384:"
                                   "TLS_CHACHA20_POLY1305_SHA256");
    ERR_clear_error();
}

void ContextMaker::useCertificate(const std::string& file, const std::string& keyFile)
{
    auto chain = read("tls_certificate", file);
    if (!chain)
        return;
    const Owned<BIO> memory = over(*chain);
    Owned<X509> certificate = certificateIn(memory.get());
    if (!certificate || SSL_CTX_use_certificate(context(), certificate.get()) != 1)
        return refuse("tls_certificate", file + " holds no usable certificate (" + takeErrorText("none") +
                                             "); expected a PEM file with the certificate and its chain");
    note(file, certificate.get());
    while ((certificate = certificateIn(memory.get())))
    {
        SSL_CTX_add1_chain_cert(context(), certificate.get());
        note(file, certificate.get());
    }
    ERR_clear_error(); // the end of the file is one
    const std::string setting = keyFile.empty() ? "tls_certificate" : "tls_key";
    auto text = keyFile.empty() ? chain : read(setting, keyFile);
    if (!text)
        return;
    const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(over(*text).get(), nullptr, onPassphrase, nullptr));
    OPENSSL_cleanse(text->data(), text->size());
    OPENSSL_cleanse(chain->data(), chain->size());
    if (!key)
        refuse(setting, (keyFile.empty() ? file : keyFile) +
                            " holds no private key without a passphrase; expected a PEM file with one" +
                            (keyFile.empty() ? ", or tls_key" : ""));
    else if (SSL_CTX_use_PrivateKey(context(), key.get()) != 1)
        refuse(setting, (keyFile.empty() ? file : keyFile) + " holds the key of another certificate than " + file +
                            "; expected its own");
    ERR_clear_error();
}

/// Of a chain the one that ends first.
void ContextMaker::note(const std::string& file, const X509* certificate)
{
    TlsCertificate noted{file, nameOf(X509_get_subject_name(certificate)), endOf(certificate)};
    if (_certificates.empty())
        _certificates.push_back(std::move(noted));
    else if (noted.ends < _certificates.front().ends)
        _certificates.front() = std::move(noted);
}

void ContextMaker::useTrusted(const std::string& key, const std::string& path)
{
    if (path.empty())
    {
        SSL_CTX_set_default_verify_paths(context());
        return ERR_clear_error(); // a system without trusted certificates trusts nobody
    }
    const Poco::File file(path);
    if (file.exists() && file.isDirectory())
    {
        if (SSL_CTX_load_verify_locations(context(), nullptr, path.c_str()) != 1)
            refuse(key, path + ": " + takeErrorText("cannot be used") + "; expected a folder of certificates");
        return;
    }
    const auto content = read(key, path);
    if (!content)
        return;
    const Owned<BIO> memory = over(*content);
    std::size_t count = 0;
    for (; const Owned<X509> certificate = certificateIn(memory.get()); ++count)
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context()), certificate.get());
    ERR_clear_error();
    if (count == 0)
        refuse(key, path + " holds no certificate; expected a PEM file, or a folder of certificates");
}

void ContextMaker::useRevoked(const std::string& key, const std::string& file)
{
    if (file.empty())
        return;
    const auto content = read(key, file);
    if (!content)
        return;
    const Owned<BIO> memory = over(*content);
    X509_STORE* const store = SSL_CTX_get_cert_store(context());
    std::size_t count = 0;
    for (; const Owned<X509_CRL> crl{PEM_read_bio_X509_CRL(memory.get(), nullptr, onPassphrase, nullptr)}; ++count)
        X509_STORE_add_crl(store, crl.get());
    ERR_clear_error();
    if (count == 0)
        return refuse(key, file + " holds no list of revoked certificates; expected a PEM file of them");
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
}

/// The whole of a file. Where it cannot be read, that is a mistake of this setting.
std::optional<std::string> ContextMaker::read(const std::string& key, const std::string& file)
{
    constexpr std::size_t MOST = 16U << 20U;
    try
    {
        if (const Poco::File found(file); found.exists() && (found.isDirectory() || found.getSize() > MOST))
        {
            refuse(key, file + ": a folder, or larger than 16 MiB; expected a PEM file");
            return std::nullopt;
        }
        Poco::FileInputStream stream(file);
        std::string content{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
        _fingerprint = digestOf(_fingerprint, content);
        return content;
    }
    catch (const Poco::Exception& exception)
    {
        refuse(key, file + " cannot be read: " + systemerror::reason(exception) + "; expected a PEM file");
        return std::nullopt;
    }
}

} // namespace proximux::openssl
