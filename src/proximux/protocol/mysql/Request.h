#pragma once

#include <proximux/Bytes.h>
#include <proximux/protocol/mysql/PacketReader.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace proximux::mysql
{

/// The beginning of a login or command while it is received. Of a message in several packets only the first is kept, so
/// that its text contains no header. Uses little memory between messages.
class Request
{
public:
    /// Begins a message. limit: bytes of its payload to keep.
    void begin(Bytes header, std::uint8_t sequence, std::size_t limit);

    /// Begins a further packet of the message. False if its sequence number is wrong.
    [[nodiscard]] bool continues(std::uint8_t sequence);

    void append(Bytes payload);

    /// Discards the kept bytes.
    void release();

    /// The kept bytes, including the first header.
    [[nodiscard]] Bytes bytes() const { return _kept; }

    /// The kept bytes after the first header.
    [[nodiscard]] Bytes payload() const { return bytes().substr(PacketReader::HEADER); }

    /// Size of the message so far in bytes, including all headers.
    [[nodiscard]] std::uint64_t size() const { return _size; }

    /// The first sequence number of the response.
    [[nodiscard]] std::uint8_t nextSequence() const { return _nextSequence; }

private:
    std::string _kept;
    std::size_t _limit = 0; ///< at most a full packet
    std::uint64_t _size = 0;
    std::uint8_t _nextSequence = 0;
};

} // namespace proximux::mysql
