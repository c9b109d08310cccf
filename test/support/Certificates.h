#pragma once

#include <Poco/FileStream.h>
#include <Poco/TemporaryFile.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace proximux
{

/// A certificate that has signed itself, with its key, in a file that goes with it.
class CertificateFile
{
public:
    /// names: alternative ones, as "DNS:a.test,IP:127.0.0.1"; empty: none. days: until it expires.
    explicit CertificateFile(const std::string& commonName, const std::string& names = "", long days = 1)
    {
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
        const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), X509_free);
        X509_set_version(made.get(), X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
        X509_gmtime_adj(X509_getm_notAfter(made.get()), days * 86400);
        X509_set_pubkey(made.get(), key.get());
        X509_NAME* const name = X509_get_subject_name(made.get());
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(commonName.c_str()), -1, -1, 0);
        X509_set_issuer_name(made.get(), name);
        if (!names.empty())
            addNames(made.get(), names);
        if (X509_sign(made.get(), key.get(), EVP_sha256()) == 0)
            throw std::runtime_error("no certificate");
        const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), BIO_free);
        PEM_write_bio_X509(memory.get(), made.get());
        PEM_write_bio_PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
        char* text = nullptr;
        const long size = BIO_get_mem_data(memory.get(), &text);
        Poco::FileOutputStream(_file.path()).write(text, size);
    }

    [[nodiscard]] std::string path() const { return _file.path(); }

private:
    static void addNames(X509* certificate, const std::string& names)
    {
        X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }

    Poco::TemporaryFile _file;
};

} // namespace proximux
