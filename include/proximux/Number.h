#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <cstdint>
#include <string>

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

/// The byte at this offset, which must be there.
inline unsigned byteAt(Bytes bytes, std::size_t at)
{
    return static_cast<unsigned char>(bytes[at]);
}

/// The unsigned number of `width` bytes at this offset, of which the first must be there.
inline std::uint64_t numberAt(Bytes bytes, std::size_t at, std::size_t width, ByteOrder order = ByteOrder::big)
{
    return readNumber(bytes.substr(at, width), order);
}

/// Appends the lowest `width` bytes of the number, at most 8.
inline void appendNumber(std::string& text, std::uint64_t value, std::size_t width, ByteOrder order = ByteOrder::big)
{
    char field[8];
    writeNumber(value, field, width, order);
    text.append(field, width);
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
