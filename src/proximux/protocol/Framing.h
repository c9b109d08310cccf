#pragma once

#include <proximux/wire/LengthFramer.h>
#include <proximux/wire/Number.h>

#include <cstddef>
#include <optional>
#include <string>

namespace proximux
{

/// What the configuration says of the messages of a protocol. Each protocol takes from it what it needs.
struct Framing
{
    std::size_t maxMessage = std::size_t{16} * 1024 * 1024; ///< bytes
    std::string delimiter = "\n";                           ///< line
    std::size_t messageSize = 0;                            ///< fixed: bytes; 0: not said
    LengthField length;                                     ///< length
    std::optional<IdField> requestId;                       ///< fixed, length: where an id stands
    std::optional<IdField> responseId;                      ///< with the other, or neither
};

} // namespace proximux
