#pragma once

#include <proximux/Instant.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proximux
{

/// Strict parsers of configuration values. The whole text must be valid; otherwise they return nothing.
namespace values
{

/// Decimal digits, with a leading minus if negative.
std::optional<std::int64_t> integer(std::string_view text);

/// 0, 1, true, false, yes, no, on, off.
std::optional<bool> boolean(std::string_view text);

/// Bytes, or a number with K, KiB, M, MiB, G, GiB (multiples of 1024).
std::optional<std::int64_t> size(std::string_view text);

/// Milliseconds, or a number with ms, s, m, h. -1 is off.
std::optional<Duration> duration(std::string_view text);

/// Formats a duration as it would be written: "250ms", "5s", "-1".
std::string toText(Duration duration);

/// Resolves the escapes \r \n \t \0 \\ \xHH.
std::optional<std::string> unescape(std::string_view text);

/// What stands between the commas, without the spaces around it; of an empty text one empty part.
std::vector<std::string> parts(const std::string& text);

/// Splits HOST:PORT, [HOST]:PORT. The host must not be empty.
struct HostPort
{
    std::string host;
    std::string port;
};
std::optional<HostPort> hostPort(std::string_view text);

/// The path in unix:PATH; nothing if the text does not begin so.
std::optional<std::string> unixPath(std::string_view text);

/// What is wrong with a text that is no HOST:PORT, such as "a URL; "; empty if that is not known.
std::string hostPortMistake(std::string_view text);

} // namespace values

} // namespace proximux
