#pragma once

#include <proximux/net/Sockets.h>

#include <cstdint>
#include <string>

namespace proximux::sockets
{

/// A UNIX socket that listens at a path, whose file it makes and removes. Where the system has none
/// (surroundings::hasUnixSockets()) it cannot be made. Used in one thread.
class LocalListener
{
public:
    /// Listens. A socket file that is left of a program which has ended is replaced; a socket at which somebody listens
    /// is not, nor is any other file. mode: permissions of the file. Throws Poco::IOException with the path and the
    /// reason.
    LocalListener(std::string path, unsigned mode, int backlog);

    /// Removes the file, unless another has taken its place.
    ~LocalListener();

    LocalListener(const LocalListener&) = delete;
    LocalListener& operator=(const LocalListener&) = delete;

    /// The socket, non-blocking and close-on-exec.
    [[nodiscard]] const Poco::Net::ServerSocket& socket() const { return _socket; }

private:
    std::string _path;
    Poco::Net::ServerSocket _socket;
    std::uint64_t _device = 0; ///< with _inode: the file
    std::uint64_t _inode = 0;
};

/// Connects to the UNIX socket at this path, and waits for that. The socket of the result blocks. done: connected.
Connecting connectLocal(const std::string& path);

} // namespace proximux::sockets
