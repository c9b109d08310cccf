#pragma once

#include <proximux/PeerProcess.h>
#include <proximux/net/Sockets.h>

#include <cstdint>
#include <optional>
#include <string>

namespace proximux::sockets
{

/// Who may connect to a UNIX socket at a path.
struct LocalAccess
{
    unsigned mode = 0600; ///< permissions of its file
    std::string group;    ///< of its file, by name or number; empty: it stays as it is
};

/// A UNIX socket that listens at a path, whose file it makes and removes, or under an abstract name ("@name", Linux).
/// Where the system has none (surroundings::hasUnixSockets()) it cannot be made. Used in one thread.
class LocalListener
{
public:
    /// Listens. The file appears at its path when it is ready: nobody finds it with other permissions, or is refused. A
    /// socket file that is left of a program which has ended is replaced; a socket at which somebody listens is not,
    /// nor is any other file. Throws Poco::IOException with the path and the reason.
    LocalListener(std::string path, const LocalAccess& access, int backlog);

    /// Removes the file, unless another has taken its place.
    ~LocalListener();

    LocalListener(const LocalListener&) = delete;
    LocalListener& operator=(const LocalListener&) = delete;

    /// Changes who may connect. Throws as the constructor does.
    void permit(const LocalAccess& access) const;

    /// The socket, non-blocking and close-on-exec.
    [[nodiscard]] const Poco::Net::ServerSocket& socket() const { return _socket; }

private:
    void listenByName(int backlog);
    void listenAtPath(const LocalAccess& access, int backlog);
    void bindTo(const std::string& place);
    [[nodiscard]] bool isOurs() const;

    std::string _path;
    Poco::Net::ServerSocket _socket;
    std::uint64_t _device = 0; ///< with _inode: the file; 0: there is none
    std::uint64_t _inode = 0;
};

/// Connects to the UNIX socket at this path, and waits for that. The socket of the result blocks. done: connected.
Connecting connectLocal(const std::string& path);

/// As connectLocal(), without waiting, and the socket does not block. wouldBlock: there is no socket, because the queue
/// of those that wait to be accepted is full.
Connecting beginLocal(const std::string& path);

/// The path, or "@name", of a listening UNIX socket; nothing if the descriptor is something else.
std::optional<std::string> listeningPath(poco_socket_t descriptor);

/// The process at the other end of a connected UNIX socket; nothing if the system does not tell.
std::optional<PeerProcess> peerProcess(poco_socket_t socket);

} // namespace proximux::sockets
