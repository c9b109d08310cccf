#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <string>

namespace proximux::auth
{

/// The bytes of the one text, each with that of the other at its place by XOR; bytes without such a one as they are.
inline std::string covered(Bytes text, Bytes by)
{
    std::string made(text);
    for (std::size_t i = 0; i < made.size() && i < by.size(); ++i)
        made[i] = static_cast<char>(static_cast<unsigned char>(made[i]) ^ static_cast<unsigned char>(by[i]));
    return made;
}

} // namespace proximux::auth
