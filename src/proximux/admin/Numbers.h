#pragma once

#include <proximux/Instant.h>

#include <optional>
#include <string>

namespace proximux::admin
{

// Numbers for people, as short as they can be told apart.

/// "850 us", "1.2 ms", "15 ms", "3.4 s"; nothing: "-".
std::string latencyText(std::optional<Duration> duration);

/// "0.5", "9.9", "1234"
std::string shortNumber(double number);

/// "512 B", "1.5 KB", "20 MB"
std::string sizeText(double bytes);

} // namespace proximux::admin
