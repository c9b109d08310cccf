#pragma once

#include <proximux/protocol/MysqlPacketReader.h>
#include <proximux/wire/Bytes.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace proximux
{

/// The beginning of a login or a command while it comes in. Of a message in several packets only the first is kept, so
/// that no header stands within its text. Holds little memory between messages.
class MysqlRequest
{
public:
    /// A message begins; limit: bytes of its payload to keep.
    void begin(Bytes header, std::uint8_t sequence, std::size_t limit);

    /// A further packet of it begins. False where its sequence number is not the next one.
    [[nodiscard]] bool continues(std::uint8_t sequence);

    void append(Bytes payload);

    /// Forgets what was kept.
    void release();

    /// What was kept, with the first header.
    [[nodiscard]] Bytes bytes() const { return _kept; }

    /// What was kept behind the first header.
    [[nodiscard]] Bytes payload() const { return bytes().substr(MysqlPacketReader::HEADER); }

    /// All its bytes so far, with all headers.
    [[nodiscard]] std::uint64_t size() const { return _size; }

    /// The sequence number that the answer begins with.
    [[nodiscard]] std::uint8_t nextSequence() const { return _nextSequence; }

private:
    std::string _kept;
    std::size_t _limit = 0; ///< never beyond a full packet
    std::uint64_t _size = 0;
    std::uint8_t _nextSequence = 0;
};

} // namespace proximux
