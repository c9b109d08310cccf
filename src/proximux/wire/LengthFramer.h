#pragma once

#include <proximux/Framing.h>
#include <proximux/Number.h>
#include <proximux/wire/Framer.h>

#include <cstdint>
#include <optional>

namespace proximux
{

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
