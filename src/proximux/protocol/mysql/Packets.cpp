#include <proximux/protocol/mysql/Packets.h>

#include <proximux/Number.h>

#include <algorithm>

namespace proximux::mysql
{

std::size_t lengthOf(Bytes packet)
{
    return static_cast<std::size_t>(numberAt(packet, 0, HEADER - 1, ByteOrder::little));
}

unsigned numberOf(Bytes packet)
{
    return byteAt(packet, HEADER - 1);
}

unsigned numberBehind(Bytes message)
{
    unsigned number = 0;
    while (message.size() >= HEADER)
    {
        number = numberOf(message) + 1;
        message.remove_prefix(std::min(HEADER + lengthOf(message), message.size()));
    }
    return number & 0xFFU;
}

std::string packetOf(std::uint64_t number, Bytes payload)
{
    std::string packet;
    appendNumber(packet, payload.size(), HEADER - 1, ByteOrder::little);
    appendNumber(packet, number & 0xFFU, 1);
    return packet.append(payload);
}

std::string okPacket(std::uint64_t number, std::uint64_t status)
{
    std::string payload(3, '\0');
    appendNumber(payload, status, 2, ByteOrder::little);
    payload.append(2, '\0');
    return packetOf(number, payload);
}

std::string eofPacket(std::uint64_t number, std::uint64_t status)
{
    std::string payload("\xFE\0\0", 3);
    appendNumber(payload, status, 2, ByteOrder::little);
    return packetOf(number, payload);
}

std::string errorPacket(std::uint64_t number, unsigned code, Bytes state, Bytes text)
{
    std::string payload(1, ERROR_PACKET);
    appendNumber(payload, code, 2, ByteOrder::little);
    return packetOf(number, payload.append("#").append(state).append(text));
}

std::string renumbered(std::string packet, std::uint64_t number)
{
    if (packet.size() >= HEADER)
        packet[HEADER - 1] = static_cast<char>(number);
    return packet;
}

void appendLengthEncoded(std::string& text, Bytes value)
{
    constexpr std::size_t SHORT = 0xFB;
    constexpr std::size_t MIDDLE = 0x10000;
    if (value.size() < SHORT)
        appendNumber(text, value.size(), 1);
    else if (value.size() < MIDDLE)
    {
        text += '\xFC';
        appendNumber(text, value.size(), 2, ByteOrder::little);
    }
    else
    {
        text += '\xFD';
        appendNumber(text, value.size(), 3, ByteOrder::little);
    }
    text.append(value);
}

namespace
{

std::string definitionOf(Bytes name, unsigned collation, std::uint32_t size, std::uint8_t type, unsigned flags,
                         std::uint8_t decimals, bool extended)
{
    constexpr char REST = 12; // bytes
    std::string payload("\3def\0\0\0", 7);
    appendLengthEncoded(payload, name);
    payload.append(extended ? 2 : 1, '\0').append(1, REST);
    appendNumber(payload, collation, 2, ByteOrder::little);
    appendNumber(payload, size, 4, ByteOrder::little);
    appendNumber(payload, type, 1);
    appendNumber(payload, flags, 2, ByteOrder::little);
    appendNumber(payload, decimals, 1);
    return payload.append(2, '\0');
}

} // namespace

std::string oneNumber(Bytes name, std::uint64_t value, unsigned number, std::uint64_t status, bool extended)
{
    constexpr unsigned BINARY = 63;
    constexpr std::uint8_t BIGINT = 8;
    constexpr unsigned UNSIGNED_NUMBER = 0xA1;
    const std::string digits = std::to_string(value);
    std::string row;
    appendLengthEncoded(row, digits);
    std::string text = packetOf(number, "\1");
    text += packetOf(number + 1, definitionOf(name, BINARY, 21, BIGINT, UNSIGNED_NUMBER, 0, extended));
    return text + eofPacket(number + 2, status) + packetOf(number + 3, row) + eofPacket(number + 4, status);
}

std::string noMessages(unsigned number, std::uint64_t status, bool extended)
{
    constexpr unsigned UTF8MB4 = 45;
    constexpr unsigned BINARY = 63;
    constexpr std::uint8_t VARCHAR = 253;
    constexpr std::uint8_t INTEGER = 3;
    constexpr std::uint8_t ANY_DECIMALS = 39;
    constexpr unsigned NOT_NULL = 1;
    constexpr unsigned UNSIGNED_NUMBER = 0xA1;
    std::string text = packetOf(number, "\3");
    text += packetOf(number + 1, definitionOf("Level", UTF8MB4, 28, VARCHAR, NOT_NULL, ANY_DECIMALS, extended));
    text += packetOf(number + 2, definitionOf("Code", BINARY, 4, INTEGER, UNSIGNED_NUMBER, 0, extended));
    text += packetOf(number + 3, definitionOf("Message", UTF8MB4, 2048, VARCHAR, NOT_NULL, ANY_DECIMALS, extended));
    return text + eofPacket(number + 4, status) + eofPacket(number + 5, status);
}

} // namespace proximux::mysql
