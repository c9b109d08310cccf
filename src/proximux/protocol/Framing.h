#pragma once

#include <proximux/wire/LengthFramer.h>

#include <cstddef>
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
};

} // namespace proximux
