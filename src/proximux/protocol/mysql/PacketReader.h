#pragma once

#include <proximux/Bytes.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace proximux::mysql
{

/// Splits one direction of a MySQL connection into packets. Input comes in pieces of any size. Keeps a header, never a
/// payload.
///
///     | length, 3 bytes LE | sequence, 1 byte | payload |
///
/// A payload of exactly 0xFFFFFF bytes continues in the next packet; together they form one message.
class PacketReader
{
public:
    static constexpr std::uint32_t FULL = 0xFFFFFF; ///< length of a packet that continues in the next one
    static constexpr std::size_t HEADER = 4;

    struct Piece
    {
        bool header = false; ///< a packet's header is complete: sequence() and header() refer to it
        bool first = false;  ///< with header: the packet begins a message
        Bytes payload;       ///< received part of the payload; empty with header
        bool ended = false;  ///< the message is complete
    };

    /// Takes at least one byte from the non-empty input, and at most one header or one packet's payload.
    Piece next(Bytes& input);

    /// The sequence number in the last header.
    [[nodiscard]] std::uint8_t sequence() const { return static_cast<std::uint8_t>(_header[3]); }

    /// The last header.
    [[nodiscard]] Bytes header() const { return {_header.data(), HEADER}; }

    /// Whether no byte of the next message was received yet.
    [[nodiscard]] bool isBetweenMessages() const { return _headerSize == 0 && !_inMessage; }

private:
    Piece takeHeader(Bytes& input);
    Piece takePayload(Bytes& input);
    [[nodiscard]] std::uint32_t length() const;

    std::array<char, HEADER> _header{};
    std::size_t _headerSize = 0;  ///< bytes of the header received; HEADER while in the payload
    std::uint32_t _remaining = 0; ///< bytes of the payload still to come
    bool _inMessage = false;      ///< a header of the message was received
};

} // namespace proximux::mysql
