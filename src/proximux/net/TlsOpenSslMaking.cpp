// Tls: certificates of our own making, by OpenSSL.

#include <proximux/net/TlsOpenSsl.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <Poco/Exception.h>

#include <cstdint>

namespace proximux
{

namespace openssl
{

namespace
{

constexpr long HOUR = 3600; ///< in seconds

/// Clocks of machines differ: it is valid from an hour ago.
void setDates(X509* certificate, int days)
{
    X509_gmtime_adj(X509_getm_notBefore(certificate), -HOUR);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 24 * HOUR * days);
}

/// Programs that remember certificates take two with one number and one issuer for a forgery.
bool setNumber(X509* certificate)
{
    std::uint32_t number = 0;
    return RAND_bytes(reinterpret_cast<unsigned char*>(&number), sizeof number) == 1 &&
           ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), number) == 1;
}

bool setNames(X509* certificate, const std::string& commonName, const std::string& names)
{
    X509_NAME* const subject = X509_get_subject_name(certificate);
    if (X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(commonName.c_str()), -1, -1, 0) != 1 ||
        X509_set_issuer_name(certificate, subject) != 1)
        return false;
    if (names.empty())
        return true;
    const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str()));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

std::string pemOf(X509* certificate, EVP_PKEY* key)
{
    const Owned<BIO> memory(BIO_new(BIO_s_mem()));
    char* text = nullptr;
    if (!memory || PEM_write_bio_X509(memory.get(), certificate) != 1 ||
        PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return {};
    const long size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

} // namespace

} // namespace openssl

namespace tls
{

std::string makeCertificate(const std::string& commonName, const std::string& names, int days)
{
    const openssl::Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
    const openssl::Owned<X509> made(X509_new());
    if (key && made && X509_set_version(made.get(), X509_VERSION_3) == 1 && openssl::setNumber(made.get()) &&
        X509_set_pubkey(made.get(), key.get()) == 1 && openssl::setNames(made.get(), commonName, names))
    {
        openssl::setDates(made.get(), days);
        if (X509_sign(made.get(), key.get(), EVP_sha256()) != 0)
            if (std::string pem = openssl::pemOf(made.get(), key.get()); !pem.empty())
                return pem;
    }
    throw Poco::RuntimeException("no certificate can be made: " + openssl::takeErrorText("out of memory"));
}

} // namespace tls

} // namespace proximux
