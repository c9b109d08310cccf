#pragma once

#include <proximux/Bytes.h>

#include <cstdint>

namespace proximux::postgresql
{

/// A set of types of messages, which are letters or digits.
class MessageTypes
{
public:
    explicit constexpr MessageTypes(Bytes types)
    {
        for (const char type : types)
            (isHigh(type) ? _high : _low) |= bit(type);
    }

    [[nodiscard]] constexpr bool has(char type) const
    {
        return static_cast<unsigned char>(type) < 128 && ((isHigh(type) ? _high : _low) & bit(type)) != 0;
    }

private:
    static constexpr bool isHigh(char type) { return (static_cast<unsigned char>(type) & 64U) != 0; }
    static constexpr std::uint64_t bit(char type) { return 1ULL << (static_cast<unsigned char>(type) & 63U); }

    std::uint64_t _low = 0;
    std::uint64_t _high = 0;
};

} // namespace proximux::postgresql
