#pragma once

#include <proximux/wire/Framer.h>
#include <proximux/wire/Number.h>

#include <cstdint>
#include <optional>

namespace proximux
{

/// Where a message's length stands, and what it counts. The message's size is
/// offset + width + (the field's value) + adjust, as in Netty's LengthFieldBasedFrameDecoder.
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
    std::int64_t adjust = 0; ///< added to the value, to come to the bytes that follow the field
    std::uint64_t min = 0;   ///< least value that is right

    /// Bytes of a message that are shown before any is taken; a shorter message is shown whole.
    std::size_t header = 0;
    std::size_t minMessage = 0; ///< bytes of the shortest message that is right
};

/// A message says how long it is.
class LengthFramer : public Framer
{
public:
    /// max: bytes of a message in all.
    LengthFramer(const LengthField& field, std::size_t max);

    Progress feed(Bytes input) override;

private:
    [[nodiscard]] std::optional<std::uint64_t> value(Bytes field) const;
    Progress begin(Bytes header);

    LengthField _field;
    std::size_t _max;
    std::size_t _left = 0; ///< of the present message; 0: its length was not seen
    bool _shown = false;   ///< its header was
};

} // namespace proximux
