#pragma once

#include <proximux/protocol/Fence.h>
#include <proximux/wire/Bytes.h>
#include <proximux/wire/Random.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace proximux
{

/// The header of a binary message of memcached.
struct MemcachedHeader
{
    static constexpr std::size_t SIZE = 24;
    static constexpr unsigned REQUEST = 0x80;
    static constexpr unsigned RESPONSE = 0x81;
    static constexpr std::uint64_t MAX_BODY = 1ULL << 30U;

    explicit MemcachedHeader(Bytes bytes);

    /// It says where its message ends.
    [[nodiscard]] bool isSound() const { return bodySize <= MAX_BODY && keySize + extrasSize <= bodySize; }

    unsigned magic;
    unsigned opcode;
    std::size_t keySize;
    std::size_t extrasSize;
    unsigned status; ///< of a response
    std::uint64_t bodySize;
    std::uint32_t opaque;
};

/// What a server makes of a binary request.
enum class MemcachedPacket
{
    good,
    unknown,  ///< servers reject the opcode, and may take a part of the next packet for a part of this one
    misshapen ///< servers close the connection, or take a part of it for the next packet
};

MemcachedPacket memcachedPacket(const MemcachedHeader& header);

/// It is answered only where something goes wrong, or right (a get).
bool memcachedIsQuiet(unsigned opcode);

/// A marker for the binary protocol.
Fence memcachedBinaryFence(Random& random);

/// The answer to the request with this header.
std::string memcachedReply(Bytes request, unsigned status, Bytes body);

} // namespace proximux
