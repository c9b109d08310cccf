#pragma once

#include <proximux/CloseReason.h>
#include <proximux/Ties.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace proximux
{

/// Counters of a running proxy, for status lines and tests. A snapshot; any thread.
struct Statistics
{
    std::uint64_t accepted = 0;   ///< clients accepted since start
    std::uint64_t dropped = 0;    ///< clients closed on arrival at local.max_connections
    std::uint64_t refused = 0;    ///< clients refused by a listener of `connected`, including the access list
    std::uint64_t failed = 0;     ///< clients closed because no target connection could be opened
    std::uint64_t current = 0;    ///< clients connected now
    std::uint64_t bytesIn = 0;    ///< from clients
    std::uint64_t bytesOut = 0;   ///< to clients
    std::uint64_t unknownIds = 0; ///< responses whose id matches no request

    /// Closed connections by reason: unsolicited bytes of a target, for example, are in
    /// targetsClosed[std::size_t(CloseReason::desync)].
    std::array<std::uint64_t, CLOSE_REASONS> clientsClosed{};
    std::array<std::uint64_t, CLOSE_REASONS> targetsClosed{};
    std::array<std::uint64_t, ties::COUNT> tied{};        ///< clients that were pinned to a connection, by reason
    std::array<std::uint64_t, ties::COUNT> tiesRefused{}; ///< clients whose pin was refused, by reason
};

} // namespace proximux
