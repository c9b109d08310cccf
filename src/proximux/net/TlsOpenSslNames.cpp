// Tls: names in certificates, by OpenSSL.

#include <proximux/net/TlsOpenSslNames.h>

#include <openssl/x509v3.h>

#include <Poco/String.h>

#include <algorithm>
#include <memory>

namespace proximux::openssl
{

namespace
{

std::string textOf(const ASN1_STRING* text)
{
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
            static_cast<std::size_t>(ASN1_STRING_length(text))};
}

struct FreeNames
{
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

/// Without regard to case.
bool matches(const std::string& name, const std::string& pattern)
{
    if (pattern.compare(0, 2, "*.") != 0)
        return Poco::icompare(name, pattern) == 0;
    const std::size_t dot = name.find('.');
    return dot != std::string::npos && dot > 0 && Poco::icompare(name.substr(dot), pattern.substr(1)) == 0;
}

} // namespace

std::vector<std::string> namesOf(const X509* certificate)
{
    std::vector<std::string> found;
    const std::unique_ptr<GENERAL_NAMES, FreeNames> names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i)
    {
        const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DNS || name->type == GEN_EMAIL || name->type == GEN_URI)
            found.push_back(textOf(name->d.ia5));
    }
    if (const std::string common = commonNameOf(certificate); !common.empty())
        found.push_back(common);
    return found;
}

std::string commonNameOf(const X509* certificate)
{
    const X509_NAME* const subject = X509_get_subject_name(certificate);
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    return at >= 0 ? textOf(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))) : "";
}

std::optional<std::string> nameAmong(const X509* certificate, const std::vector<std::string>& wanted)
{
    for (const std::string& name : namesOf(certificate))
        if (std::any_of(wanted.begin(), wanted.end(), [&name](const std::string& each) { return matches(name, each); }))
            return name;
    return std::nullopt;
}

} // namespace proximux::openssl
