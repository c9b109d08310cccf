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
constexpr unsigned UNKNOWN = 1U << 10U;   ///< the effect of a command is unknown
constexpr unsigned LEASE = 1U << 11U;     ///< a transaction of a database, which ends by itself
constexpr unsigned LOCK = 1U << 12U;      ///< locks of a session
constexpr unsigned TEMPORARY = 1U << 13U; ///< temporary tables
constexpr unsigned SETTING = 1U << 14U;
constexpr unsigned STATEMENT = 1U << 15U; ///< prepared statements
constexpr std::size_t COUNT = 16;

/// The reasons by bit number.
constexpr const char* NAMES[COUNT] = {"transaction", "watch",           "subscription",    "blocking",
                                      "database",    "session",         "authentication",  "upgrade",
                                      "transfer",    "signature",       "unknown command", "lease",
                                      "lock",        "temporary table", "setting",         "prepared statement"};

} // namespace pins

} // namespace proximux
