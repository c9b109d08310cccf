#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <cstdint>

namespace proximux::mysql
{

/// Reads the fields of a MySQL payload in sequence. Reading beyond the end gives zeros and empty texts; isGood() is
/// false from then on.
class Fields
{
public:
    explicit Fields(Bytes payload)
        : _rest(payload)
    {
    }

    /// A little-endian number of 1 to 8 bytes.
    std::uint64_t number(std::size_t width);

    /// A number with variable length; 0xFB and 0xFF are invalid first bytes.
    std::uint64_t lengthEncodedNumber();

    Bytes bytes(std::uint64_t n);

    /// A text up to a zero byte, which is skipped.
    Bytes zeroTerminated();

    /// A text preceded by its length.
    Bytes lengthEncodedText() { return bytes(lengthEncodedNumber()); }

    void skip(std::uint64_t n) { bytes(n); }

    /// Marks the payload as invalid.
    void fail() { _good = false; }

    [[nodiscard]] Bytes rest() const { return _rest; }
    [[nodiscard]] bool isGood() const { return _good; }

private:
    Bytes _rest;
    bool _good = true;
};

} // namespace proximux::mysql
