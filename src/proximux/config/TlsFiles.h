#pragma once

#include <proximux/Configuration.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace proximux
{

/// A setting of TLS that cannot be used.
struct TlsMistake
{
    std::string key;        ///< without its section: "tls_ca"
    std::string text;       ///< what is wrong and what is expected
    std::size_t number = 0; ///< the target's, from 1; 0: of local

    /// The setting, with an N for the number of a target.
    [[nodiscard]] std::string setting() const { return (number == 0 ? "local." : "target.N.") + key; }

    /// "target.2.tls_ca: /none cannot be read ..."
    [[nodiscard]] std::string toString() const
    {
        return (number == 0 ? "local." : "target." + std::to_string(number) + ".") + key + ": " + text;
    }
};

inline bool operator==(const TlsMistake& a, const TlsMistake& b)
{
    return a.key == b.key && a.text == b.text && a.number == b.number;
}

/// A context, or why it cannot be made.
struct TlsResult
{
    std::shared_ptr<TlsContext> context;
    std::string fingerprint; ///< of what is in the files
    std::vector<TlsMistake> mistakes;
};

/// What the library of TLS does with settings, in net/TlsOpenSsl*.cpp; or net/TlsNone.cpp, where there is none.
namespace tls
{

/// Whether there is one.
bool isBuiltIn();

/// Reads the files of a target. host: its name or address, unless the settings have a name.
TlsResult forTarget(const TargetTls& settings, const std::string& host);

/// Reads the files for clients.
TlsResult forClients(const LocalTls& settings);

/// A new certificate that has signed itself, and behind it its key, as a PEM file has them. names: alternative ones, as
/// "DNS:a.example,IP:127.0.0.1"; empty: none. days: until it expires. Throws Poco::RuntimeException where there is
/// none, or no such library.
std::string makeCertificate(const std::string& commonName, const std::string& names, int days);

} // namespace tls

/// What tells whether files of TLS that the configuration names have changed, without a look into them (fileStamp()).
std::string stampOfTlsFiles(const Configuration& configuration);

/// Reads the files of clients and targets that have TLS, and stores their contexts. Returns what is wrong.
std::vector<TlsMistake> readTlsFiles(Configuration& configuration);

/// Whether a connection that was opened for the one is as the other wants it, the content of the files included.
bool isSecuredAlike(const TargetTls& a, const TargetTls& b);

} // namespace proximux
