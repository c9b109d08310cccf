#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace proximux::mysql
{

/// Capability flags of MySQL servers and clients; the upper 32 bits are MariaDB's own. In force are those that both
/// sides set.
namespace capability
{
constexpr std::uint64_t MYSQL = 1; ///< clear if the peer supports MariaDB's own capabilities
constexpr std::uint64_t FOUND_ROWS = 1U << 1U;
constexpr std::uint64_t LONG_FLAG = 1U << 2U;
constexpr std::uint64_t CONNECT_WITH_DB = 1U << 3U;
constexpr std::uint64_t NO_SCHEMA = 1U << 4U;
constexpr std::uint64_t COMPRESS = 1U << 5U;
constexpr std::uint64_t ODBC = 1U << 6U;
constexpr std::uint64_t LOCAL_FILES = 1U << 7U;
constexpr std::uint64_t IGNORE_SPACE = 1U << 8U;
constexpr std::uint64_t PROTOCOL_41 = 1U << 9U;
constexpr std::uint64_t INTERACTIVE = 1U << 10U;
constexpr std::uint64_t SSL = 1U << 11U;
constexpr std::uint64_t TRANSACTIONS = 1U << 13U;
constexpr std::uint64_t SECURE_CONNECTION = 1U << 15U;
constexpr std::uint64_t MULTI_STATEMENTS = 1U << 16U;
constexpr std::uint64_t MULTI_RESULTS = 1U << 17U;
constexpr std::uint64_t PS_MULTI_RESULTS = 1U << 18U;
constexpr std::uint64_t PLUGIN_AUTH = 1U << 19U;
constexpr std::uint64_t CONNECT_ATTRIBUTES = 1U << 20U;
constexpr std::uint64_t PLUGIN_AUTH_LENENC = 1U << 21U;
constexpr std::uint64_t SESSION_TRACK = 1U << 23U;
constexpr std::uint64_t DEPRECATE_EOF = 1U << 24U;
constexpr std::uint64_t OPTIONAL_METADATA = 1U << 25U;
constexpr std::uint64_t ZSTD = 1U << 26U;
constexpr std::uint64_t QUERY_ATTRIBUTES = 1U << 27U;
constexpr std::uint64_t MARIADB_PROGRESS = 1ULL << 32U;
constexpr std::uint64_t MARIADB_EXTENDED_TYPES = 1ULL << 35U; ///< definitions of columns say more of their types
constexpr std::uint64_t MARIADB_CACHE_METADATA = 1ULL << 36U;
} // namespace capability

/// The methods by which a client proves who it is.
constexpr Bytes NATIVE_PASSWORD = "mysql_native_password";
constexpr Bytes CACHING_SHA2 = "caching_sha2_password";

constexpr std::size_t NONCE = 20; ///< bytes of it

/// What a server says first.
struct Greeting
{
    std::uint64_t capabilities = 0;
    std::string version;
    unsigned collation = 0;
    std::uint64_t status = 0;
    std::string nonce;
    std::string plugin;           ///< by which clients prove who they are, unless they are asked for another
    std::uint64_t connection = 0; ///< the number that the client has

    [[nodiscard]] bool isMariadb() const { return version.find("MariaDB") != std::string::npos; }
};

/// A whole greeting; nothing: it is none, or older than protocol 4.1.
std::optional<Greeting> readGreeting(Bytes payload);

/// Its payload.
std::string greetingOf(const Greeting& greeting);

/// Appends MariaDB's capabilities, behind bytes that are reserved.
void appendExtension(std::string& payload, std::size_t reserved, std::uint64_t capabilities);

/// Bytes of a request for TLS, which is the beginning of a login. The login inside of TLS is longer.
constexpr std::size_t REQUEST_FOR_TLS = 32;

/// The capabilities in a server's greeting (protocol version 10); nothing if it is invalid.
std::optional<std::uint64_t> readCapabilities(Bytes greeting);

/// The content of a client's first packet. All texts are borrowed from it.
struct UserLogin
{
    std::uint64_t capabilities = 0; ///< in force
    bool wantsTls = false;          ///< TLS starts after this packet; user and database are empty
    Bytes user;                     ///< borrowed from the packet
    Bytes database;                 ///< empty if none is named
    Bytes answer;                   ///< what it says to prove who it is
    Bytes plugin;                   ///< by which method; empty if none is named
    unsigned collation = 0;
};

/// Parses a client's first packet. Returns nothing if it is malformed or older than protocol 4.1. The packet may be cut
/// off after the user.
std::optional<UserLogin> readLogin(Bytes packet, std::uint64_t serverCapabilities);

/// Parses the arguments of COM_CHANGE_USER, with the capabilities in force.
std::optional<UserLogin> readChangeUser(Bytes arguments, std::uint64_t capabilities);

} // namespace proximux::mysql
