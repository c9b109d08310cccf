#include <proximux/net/SocketsLocal.h>

#include <sys/socket.h>

namespace proximux::sockets
{

std::optional<PeerProcess> peerProcess(poco_socket_t socket)
{
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof peer)
        return std::nullopt;
    return PeerProcess{peer.uid, peer.pid};
}

} // namespace proximux::sockets
