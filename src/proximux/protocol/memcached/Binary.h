#pragma once

#include <proximux/Bytes.h>
#include <proximux/base/Random.h>
#include <proximux/protocol/Fence.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace proximux::memcached
{

/// The header of a binary memcached message.
struct Header
{
    static constexpr std::size_t SIZE = 24;
    static constexpr unsigned REQUEST = 0x80;
    static constexpr unsigned RESPONSE = 0x81;
    static constexpr std::uint64_t MAX_BODY = 1ULL << 30U;

    explicit Header(Bytes bytes);

    /// Whether it defines where its message ends.
    [[nodiscard]] bool isSound() const { return bodySize <= MAX_BODY && keySize + extrasSize <= bodySize; }

    unsigned magic;
    unsigned opcode;
    std::size_t keySize;
    std::size_t extrasSize;
    unsigned status; ///< of a response
    std::uint64_t bodySize;
    std::uint32_t opaque;
};

/// How servers treat a binary request.
enum class Packet
{
    good,
    unknown,  ///< servers reject the opcode, and may misread the start of the next packet
    misshapen ///< servers close the connection, or take a part of it for the next packet
};

Packet judge(const Header& header);

/// Whether it is answered only on error, or only on success (a get).
bool isQuiet(unsigned opcode);

/// A marker for the binary protocol.
Fence binaryFence(Random& random);

/// A reply to the request with this header.
std::string binaryReply(Bytes request, unsigned status, Bytes body);

} // namespace proximux::memcached
