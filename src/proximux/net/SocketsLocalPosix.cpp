#include <proximux/net/SocketsLocal.h>

#include <proximux/net/AdoptedSocket.h>
#include <proximux/net/SocketOption.h>

#include <Poco/Exception.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace proximux::sockets
{

namespace
{

using FileState = struct stat;

constexpr std::size_t NAME_BEGINS = offsetof(sockaddr_un, sun_path);

bool isAbstract(const std::string& path)
{
    return !path.empty() && path.front() == '@';
}

/// The system's form of a path.
struct LocalAddress
{
    sockaddr_un name{};
    socklen_t size = sizeof(sockaddr_un);

    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&name); }
};

/// One that is too long fits nowhere, so that its beginning is never used instead.
std::optional<LocalAddress> addressOf(const std::string& path)
{
    LocalAddress address;
    address.name.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.name.sun_path)
        return std::nullopt;
    std::memcpy(address.name.sun_path, path.data(), path.size());
    if (!isAbstract(path))
        return address;
    address.name.sun_path[0] = '\0';
    address.size = static_cast<socklen_t>(NAME_BEGINS + path.size()); // zeros behind it would be part of the name
    return address;
}

/// A socket of this family that blocks; negative: errno.
int makeSocket()
{
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (descriptor >= 0)
        ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
#if defined(SO_NOSIGPIPE)
    if (descriptor >= 0)
        setOption(descriptor, SOL_SOCKET, SO_NOSIGPIPE);
#endif
    return descriptor >= 0 ? descriptor : -errno;
}

Connecting connectTo(const std::string& path, bool waits)
{
    const auto address = addressOf(path);
    if (!address)
        return {{IoResult::Kind::failed, 0, ENAMETOOLONG}, {}};
    const int descriptor = makeSocket();
    if (descriptor < 0)
        return {{IoResult::Kind::failed, 0, -descriptor}, {}};
    AdoptedSocket socket(descriptor);
    if (!waits)
        ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
    if (::connect(descriptor, address->get(), address->size) == 0)
        return {{}, socket};
    const bool isFull = errno == EAGAIN || errno == EWOULDBLOCK;
    return {{isFull ? IoResult::Kind::wouldBlock : IoResult::Kind::failed, 0, errno}, {}};
}

[[noreturn]] void refuse(const std::string& path, const std::string& why, int error)
{
    throw Poco::IOException("cannot listen on unix:" + path + ": " + why, error);
}

[[noreturn]] void refuse(const std::string& path, int error)
{
    refuse(path, errorText(error) + " (" + errorName(error) + ")", error);
}

/// Refuses a path at which somebody listens, or which is no socket.
void checkFree(const std::string& path)
{
    FileState found{};
    if (isAbstract(path) || ::lstat(path.c_str(), &found) != 0)
        return; // there is none, or listening fails next
    if (!S_ISSOCK(found.st_mode))
        refuse(path, "there is a file that is no socket", EEXIST);
    const Connecting attempt = beginLocal(path);
    if (attempt.result.error == ECONNREFUSED)
        return;
    refuse(path, attempt.result.kind == IoResult::Kind::failed ? "it is in use" : "a running program listens there",
           EADDRINUSE);
}

void removeSocket(const std::string& path)
{
    FileState found{};
    if (::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode))
        ::unlink(path.c_str());
}

/// Where the socket is made before it gets its path: beside that, so that it can be renamed. If there is no room for a
/// longer name, it is the path itself.
std::string placeOf(const std::string& path)
{
    const std::string place = path + "." + std::to_string(::getpid()) + ".tmp";
    return addressOf(place) ? place : path;
}

/// The number of a group.
gid_t groupOf(const std::string& name, const std::string& path)
{
    if (name.find_first_not_of("0123456789") == std::string::npos && name.size() < 10)
        return static_cast<gid_t>(std::stoul(name));
    constexpr std::size_t MOST = 1U << 20U;
    std::vector<char> memory(4096);
    group entry{};
    group* found = nullptr;
    while (::getgrnam_r(name.c_str(), &entry, memory.data(), memory.size(), &found) == ERANGE && memory.size() < MOST)
        memory.resize(memory.size() * 2);
    if (found == nullptr)
        refuse(path, "there is no group " + name, EINVAL);
    return found->gr_gid;
}

/// place: its file, which has another name at first.
void permitAt(const std::string& place, const LocalAccess& access, const std::string& path)
{
    if (!access.group.empty() && ::chown(place.c_str(), static_cast<uid_t>(-1), groupOf(access.group, path)) != 0)
        refuse(path, "cannot give its file to the group " + access.group + ": " + errorText(errno), errno);
    if (::chmod(place.c_str(), static_cast<mode_t>(access.mode)) != 0)
        refuse(path, errno);
}

} // namespace

LocalListener::LocalListener(std::string path, const LocalAccess& access, int backlog)
    : _path(std::move(path))
{
    if (!addressOf(_path))
        refuse(_path, ENAMETOOLONG);
    checkFree(_path);
    const int descriptor = makeSocket();
    if (descriptor < 0)
        refuse(_path, -descriptor);
    _socket = AdoptedListener(descriptor);
    ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
    isAbstract(_path) ? listenByName(backlog) : listenAtPath(access, backlog);
}

/// Under an abstract name, which needs no file.
void LocalListener::listenByName(int backlog)
{
    bindTo(_path);
    if (::listen(_socket.impl()->sockfd(), backlog) != 0)
        refuse(_path, errno);
}

void LocalListener::listenAtPath(const LocalAccess& access, int backlog)
{
    const std::string place = placeOf(_path);
    removeSocket(place); // of an earlier process with our number, or the stale one at the path
    bindTo(place);
    try
    {
        // until it listens nobody can connect, whatever the mode of the file is
        permitAt(place, access, _path);
        FileState made{};
        if (::listen(_socket.impl()->sockfd(), backlog) != 0 || ::lstat(place.c_str(), &made) != 0 ||
            ::rename(place.c_str(), _path.c_str()) != 0)
            refuse(_path, errno);
        _device = static_cast<std::uint64_t>(made.st_dev);
        _inode = static_cast<std::uint64_t>(made.st_ino);
    }
    catch (const Poco::IOException&)
    {
        removeSocket(place);
        throw;
    }
}

void LocalListener::bindTo(const std::string& place)
{
    const auto address = addressOf(place);
    if (::bind(_socket.impl()->sockfd(), address->get(), address->size) != 0)
        refuse(_path, errno);
}

LocalListener::~LocalListener()
{
    if (isOurs())
        ::unlink(_path.c_str());
}

/// Whether the file at the path is the one that was made.
bool LocalListener::isOurs() const
{
    FileState found{};
    return _inode != 0 && ::lstat(_path.c_str(), &found) == 0 && static_cast<std::uint64_t>(found.st_dev) == _device &&
           static_cast<std::uint64_t>(found.st_ino) == _inode;
}

void LocalListener::permit(const LocalAccess& access) const
{
    if (isOurs())
        permitAt(_path, access, _path);
}

Connecting connectLocal(const std::string& path)
{
    return connectTo(path, true);
}

Connecting beginLocal(const std::string& path)
{
    return connectTo(path, false);
}

std::optional<std::string> listeningPath(poco_socket_t descriptor)
{
    sockaddr_un name{};
    socklen_t size = sizeof name;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&name), &size) != 0 || name.sun_family != AF_UNIX ||
        option(descriptor, SOL_SOCKET, SO_TYPE) != SOCK_STREAM || option(descriptor, SOL_SOCKET, SO_ACCEPTCONN) == 0 ||
        size <= NAME_BEGINS)
        return std::nullopt;
    std::string path(name.sun_path, std::min<std::size_t>(size - NAME_BEGINS, sizeof name.sun_path));
    if (path.front() == '\0')
        path.front() = '@';
    return path.substr(0, path.find('\0'));
}

} // namespace proximux::sockets
