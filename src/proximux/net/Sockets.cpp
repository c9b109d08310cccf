// What is the same on every system.

#include <proximux/net/Sockets.h>

#include <proximux/net/AdoptedSocket.h>
#include <proximux/net/SocketOption.h>

namespace proximux::sockets
{

namespace
{

bool isInternet(const sockaddr_storage& address)
{
    return address.ss_family == AF_INET || address.ss_family == AF_INET6;
}

/// told: whether the system has told this address.
Endpoint endpointOf(bool told, const sockaddr_storage& address, poco_socklen_t size)
{
    if (!told)
        return {};
    if (!isInternet(address))
        return {UNIX_HOST, 0};
    const Poco::Net::SocketAddress there(reinterpret_cast<const sockaddr*>(&address), size);
    return {there.host().toString(), there.port()};
}

} // namespace

std::optional<Poco::Net::SocketAddress> listeningAddress(poco_socket_t descriptor)
{
    sockaddr_storage address{};
    poco_socklen_t size = sizeof address;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        return std::nullopt;
    if (!isInternet(address) || option(descriptor, SOL_SOCKET, SO_TYPE) != SOCK_STREAM ||
        option(descriptor, SOL_SOCKET, SO_ACCEPTCONN) == 0)
        return std::nullopt;
    return Poco::Net::SocketAddress(reinterpret_cast<const sockaddr*>(&address), size);
}

Ends endsOf(poco_socket_t socket)
{
    sockaddr_storage address{};
    poco_socklen_t size = sizeof address;
    const bool here = ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    Ends ends;
    ends.here = endpointOf(here, address, size);
    size = sizeof address;
    const bool there = ::getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ends.there = endpointOf(there, address, size);
    return ends;
}

bool isLocal(const Poco::Net::SocketAddress& peer)
{
    return peer.port() == 0; // a TCP connection has a port
}

std::string hostOf(const Poco::Net::SocketAddress& peer)
{
    return isLocal(peer) ? UNIX_HOST : peer.host().toString();
}

Poco::Net::ServerSocket adoptListener(poco_socket_t descriptor)
{
    return AdoptedListener(descriptor);
}

} // namespace proximux::sockets
