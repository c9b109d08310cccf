#pragma once

#include <proximux/wire/Instant.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace proximux
{

/// Strict readers of what people write in a configuration. Nothing is guessed: where the text as a whole is not a
/// value, there is none.
namespace values
{

/// Decimal digits, with a minus in front where negative.
std::optional<std::int64_t> integer(std::string_view text);

/// 0, 1, true, false, yes, no, on, off.
std::optional<bool> boolean(std::string_view text);

/// Bytes, or a number with K, KiB, M, MiB, G, GiB (multiples of 1024).
std::optional<std::int64_t> size(std::string_view text);

/// Milliseconds, or a number with ms, s, m, h. -1 is off.
std::optional<Duration> duration(std::string_view text);

/// "250ms", "5s", "-1": as it would be written.
std::string toText(Duration duration);

/// Resolves the escapes \r \n \t \0 \\ \xHH.
std::optional<std::string> unescape(std::string_view text);

/// Splits HOST:PORT, [HOST]:PORT. The host must not be empty.
struct HostPort
{
    std::string host;
    std::string port;
};
std::optional<HostPort> hostPort(std::string_view text);

} // namespace values

} // namespace proximux
