#include <app/NotifySocket.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace proximux
{

namespace
{

constexpr timeval NOTIFY_PATIENCE{5, 0};

/// The address of a path, or of an abstract name behind '@'; empty if it is neither or too long.
std::string systemForm(const std::string& address)
{
    sockaddr_un to{};
    const bool known = address.size() > 1 && (address.front() == '/' || address.front() == '@');
    if (!known || address.size() >= sizeof to.sun_path)
        return {};
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, address.data(), address.size());
    const bool isAbstract = address.front() == '@';
    if (isAbstract)
        to.sun_path[0] = '\0';
    // the length of an abstract name ends with it, a path ends with its NUL
    return {reinterpret_cast<const char*>(&to),
            offsetof(sockaddr_un, sun_path) + address.size() + (isAbstract ? 0U : 1U)};
}

} // namespace

NotifySocket::NotifySocket(const std::string& address)
    : _address(systemForm(address))
{
    if (_address.empty())
        return;
    _socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ::setsockopt(_socket, SOL_SOCKET, SO_SNDTIMEO, &NOTIFY_PATIENCE, sizeof NOTIFY_PATIENCE);
}

NotifySocket::~NotifySocket()
{
    if (_socket >= 0)
        ::close(_socket);
}

bool NotifySocket::send(const std::string& message) const
{
    if (_socket < 0)
        return false;
    sockaddr_un to{};
    std::memcpy(&to, _address.data(), _address.size());
    for (;;)
    {
        const ssize_t sent = ::sendto(_socket, message.data(), message.size(), MSG_NOSIGNAL,
                                      reinterpret_cast<const sockaddr*>(&to), static_cast<socklen_t>(_address.size()));
        if (sent >= 0 || errno != EINTR)
            return sent >= 0;
    }
}

void NotifySocket::forget(const char* variable)
{
    ::unsetenv(variable); // NOLINT(concurrency-mt-unsafe): there is one thread
}

} // namespace proximux
