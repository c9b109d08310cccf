#pragma once

#include <Poco/Net/SocketDefs.h>

namespace proximux::sockets
{

/// Sets an option of a socket. Failure is ignored: at worst the connection is slower.
inline void setOption(poco_socket_t socket, int level, int name, int value = 1)
{
    ::setsockopt(socket, level, name, reinterpret_cast<const char*>(&value), sizeof value);
}

/// The value of an option; 0 if the system does not report it.
inline int option(poco_socket_t socket, int level, int name)
{
    int value = 0;
    poco_socklen_t size = sizeof value;
    return ::getsockopt(socket, level, name, reinterpret_cast<char*>(&value), &size) == 0 ? value : 0;
}

} // namespace proximux::sockets
