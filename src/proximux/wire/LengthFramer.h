#pragma once

#include <proximux/wire/Framer.h>
#include <proximux/wire/Number.h>

#include <cstdint>
#include <optional>

namespace proximux
{

/// Position and meaning of a message's length field. The size of a message is offset + width + (the field's value) +
/// adjust, as in Netty's LengthFieldBasedFrameDecoder.
struct LengthField
{
    using Order = ByteOrder;
    enum class Encoding
    {
        binary,
        bcd,        ///< two decimal digits a byte
        decimal,    ///< ASCII digits
        hexadecimal ///< ASCII digits
    };

    std::size_t offset = 0; ///< bytes before the field
    std::size_t width = 4;  ///< bytes of the field, 1 to 8
    Order order = Order::big;
    Encoding encoding = Encoding::binary;
    std::int64_t adjust = 0; ///< added to the value; the sum is the number of bytes after the field
    std::uint64_t min = 0;   ///< smallest valid value

    /// Leading bytes that must be visible before any is taken; a shorter message must be visible whole.
    std::size_t header = 0;
    std::size_t minMessage = 0; ///< size of the shortest valid message in bytes
};

/// Frames messages that carry their length.
class LengthFramer : public Framer
{
public:
    /// max: maximum size of a message in bytes, header included.
    LengthFramer(const LengthField& field, std::size_t max);

    Progress feed(Bytes input) override;

private:
    [[nodiscard]] std::optional<std::uint64_t> value(Bytes field) const;
    Progress begin(Bytes header);

    LengthField _field;
    std::size_t _max;
    std::size_t _left = 0; ///< bytes of the current message still to come; 0: its length is not known yet
    bool _shown = false;   ///< whether its header was visible
};

} // namespace proximux
