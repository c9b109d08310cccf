#include <proximux/config/SettingRow.h>

namespace proximux::table
{

using namespace kinds;

namespace
{

using Order = LengthField::Order;

std::vector<Setting> lengthSettings()
{
    using Encoding = LengthField::Encoding;
    return {
        row("exchange.length_offset", "0",
            integer<std::size_t>(0, 256, FIELD(std::size_t, exchange.framing.length.offset)),
            {USERS, "Bytes before the length field",
             "The field has the same place in requests and responses. "
             "Example: exchange.length_offset = 2 if each message begins with a type of two bytes."}),
        row("exchange.length_width", "32", bits(FIELD(std::size_t, exchange.framing.length.width)),
            {USERS, "Width of the length field in bits",
             "A field of two bytes has 16 bits. "
             "With exchange.length_encoding = decimal or hexadecimal each digit is a byte. "
             "Example: four decimal digits need exchange.length_width = 32."}),
        row("exchange.length_order", "big",
            choice<Order>({{"big", Order::big}, {"little", Order::little}},
                          FIELD(Order, exchange.framing.length.order)),
            {USERS, "Byte order of the length field",
             "The value big has the most significant byte first, as most network protocols do. "
             "Only a binary field may be little; with another encoding that is a mistake. "
             "Example: exchange.length_order = little for a protocol that copies structures of x86 programs."}),
        row("exchange.length_encoding", "binary",
            choice<Encoding>({{"binary", Encoding::binary},
                              {"bcd", Encoding::bcd},
                              {"decimal", Encoding::decimal},
                              {"hexadecimal", Encoding::hexadecimal}},
                             FIELD(Encoding, exchange.framing.length.encoding)),
            {USERS, "Encoding of the length field; decimal and hexadecimal are ASCII digits, bcd has two in a byte",
             "A field with a character that is not a digit is malformed, and its sender's connection is closed. "
             "Example: 0005HELLO has exchange.length_encoding = decimal and exchange.length_width = 32."}),
        row("exchange.length_adjust", "0",
            integer<std::int64_t>(-65536, 65536, FIELD(std::int64_t, exchange.framing.length.adjust)),
            {USERS, "Number added to the length field's value to get the bytes that follow the field",
             "Leave it at 0 if the field counts the bytes behind it. "
             "If the field counts the whole message, subtract everything up to its end. "
             "Example: exchange.length_adjust = -4 for a field of four bytes at the start that counts itself."}),
        row("exchange.length_min", "0",
            integer<std::uint64_t>(0, GIB, FIELD(std::uint64_t, exchange.framing.length.min)),
            {USERS, "Minimum valid value of the length field",
             "A smaller value is malformed, and its sender's connection is closed. "
             "It detects a stream that is out of step before bytes are misread. "
             "Example: exchange.length_min = 8 if a header of eight bytes follows in each message."}),
    };
}

std::vector<Setting> idSettings()
{
    using OptionalSize = std::optional<std::size_t>;
    using OptionalOrder = std::optional<ByteOrder>;
    return {
        row("exchange.id_offset", "",
            optionalInteger<std::size_t>(0, 256, FIELD(OptionalSize, exchange.idOffset), false),
            {USERS, "Byte offset of the request id that responses echo; setting it selects pairing = identifier",
             "Clients may use any ids: each request gets a unique one, and its response the client's id back. "
             "The id must lie within the message, apart from the length field. "
             "Example: exchange.id_offset = 2 for an id behind a length field of two bytes."}),
        row("exchange.id_width", "16", bits(FIELD(std::size_t, exchange.id.width)),
            {USERS, "Width of the request id in bits",
             "Ids of 8 or 16 bits are few: if all are in use or reserved, requests wait. "
             "Ids of 32 bits or more do not repeat. "
             "Example: exchange.id_width = 32 for an id of four bytes."}),
        row("exchange.id_order", "big",
            choice<Order>({{"big", Order::big}, {"little", Order::little}}, FIELD(Order, exchange.id.order)),
            {USERS, "Byte order of the request id",
             "The value big has the most significant byte first. "
             "It matters if responses repeat the id in another order or width. "
             "Example: exchange.id_order = little with exchange.response_id_order = big."}),
        row("exchange.response_id_offset", "auto",
            optionalInteger<std::size_t>(0, 256, FIELD(OptionalSize, exchange.responseIdOffset)),
            {USERS, "Byte offset of the id in responses; auto: as in requests",
             "It has an effect with exchange.id_offset, if the headers of requests and responses differ. "
             "Example: exchange.response_id_offset = 6 if a status of four bytes precedes the id."}),
        row("exchange.response_id_width", "auto", optionalBits(FIELD(OptionalSize, exchange.responseIdWidth)),
            {USERS, "Width of the id in responses in bits; auto: as in requests",
             "It has an effect with exchange.id_offset. "
             "Example: exchange.response_id_width = 32 for a target that answers with wider ids than it is asked "
             "with."}),
        row("exchange.response_id_order", "auto",
            choice<OptionalOrder>({{"auto", std::nullopt}, {"big", ByteOrder::big}, {"little", ByteOrder::little}},
                                  FIELD(OptionalOrder, exchange.responseIdOrder)),
            {USERS, "Byte order of the id in responses; auto: as in requests",
             "It has an effect with exchange.id_offset. "
             "Example: exchange.response_id_order = little for a target that swaps the bytes."}),
    };
}

} // namespace

std::vector<Setting> framingSettings()
{
    std::vector<Setting> all{
        row("exchange.max_message", "16M", size(1, GIB, FIELD(std::size_t, exchange.framing.maxMessage)),
            {USERS, "Maximum size of a message in bytes; the connection of a longer one is closed",
             "For a request that is the client's connection, for a response the target's; the log tells which. "
             "It must have room for the delimiter or the length field. "
             "Example: exchange.max_message = 64K for an instrument with short lines."}),
        row("exchange.delimiter", "\\n", escapedText(1, 64, FIELD(std::string, exchange.framing.delimiter)),
            {USERS, "Bytes that end a message",
             "They are the same for requests and responses, and are compared exactly. "
             "Use escapes for control characters. "
             "Example: exchange.delimiter = \\r\\n for CR LF, or \\x03 for ETX."}),
        row("exchange.line_reply", "always", lineReplies(FIELD(LineReplies, exchange.framing.lineReplies)),
            {USERS, "Lines that have a response: always, query, or none:PATTERN,... for all but those that match",
             "Other lines end as soon as they are sent, and delay no other request. "
             "With query, a line has one if a question mark is in its first word or in the first word behind a "
             "semicolon. "
             "A pattern must match the whole line, in upper or lower case; * stands for any characters. "
             "Of a line longer than 1,024 bytes only these are compared. "
             "Example: exchange.line_reply = none:SET *,RESET for a device that answers all other lines."}),
        row("exchange.message_size", "", size(1, GIB, FIELD(std::size_t, exchange.framing.messageSize)),
            {USERS, "Size of each message in bytes",
             "Requests and responses have the same size. "
             "It is required with exchange.protocol = fixed. "
             "Example: exchange.message_size = 128."}),
    };
    for (const auto& part : {lengthSettings(), idSettings()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

} // namespace proximux::table
