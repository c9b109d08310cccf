#pragma once

#include <cstddef>

namespace proximux
{

/// The reasons for which a client is pinned to a target connection: a set, one bit each.
namespace pins
{

constexpr unsigned TRANSACTION = 1U << 0U;
constexpr unsigned WATCH = 1U << 1U;
constexpr unsigned SUBSCRIPTION = 1U << 2U;
constexpr unsigned BLOCKING = 1U << 3U;
constexpr unsigned DATABASE = 1U << 4U;
constexpr unsigned SESSION = 1U << 5U; ///< other connection state
constexpr unsigned AUTHENTICATION = 1U << 6U;
constexpr unsigned UPGRADE = 1U << 7U;
constexpr unsigned TRANSFER = 1U << 8U;
constexpr unsigned SIGNATURE = 1U << 9U;
constexpr unsigned UNKNOWN = 1U << 10U; ///< the effect of a command is unknown
constexpr std::size_t COUNT = 11;

/// The reasons by bit number.
constexpr const char* NAMES[COUNT] = {"transaction", "watch",     "subscription",   "blocking",
                                      "database",    "session",   "authentication", "upgrade",
                                      "transfer",    "signature", "unknown command"};

} // namespace pins

} // namespace proximux
