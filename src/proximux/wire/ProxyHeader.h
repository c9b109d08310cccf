#pragma once

#include <proximux/AddressRange.h>
#include <proximux/Bytes.h>
#include <proximux/ClientTls.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace proximux
{

/// One end of a connection, as a header of the PROXY protocol names it.
struct ProxyEnd
{
    enum class Family : unsigned char
    {
        none, ///< it names nothing
        v4,
        v6,
        local ///< a UNIX socket
    };

    /// Of IPv4 where the address is.
    static ProxyEnd of(const AddressRange::Address& address, std::uint16_t port);

    /// The address as a text; "unix:" and the path of a UNIX socket; empty: none.
    [[nodiscard]] std::string host() const;

    Family family = Family::none;
    AddressRange::Address address{}; ///< one of IPv4 in its mapped form
    std::uint16_t port = 0;
    std::string path; ///< of a UNIX socket
};

/// The header that the PROXY protocol puts before the first byte of a connection: who is at its other end. Versions 1
/// and 2 of the specification (haproxy/doc/proxy-protocol.txt).
struct ProxyHeader
{
    /// What may follow the addresses in version 2: its types there.
    enum Extension : unsigned char
    {
        ALPN = 0x01,
        AUTHORITY = 0x02,
        CRC32C = 0x03,
        UNIQUE_ID = 0x05,
        SSL = 0x20
    };

    static constexpr std::size_t MOST_OF_V1 = 107;   ///< bytes of a header of version 1
    static constexpr std::size_t MOST_OF_V2 = 4096;  ///< bytes behind the first 16 of one of version 2
    static constexpr std::size_t MOST_OF_ID = 128;   ///< bytes of a unique id
    static constexpr std::size_t FIXED_OF_V2 = 16;   ///< bytes up to the addresses
    static constexpr std::size_t SIZE_OF_PATH = 108; ///< bytes of an address of a UNIX socket

    bool isLocal =
        false;       ///< the connection is the sender's own, such as a health check: the addresses are the socket's
    ProxyEnd source; ///< the client; of no family: the socket's addresses are meant
    ProxyEnd destination;        ///< what the client has connected to
    std::string alpn;            ///< protocol that was agreed on with TLS
    std::string authority;       ///< host name that the client has asked for, such as by SNI
    std::string uniqueId;        ///< of the connection, at most MOST_OF_ID bytes
    std::string ssl;             ///< what is said of TLS, as it stands in the header; empty: nothing
    std::string tlsVersion;      ///< from `ssl`
    std::string certificateName; ///< from `ssl`: the common name of the client's certificate
};

/// The header in version 1. Ends of different families are both written as ones of IPv6; one that has none, or is a
/// UNIX socket, as UNKNOWN.
std::string proxyHeaderV1(const ProxyHeader& header);

/// The header in version 2, with those of the extensions (a sum of 1 << ...) that it has; see EXTENSIONS.
std::string proxyHeaderV2(const ProxyHeader& header, unsigned extensions);

/// What the extension SSL has of a client whose TLS ends here (section 2.2.6 of the specification).
std::string proxySsl(const ClientTls& tls);

/// The extensions that can be chosen, and the bit of each.
struct ProxyExtension
{
    const char* name;
    ProxyHeader::Extension type;

    [[nodiscard]] unsigned bit() const;
};
extern const ProxyExtension PROXY_EXTENSIONS[5];

namespace proxyheader
{

/// How each of them begins.
constexpr Bytes BEGIN_V1 = "PROXY ";
constexpr Bytes BEGIN_V2{"\r\n\r\n\0\r\nQUIT\n", 12};

/// The byte of version 2 that says of which family the addresses are.
constexpr unsigned char STREAM_V4 = 0x11;
constexpr unsigned char STREAM_V6 = 0x21;
constexpr unsigned char STREAM_LOCAL = 0x31; ///< UNIX sockets

/// The one before it: the version, and whether the connection is the sender's own or is passed on.
constexpr unsigned char COMMAND_LOCAL = 0x20;
constexpr unsigned char COMMAND_PROXY = 0x21;

/// What the extension SSL has within, behind so many bytes: its types there.
constexpr std::size_t SSL_FIXED = 5;
constexpr unsigned char SSL_VERSION = 0x21;
constexpr unsigned char SSL_COMMON_NAME = 0x22; ///< of the client's certificate
constexpr unsigned char SSL_CIPHER = 0x23;

/// CRC-32C (RFC 3720, appendix B.4), in which the four bytes at `skip` count as 0.
std::uint32_t crc32c(Bytes bytes, std::size_t skip);

} // namespace proxyheader

} // namespace proximux
