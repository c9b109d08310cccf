#pragma once

#include <proximux/wire/Bytes.h>

#include <cstdint>
#include <optional>
#include <string>

namespace proximux
{

/// What a MySQL server and a client agree on; the upper 32 bits are MariaDB's own. In force is what both have.
namespace mysqlCapability
{
constexpr std::uint64_t MYSQL = 1; ///< clear where the peer knows MariaDB's own capabilities
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
} // namespace mysqlCapability

/// The capabilities in a server's greeting (protocol version 10); nothing where it is none.
std::optional<std::uint64_t> mysqlServerCapabilities(Bytes greeting);

/// What a client's first packet says. The authentication data in it is skipped, never kept.
struct MysqlLogin
{
    std::uint64_t capabilities = 0; ///< those that are in force
    bool wantsTls = false;          ///< TLS begins behind this packet; user and database are empty
    Bytes user;                     ///< borrowed from the packet
    Bytes database;                 ///< empty where none is named
};

/// Nothing where the packet is malformed or of a protocol before 4.1. The packet may be cut behind the user.
std::optional<MysqlLogin> mysqlLogin(Bytes packet, std::uint64_t serverCapabilities);

/// What COM_CHANGE_USER says behind its command byte, with the capabilities that are in force.
std::optional<MysqlLogin> mysqlChangedUser(Bytes arguments, std::uint64_t capabilities);

} // namespace proximux
