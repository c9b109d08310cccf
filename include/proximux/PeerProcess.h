#pragma once

#include <cstdint>

namespace proximux
{

/// The process at the other end of a UNIX socket, when it connected.
struct PeerProcess
{
    std::uint32_t uid = 0; ///< its user
    std::int64_t pid = 0;  ///< 0: it is in another namespace, in which its number means nothing here
};

} // namespace proximux
