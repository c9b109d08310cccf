#pragma once

#include <optional>
#include <string_view>

namespace proximux
{

/// A number from 0 to `most` (at most 99999) in decimal digits without leading zeros, such as stands in an address.
/// Nothing: it is none.
inline std::optional<unsigned> strictDecimal(std::string_view text, unsigned most)
{
    constexpr std::size_t DIGITS = 5;
    if (text.empty() || text.size() > DIGITS || (text.size() > 1 && text.front() == '0'))
        return std::nullopt;
    unsigned value = 0;
    for (const char c : text)
    {
        if (c < '0' || c > '9')
            return std::nullopt;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value <= most ? std::optional<unsigned>(value) : std::nullopt;
}

} // namespace proximux
