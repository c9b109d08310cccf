#pragma once

#include <proximux/net/SocketsLocal.h>

#include <Poco/Net/ServerSocket.h>

#include <memory>

namespace proximux
{

/// A socket that listens; it is closed with its last owner, and the file of a UNIX socket is removed then.
struct ListeningSocket
{
    Poco::Net::ServerSocket socket;
    std::unique_ptr<sockets::LocalListener> file; ///< null: it is TCP, or was passed in

    /// Whether it is a UNIX socket.
    bool isLocal = false;
};

} // namespace proximux
