#pragma once

#include <proximux/net/SocketsLocal.h>
#include <proximux/proxy/TCPServer.h>

#include <Poco/Net/ServerSocket.h>

#include <memory>
#include <string>

namespace proximux
{

/// A socket that listens; it is closed with its last owner, and the file of a UNIX socket is removed then.
struct ListeningSocket
{
    /// Closes it now, whoever shares it.
    void close()
    {
        socket.close();
        file.reset();
    }

    Poco::Net::ServerSocket socket;
    std::unique_ptr<sockets::LocalListener> file; ///< null: it is TCP, or was passed in
    bool isLocal = false;                         ///< it is a UNIX socket
    std::string asked{}; ///< of TCP: the address that was asked for, with all that tells it apart
};

/// What TCPServer::listenOn() does.
ListeningSockets listenOnAll(const TCPServerSettings& settings, const ListeningSockets& present);

} // namespace proximux
