#pragma once

#include <proximux/CloseReason.h>
#include <proximux/Pins.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace proximux
{

/// The counters, each in a Value: in Statistics that is a number.
template <class Value>
struct Counters
{
    Value accepted{};   ///< clients accepted since start
    Value dropped{};    ///< clients closed on arrival at local.max_connections
    Value refused{};    ///< clients refused by a listener of `connected`, including the access list
    Value failed{};     ///< clients closed because no target connection could be opened
    Value current{};    ///< clients connected now
    Value bytesIn{};    ///< from clients
    Value bytesOut{};   ///< to clients
    Value unknownIds{}; ///< responses whose id matches no request

    /// Closed connections by reason: unsolicited bytes of a target, for example, are in
    /// targetsClosed[std::size_t(CloseReason::desync)].
    std::array<Value, CLOSE_REASONS> clientsClosed{};
    std::array<Value, CLOSE_REASONS> targetsClosed{};
    std::array<Value, pins::COUNT> tied{};        ///< clients that were pinned to a connection, by reason
    std::array<Value, pins::COUNT> tiesRefused{}; ///< clients whose pin was refused, by reason
};

/// Counters of a running proxy, for status lines and tests. A snapshot; any thread.
struct Statistics : Counters<std::uint64_t>
{
};

} // namespace proximux
