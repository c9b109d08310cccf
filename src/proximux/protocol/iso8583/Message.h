#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <cstdint>

namespace proximux::iso8583
{

/// The fields of an ISO 8583:1987 message that pair and describe it; views of its bytes.
struct Message
{
    enum class State
    {
        more,      ///< more bytes are needed
        malformed, ///< see reason
        complete   ///< all fields up to `last` are read
    };

    static constexpr std::size_t PREFIX = 2;   ///< the length field
    static constexpr unsigned PAIRED = 41;     ///< last field that pairs a response
    static constexpr unsigned MANAGEMENT = 70; ///< the field that tells network management messages apart

    /// bytes: a message, or its beginning, with the length field. Reads the fields up to `last`.
    explicit Message(Bytes bytes, unsigned last = PAIRED);

    [[nodiscard]] bool has(unsigned field) const
    {
        return (bitmaps[(field - 1) / 64] >> (63U - (field - 1) % 64) & 1U) != 0;
    }

    [[nodiscard]] char category() const { return type[1]; }
    [[nodiscard]] char function() const { return type[2]; }

    State state = State::more;
    const char* reason = "";       ///< malformed: fixed text
    std::size_t size = 0;          ///< with the length field
    Bytes type;                    ///< MTI; empty: not read yet
    std::uint64_t bitmaps[2] = {}; ///< valid if hasBitmaps; highest bit first
    bool hasBitmaps = false;
    Bytes stan;         ///< field 11; empty: missing
    Bytes responseCode; ///< field 39; empty: missing
    Bytes terminal;     ///< field 41; empty: missing
    Bytes management;   ///< field 70; empty: missing, or not read

private:
    bool readHeader(Bytes bytes, std::size_t& at);
    bool readField(Bytes bytes, std::size_t& at, unsigned field);
    bool take(Bytes bytes, std::size_t& at, std::size_t count, Bytes& taken);
    bool refuse(const char* why);
};

} // namespace proximux::iso8583
