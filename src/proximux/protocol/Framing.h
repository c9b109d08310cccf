#pragma once

#include <proximux/wire/LengthFramer.h>
#include <proximux/wire/Number.h>

#include <cstddef>
#include <optional>
#include <string>

namespace proximux
{

/// The settings that describe messages. Each protocol uses the ones that it needs.
struct Framing
{
    std::size_t maxMessage = std::size_t{16} * 1024 * 1024; ///< bytes
    std::string delimiter = "\n";                           ///< line
    std::size_t messageSize = 0;                            ///< fixed: bytes; 0: not set
    LengthField length;                                     ///< length
    std::optional<IdField> requestId;                       ///< fixed, length: position of the id
    std::optional<IdField> responseId;                      ///< set exactly if requestId is
};

} // namespace proximux
