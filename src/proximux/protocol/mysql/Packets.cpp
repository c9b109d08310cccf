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

} // namespace proximux::mysql
