#pragma once

#include <proximux/wire/Bytes.h>

#include <cstddef>
#include <cstdint>

namespace proximux
{

/// Reads the fields of a MySQL payload one after the other. Reading beyond the end gives zeros and empty texts, and
/// isGood() is false from then on.
class MysqlFields
{
public:
    explicit MysqlFields(Bytes payload)
        : _rest(payload)
    {
    }

    /// A little-endian number of 1 to 8 bytes.
    std::uint64_t number(std::size_t width);

    /// A number that says its own length; 0xFB and 0xFF begin none and are an error.
    std::uint64_t lengthEncodedNumber();

    Bytes bytes(std::uint64_t n);

    /// A text up to a zero byte, which is taken too.
    Bytes zeroTerminated();

    /// A text with its length in front.
    Bytes lengthEncodedText() { return bytes(lengthEncodedNumber()); }

    void skip(std::uint64_t n) { bytes(n); }

    /// What was read makes no sense.
    void fail() { _good = false; }

    [[nodiscard]] Bytes rest() const { return _rest; }
    [[nodiscard]] bool isGood() const { return _good; }

private:
    Bytes _rest;
    bool _good = true;
};

} // namespace proximux
