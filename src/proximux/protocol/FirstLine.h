#pragma once

#include <proximux/Bytes.h>

#include <cstddef>

namespace proximux
{

/// The short readable form of an unknown message: its first line, or its first bytes if that line is empty. At most
/// `limit` bytes.
inline Bytes firstLine(Bytes message, std::size_t limit)
{
    const Bytes start = message.substr(0, limit);
    const std::size_t end = start.find_first_of("\r\n");
    return end == 0 ? start : start.substr(0, end);
}

} // namespace proximux
