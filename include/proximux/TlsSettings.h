#pragma once

#include <proximux/Instant.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace proximux
{

class TlsContext;

/// Why a handshake failed.
enum class TlsReason
{
    noSharedCipher, ///< no cipher or version in common
    unknownCa,      ///< of a certificate that nobody trusted has signed
    expired,        ///< a certificate, or not yet valid
    name,           ///< of a certificate
    certificate,    ///< otherwise
    timeout,
    notTls, ///< the peer speaks something else
    closed, ///< by the peer, or lost
    protocol
};

constexpr std::size_t TLS_REASONS = 9;

/// Versions of TLS; older ones are not supported.
enum class TlsVersion
{
    tls12,
    tls13
};

/// A certificate that is shown to peers, as its file has it.
struct TlsCertificate
{
    std::string file;
    std::string subject;   ///< whose it is: "CN=db.example,O=Example"; in a chain that of the one that ends first
    std::int64_t ends = 0; ///< seconds since 1970
};

/// The files of TLS, of the whole process. The program looks at them, the library does not.
struct TlsFileSettings
{
    Duration watch;    ///< between two looks whether they have changed; off: none
    std::string stamp; ///< of all files before they were read, to be compared; set with their contexts
};

/// What the settings of both sides have in common. The initial values equal the defaults of the table.
struct TlsSettings
{
    enum class Use
    {
        off,
        on,              ///< from the first byte
        starttls,        ///< inside of the protocol; towards clients: of those that ask for it
        starttlsRequired ///< likewise, and clients that do not ask for it are refused
    };

    static constexpr const char* CIPHERS = "HIGH:!aNULL:!kRSA:!PSK:!SRP";

    Use use = Use::off;
    TlsVersion minVersion = TlsVersion::tls12;
    std::string ciphers = CIPHERS;
    std::string ciphersuites;      ///< of TLS 1.3; empty: those of OpenSSL
    std::vector<std::string> alpn; ///< in order of preference; empty: none is negotiated

    /// Made from the files by ConfigurationLoader. Where a hand-made configuration has none, Proxy makes it.
    std::shared_ptr<TlsContext> context;
    std::string fingerprint; ///< of what is in the files; set with the context

    [[nodiscard]] bool isOn() const { return use != Use::off; }

    /// Whether it begins inside of the protocol.
    [[nodiscard]] bool startsInside() const { return use == Use::starttls || use == Use::starttlsRequired; }
};

/// TLS towards a target.
struct TargetTls : TlsSettings
{
    /// What is checked of a target's certificate.
    enum class Verify
    {
        full,  ///< who has signed it, and its name
        chain, ///< who has signed it
        none
    };

    Verify verify = Verify::full;
    std::string ca;          ///< file or folder of trusted certificates; empty: those of the system
    std::string name;        ///< that is asked for and verified; empty: the host
    std::string certificate; ///< file; empty: none is shown to the target
    std::string key;         ///< file; empty: that of the certificate
    std::string crl;         ///< file of revoked certificates; empty: none
    bool resume = true;      ///< a session is kept and resumed
};

/// TLS towards clients.
struct LocalTls : TlsSettings
{
    /// Whether clients need a certificate.
    enum class Clients
    {
        none,     ///< they are not asked for one
        optional, ///< one that they show must be good
        required
    };

    std::vector<std::string> certificates; ///< files; the first is for clients that ask for no name, or for another
    std::vector<std::string> keys;         ///< files, in the order of the certificates; empty: those have them
    bool strictSni = false;                ///< a client that asks for another name is refused
    Clients clients = Clients::none;
    std::string clientCa;                 ///< file or folder of certificates whose signatures are trusted
    std::string clientCrl;                ///< file of revoked certificates; empty: none
    std::vector<std::string> clientNames; ///< one of which a certificate must have; empty: any
    bool tickets = true;                  ///< sessions are resumed
};

} // namespace proximux
