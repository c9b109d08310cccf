#include <proximux/net/SocketsLocal.h>

#include <proximux/net/AdoptedSocket.h>

#include <Poco/Exception.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace proximux::sockets
{

namespace
{

/// The system's form of a path; one that is too long fits nowhere, so that its beginning is never used instead.
bool fill(sockaddr_un& address, const std::string& path)
{
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return false;
    std::memcpy(address.sun_path, path.data(), path.size());
    return true;
}

/// A socket of this family that blocks; negative: errno.
int makeSocket()
{
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (descriptor >= 0)
        ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    return descriptor >= 0 ? descriptor : -errno;
}

[[noreturn]] void refuse(const std::string& path, const std::string& why, int error)
{
    throw Poco::IOException("cannot listen on unix:" + path + ": " + why, error);
}

[[noreturn]] void refuse(const std::string& path, int error)
{
    refuse(path, errorText(error) + " (" + errorName(error) + ")", error);
}

/// Removes a socket file at which nobody listens any more.
void clear(const std::string& path)
{
    struct stat found
    {
    };
    if (::lstat(path.c_str(), &found) != 0)
        return; // there is none, or listening fails next
    if (!S_ISSOCK(found.st_mode))
        refuse(path, "there is a file that is no socket", EEXIST);
    const Connecting attempt = connectLocal(path);
    if (attempt.result.error != ECONNREFUSED)
        refuse(path, attempt.result.kind == IoResult::Kind::done ? "a running program listens there" : "it is in use",
               EADDRINUSE);
    ::unlink(path.c_str());
}

} // namespace

LocalListener::LocalListener(std::string path, unsigned mode, int backlog)
    : _path(std::move(path))
{
    sockaddr_un address{};
    if (!fill(address, _path))
        refuse(_path, ENAMETOOLONG);
    clear(_path);
    const int descriptor = makeSocket();
    if (descriptor < 0)
        refuse(_path, -descriptor);
    _socket = AdoptedListener(descriptor);
    ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
    struct stat made
    {
    };
    // until it listens nobody can connect, whatever the mode of the file is
    if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        refuse(_path, errno);
    if (::chmod(_path.c_str(), static_cast<mode_t>(mode)) != 0 || ::lstat(_path.c_str(), &made) != 0 ||
        ::listen(descriptor, backlog) != 0)
    {
        const int error = errno;
        ::unlink(_path.c_str());
        refuse(_path, error);
    }
    _device = static_cast<std::uint64_t>(made.st_dev);
    _inode = static_cast<std::uint64_t>(made.st_ino);
}

LocalListener::~LocalListener()
{
    struct stat found
    {
    };
    if (::lstat(_path.c_str(), &found) == 0 && static_cast<std::uint64_t>(found.st_dev) == _device &&
        static_cast<std::uint64_t>(found.st_ino) == _inode)
        ::unlink(_path.c_str());
}

Connecting connectLocal(const std::string& path)
{
    sockaddr_un address{};
    if (!fill(address, path))
        return {{IoResult::Kind::failed, 0, ENAMETOOLONG}, {}};
    const int descriptor = makeSocket();
    if (descriptor < 0)
        return {{IoResult::Kind::failed, 0, -descriptor}, {}};
    AdoptedSocket socket(descriptor);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return {{}, socket};
    return {{IoResult::Kind::failed, 0, errno}, {}};
}

} // namespace proximux::sockets
