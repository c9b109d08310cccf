#pragma once

#include <proximux/wire/Bytes.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace proximux
{

/// Finds the packets in one direction of a MySQL connection, in pieces of any size. Keeps a header, never a payload.
///
///     | length, 3 bytes LE | sequence, 1 byte | payload |
///
/// A payload of exactly 0xFFFFFF bytes goes on in the next packet; all of them together are one message.
class MysqlPacketReader
{
public:
    static constexpr std::uint32_t FULL = 0xFFFFFF; ///< the length of a packet that goes on in the next one
    static constexpr std::size_t HEADER = 4;

    struct Piece
    {
        bool header = false; ///< a packet's header became whole: sequence() and header() are its own
        bool first = false;  ///< with header: the packet begins a message
        Bytes payload;       ///< what came of the payload; empty with header
        bool ended = false;  ///< the message is whole
    };

    /// Takes at least one byte from the front of the input, which must not be empty, and at most one header or one
    /// packet's payload.
    Piece next(Bytes& input);

    /// The sequence number of the packet whose header came last.
    [[nodiscard]] std::uint8_t sequence() const { return static_cast<std::uint8_t>(_header[3]); }

    /// The header that came last.
    [[nodiscard]] Bytes header() const { return {_header.data(), HEADER}; }

    /// Whether no byte of the next message came yet.
    [[nodiscard]] bool isBetweenMessages() const { return _headerSize == 0 && !_inMessage; }

private:
    Piece takeHeader(Bytes& input);
    Piece takePayload(Bytes& input);
    [[nodiscard]] std::uint32_t length() const;

    std::array<char, HEADER> _header{};
    std::size_t _headerSize = 0;  ///< bytes of the header that came; HEADER while in the payload
    std::uint32_t _remaining = 0; ///< bytes of the payload to come
    bool _inMessage = false;      ///< a header of the message came
};

} // namespace proximux
