#pragma once

// What the contexts of both sides share. Only TlsOpenSsl*.cpp include this header.

#include <proximux/net/TlsOpenSsl.h>

#include <optional>
#include <string>
#include <vector>

namespace proximux::openssl
{

/// Names of protocols as ALPN has them: each behind its length.
std::string protocolList(const std::vector<std::string>& names);

/// Makes a context from settings and the files that they name. What is wrong with one is a mistake of its setting, and
/// the others are read all the same.
class ContextMaker
{
public:
    explicit ContextMaker(const SSL_METHOD* method);

    /// Versions and ciphers.
    void useCommon(const TlsSettings& settings);

    /// The certificate, with its chain, and its key. keyFile empty: the key is in the file of the certificate.
    void useCertificate(const std::string& file, const std::string& keyFile);

    /// Whose signatures are trusted. key: the setting. Empty: the system's.
    void useTrusted(const std::string& key, const std::string& path);

    /// What was revoked.
    void useRevoked(const std::string& key, const std::string& file);

    void refuse(const std::string& key, const std::string& text) { _mistakes.push_back({key, text}); }

    [[nodiscard]] SSL_CTX* context() const { return _context.get(); }
    [[nodiscard]] const std::string& fingerprint() const { return _fingerprint; }
    [[nodiscard]] const std::vector<TlsMistake>& mistakes() const { return _mistakes; }

    /// That is shown, or none.
    [[nodiscard]] const std::vector<TlsCertificate>& certificates() const { return _certificates; }

    /// The context; no further call follows.
    Owned<SSL_CTX> take() { return std::move(_context); }

private:
    void note(const std::string& file, const X509* certificate);
    std::optional<std::string> read(const std::string& key, const std::string& file);

    Owned<SSL_CTX> _context;
    std::string _fingerprint; ///< of all files so far
    std::vector<TlsMistake> _mistakes;
    std::vector<TlsCertificate> _certificates;
};

} // namespace proximux::openssl
