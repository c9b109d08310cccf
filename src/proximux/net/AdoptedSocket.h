#pragma once

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/ServerSocketImpl.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/StreamSocketImpl.h>

namespace proximux::sockets
{

/// Transfers ownership of a socket of the system to Poco.
class AdoptedSocket : public Poco::Net::StreamSocket
{
public:
    explicit AdoptedSocket(poco_socket_t socket)
        : StreamSocket(new Poco::Net::StreamSocketImpl(socket))
    {
    }
};

/// Likewise, for a listening socket, or one that is to listen.
class AdoptedListener : public Poco::Net::ServerSocket
{
public:
    explicit AdoptedListener(poco_socket_t socket)
        : ServerSocket(new Impl(socket), true)
    {
    }

private:
    struct Impl : Poco::Net::ServerSocketImpl
    {
        explicit Impl(poco_socket_t socket) { reset(socket); }
    };
};

} // namespace proximux::sockets
