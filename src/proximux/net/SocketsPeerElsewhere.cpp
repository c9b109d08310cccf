#include <proximux/net/SocketsLocal.h>

namespace proximux::sockets
{

std::optional<PeerProcess> peerProcess(poco_socket_t)
{
    return std::nullopt;
}

} // namespace proximux::sockets
