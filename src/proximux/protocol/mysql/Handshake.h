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
constexpr std::uint64_t CONNECT_WITH_DB = 1U << 3U;
constexpr std::uint64_t COMPRESS = 1U << 5U;
constexpr std::uint64_t PROTOCOL_41 = 1U << 9U;
constexpr std::uint64_t SSL = 1U << 11U;
constexpr std::uint64_t SECURE_CONNECTION = 1U << 15U;
constexpr std::uint64_t PLUGIN_AUTH_LENENC = 1U << 21U;
constexpr std::uint64_t DEPRECATE_EOF = 1U << 24U;
constexpr std::uint64_t OPTIONAL_METADATA = 1U << 25U;
constexpr std::uint64_t ZSTD = 1U << 26U;
constexpr std::uint64_t QUERY_ATTRIBUTES = 1U << 27U;
constexpr std::uint64_t MARIADB_PROGRESS = 1ULL << 32U;
constexpr std::uint64_t MARIADB_CACHE_METADATA = 1ULL << 36U;
} // namespace capability

/// Bytes of a request for TLS, which is the beginning of a login. The login inside of TLS is longer.
constexpr std::size_t REQUEST_FOR_TLS = 32;

/// The capabilities in a server's greeting (protocol version 10); nothing if it is invalid.
std::optional<std::uint64_t> readCapabilities(Bytes greeting);

/// The content of a client's first packet. Its authentication data are skipped, never kept.
struct UserLogin
{
    std::uint64_t capabilities = 0; ///< in force
    bool wantsTls = false;          ///< TLS starts after this packet; user and database are empty
    Bytes user;                     ///< borrowed from the packet
    Bytes database;                 ///< empty if none is named
};

/// Parses a client's first packet. Returns nothing if it is malformed or older than protocol 4.1. The packet may be cut
/// off after the user.
std::optional<UserLogin> readLogin(Bytes packet, std::uint64_t serverCapabilities);

/// Parses the arguments of COM_CHANGE_USER, with the capabilities in force.
std::optional<UserLogin> readChangeUser(Bytes arguments, std::uint64_t capabilities);

} // namespace proximux::mysql
