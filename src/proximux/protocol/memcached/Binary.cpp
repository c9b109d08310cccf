#include <proximux/protocol/memcached/Binary.h>

#include <proximux/Number.h>

#include <algorithm>
#include <iterator>

namespace proximux::memcached
{

namespace
{

constexpr std::size_t MAX_KEY = 250;

/// The parts that packets of an opcode must have.
struct Shape
{
    unsigned opcode;
    unsigned quiet; ///< the quiet variant; the opcode itself if there is none
    std::size_t extras;
    bool key;
    bool value; ///< a value is allowed

    [[nodiscard]] bool isOf(unsigned code) const { return opcode == code || quiet == code; }
};

constexpr Shape SHAPES[] = {
    {0x00, 0x09, 0, true, false},  // get
    {0x01, 0x11, 8, true, true},   // set
    {0x02, 0x12, 8, true, true},   // add
    {0x03, 0x13, 8, true, true},   // replace
    {0x04, 0x14, 0, true, false},  // delete
    {0x05, 0x15, 20, true, false}, // increment
    {0x06, 0x16, 20, true, false}, // decrement
    {0x07, 0x17, 0, false, false}, // quit
    {0x08, 0x18, 0, false, false}, // flush
    {0x08, 0x18, 4, false, false}, // flush with a delay
    {0x0a, 0x0a, 0, false, false}, // noop
    {0x0b, 0x0b, 0, false, false}, // version
    {0x0c, 0x0d, 0, true, false},  // getk
    {0x0e, 0x19, 0, true, true},   // append
    {0x0f, 0x1a, 0, true, true},   // prepend
    {0x10, 0x10, 0, false, false}, // stat
    {0x10, 0x10, 0, true, false},  // stat with an argument
    {0x1c, 0x1c, 4, true, false},  // touch
    {0x1d, 0x1e, 4, true, false},  // gat
    {0x20, 0x20, 0, false, false}, // sasl list mechs
    {0x21, 0x21, 0, true, true},   // sasl auth
    {0x22, 0x22, 0, true, true},   // sasl step
    {0x23, 0x24, 4, true, false},  // gatk
};

} // namespace

Header::Header(Bytes bytes)
    : magic(static_cast<unsigned char>(bytes[0]))
    , opcode(static_cast<unsigned char>(bytes[1]))
    , keySize(static_cast<std::size_t>(readNumber(bytes.substr(2, 2))))
    , extrasSize(static_cast<unsigned char>(bytes[4]))
    , status(static_cast<unsigned>(readNumber(bytes.substr(6, 2))))
    , bodySize(readNumber(bytes.substr(8, 4)))
    , opaque(static_cast<std::uint32_t>(readNumber(bytes.substr(12, 4))))
{
}

Packet judge(const Header& header)
{
    if (!header.isSound() || header.keySize > MAX_KEY)
        return Packet::misshapen;
    bool known = false;
    for (const Shape& shape : SHAPES)
    {
        if (!shape.isOf(header.opcode))
            continue;
        known = true;
        if (shape.extras == header.extrasSize && shape.key == (header.keySize > 0) &&
            (shape.value || header.bodySize == header.keySize + header.extrasSize))
            return Packet::good;
    }
    return known ? Packet::misshapen : Packet::unknown;
}

bool isQuiet(unsigned opcode)
{
    return std::any_of(std::begin(SHAPES), std::end(SHAPES),
                       [opcode](const Shape& shape) { return shape.quiet == opcode && shape.opcode != opcode; });
}

/// Makes two NOOPs, whose opaques are the halves of a random number.
Fence binaryFence(Random& random)
{
    constexpr unsigned NOOP = 0x0a;
    Fence fence;
    const std::uint64_t word = random.next();
    for (const std::uint64_t half : {word >> 32U, word & 0xffffffffU})
    {
        std::string packet(Header::SIZE, '\0');
        packet[0] = static_cast<char>(Header::REQUEST);
        packet[1] = static_cast<char>(NOOP);
        writeNumber(half, &packet[12], 4);
        fence.request += packet;
        fence.answer += binaryReply(packet, 0, {});
    }
    return fence;
}

std::string binaryReply(Bytes request, unsigned status, Bytes body)
{
    std::string reply(request.substr(0, Header::SIZE));
    std::fill(reply.begin() + 2, reply.begin() + 12, '\0');
    std::fill(reply.begin() + 16, reply.end(), '\0');
    reply[0] = static_cast<char>(Header::RESPONSE);
    writeNumber(status, &reply[6], 2);
    writeNumber(body.size(), &reply[8], 4);
    return reply.append(body);
}

} // namespace proximux::memcached
