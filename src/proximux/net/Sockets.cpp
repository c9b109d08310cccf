// What is the same on every system.

#include <proximux/net/Sockets.h>

#include <proximux/net/AdoptedSocket.h>
#include <proximux/net/SocketOption.h>

namespace proximux::sockets
{

std::optional<Poco::Net::SocketAddress> listeningAddress(poco_socket_t descriptor)
{
    sockaddr_storage address{};
    poco_socklen_t size = sizeof address;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        return std::nullopt;
    const bool isInternet = address.ss_family == AF_INET || address.ss_family == AF_INET6;
    if (!isInternet || option(descriptor, SOL_SOCKET, SO_TYPE) != SOCK_STREAM ||
        option(descriptor, SOL_SOCKET, SO_ACCEPTCONN) == 0)
        return std::nullopt;
    return Poco::Net::SocketAddress(reinterpret_cast<const sockaddr*>(&address), size);
}

bool isLocal(const Poco::Net::SocketAddress& peer)
{
    return peer.port() == 0; // a TCP connection has a port
}

std::string hostOf(const Poco::Net::SocketAddress& peer)
{
    return isLocal(peer) ? "unix" : peer.host().toString();
}

Poco::Net::ServerSocket adoptListener(poco_socket_t descriptor)
{
    return AdoptedListener(descriptor);
}

} // namespace proximux::sockets
