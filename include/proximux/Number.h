#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <cstdint>

namespace proximux
{

/// Which byte of a number comes first on the wire.
enum class ByteOrder
{
    big,
    little
};

/// Decodes an unsigned number of at most 8 bytes.
inline std::uint64_t readNumber(Bytes field, ByteOrder order = ByteOrder::big)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < field.size(); ++i)
    {
        const std::size_t at = order == ByteOrder::big ? i : field.size() - 1 - i;
        value = value << 8U | static_cast<unsigned char>(field[at]);
    }
    return value;
}

/// Encodes the lowest `width` bytes of the number.
inline void writeNumber(std::uint64_t value, char* field, std::size_t width, ByteOrder order = ByteOrder::big)
{
    for (std::size_t i = 0; i < width; ++i, value >>= 8U)
        field[order == ByteOrder::big ? width - 1 - i : i] = static_cast<char>(value);
}

/// Position of an id, an unsigned number, in a message.
struct IdField
{
    std::size_t offset = 0;
    std::size_t width = 2; ///< bytes, 1 to 8
    ByteOrder order = ByteOrder::big;

    [[nodiscard]] std::size_t end() const { return offset + width; }
    [[nodiscard]] std::uint64_t read(Bytes message) const { return readNumber(message.substr(offset, width), order); }
};

} // namespace proximux
