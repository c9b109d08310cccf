#include <proximux/net/Sockets.h>

#include <proximux/net/AdoptedSocket.h>
#include <proximux/net/SocketOption.h>
#include <proximux/net/Transport.h>

#include <Poco/Net/NetException.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace proximux::sockets
{

const int TIMED_OUT = ETIMEDOUT;

namespace
{

#if defined(MSG_NOSIGNAL)
constexpr int SEND_FLAGS = MSG_NOSIGNAL;
#else
constexpr int SEND_FLAGS = 0;           // SO_NOSIGPIPE is set on the socket
#endif

IoResult failure(int error)
{
    if (error == EAGAIN || error == EWOULDBLOCK)
        return {IoResult::Kind::wouldBlock, 0, 0};
    return {IoResult::Kind::failed, 0, error};
}

int seconds(Duration duration)
{
    return static_cast<int>(duration.us / 1000000);
}

#if defined(TCP_KEEPIDLE)
constexpr int TCP_IDLE = TCP_KEEPIDLE;
#else
constexpr int TCP_IDLE = TCP_KEEPALIVE; // macOS
#endif

/// Does what flags of accept4() and socket() do on systems that have them.
void makeNonBlocking([[maybe_unused]] int descriptor)
{
#if !defined(SOCK_CLOEXEC)
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
#if defined(SO_NOSIGPIPE)
    setOption(descriptor, SOL_SOCKET, SO_NOSIGPIPE);
#endif
#endif
}

} // namespace

IoResult receive(poco_socket_t socket, char* into, std::size_t size)
{
    for (;;)
    {
        const ssize_t n = ::recv(socket, into, size, 0);
        if (n > 0)
            return {IoResult::Kind::done, static_cast<std::size_t>(n), 0};
        if (n == 0)
            return {IoResult::Kind::ended, 0, 0};
        if (errno != EINTR)
            return failure(errno);
    }
}

IoResult peek(poco_socket_t socket)
{
    char byte = 0;
    const ssize_t n = ::recv(socket, &byte, 1, MSG_PEEK);
    if (n > 0)
        return {IoResult::Kind::done, 1, 0};
    return n == 0 ? IoResult{IoResult::Kind::ended, 0, 0} : failure(errno);
}

IoResult send(poco_socket_t socket, Bytes bytes)
{
    for (;;)
    {
        const ssize_t n = ::send(socket, bytes.data(), bytes.size(), SEND_FLAGS);
        if (n >= 0)
            return {IoResult::Kind::done, static_cast<std::size_t>(n), 0};
        if (errno != EINTR)
            return failure(errno);
    }
}

void shutdownSend(poco_socket_t socket)
{
    ::shutdown(socket, SHUT_WR); // fails if the peer has left, which reading detects
}

void resetOnClose(poco_socket_t socket)
{
    const linger now{1, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void setOptions(poco_socket_t socket, const SocketOptions& options)
{
    const KeepAlive& probes = options.keepAlive;
    setOption(socket, SOL_SOCKET, SO_KEEPALIVE, probes.on ? 1 : 0);
    if (probes.on && !probes.idle.isOff())
    {
        setOption(socket, IPPROTO_TCP, TCP_IDLE, seconds(probes.idle));
#if defined(TCP_KEEPINTVL) && defined(TCP_KEEPCNT)
        setOption(socket, IPPROTO_TCP, TCP_KEEPINTVL, seconds(probes.interval));
        setOption(socket, IPPROTO_TCP, TCP_KEEPCNT, probes.count);
#endif
    }
#if defined(TCP_USER_TIMEOUT)
    if (!options.userTimeout.isOff())
        setOption(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(options.userTimeout.us / 1000));
#elif defined(TCP_RXT_CONNDROPTIME)
    if (!options.userTimeout.isOff())
        setOption(socket, IPPROTO_TCP, TCP_RXT_CONNDROPTIME, seconds(options.userTimeout));
#endif
}

SocketOptions options(poco_socket_t socket)
{
    SocketOptions set;
    set.keepAlive = KeepAlive::off();
    set.keepAlive.on = option(socket, SOL_SOCKET, SO_KEEPALIVE) != 0;
    if (set.keepAlive.on)
    {
        set.keepAlive.idle = Duration::seconds(option(socket, IPPROTO_TCP, TCP_IDLE));
#if defined(TCP_KEEPINTVL) && defined(TCP_KEEPCNT)
        set.keepAlive.interval = Duration::seconds(option(socket, IPPROTO_TCP, TCP_KEEPINTVL));
        set.keepAlive.count = option(socket, IPPROTO_TCP, TCP_KEEPCNT);
#endif
    }
#if defined(TCP_USER_TIMEOUT)
    if (const int ms = option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT))
        set.userTimeout = Duration::milliseconds(ms);
#elif defined(TCP_RXT_CONNDROPTIME)
    if (const int s = option(socket, IPPROTO_TCP, TCP_RXT_CONNDROPTIME))
        set.userTimeout = Duration::seconds(s);
#endif
    return set;
}

void acknowledge(poco_socket_t socket)
{
#if defined(TCP_QUICKACK)
    setOption(socket, IPPROTO_TCP, TCP_QUICKACK);
#else
    static_cast<void>(socket);
#endif
}

int takeError(poco_socket_t socket)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        return errno;
    return error;
}

Accepted accept(Poco::Net::ServerSocket& listener)
{
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* peer = reinterpret_cast<sockaddr*>(&address);
#if defined(SOCK_CLOEXEC)
    const int descriptor = ::accept4(listener.impl()->sockfd(), peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
    const int descriptor = ::accept(listener.impl()->sockfd(), peer, &size);
#endif
    Accepted client;
    if (descriptor < 0)
    {
        client.result = failure(errno);
        return client;
    }
    makeNonBlocking(descriptor);
    const bool isLocal = address.ss_family == AF_UNIX;
    client.transport = std::make_unique<PlainTransport>(AdoptedSocket(descriptor), isLocal);
    if (!isLocal) // such a client has no address
        client.peer = Poco::Net::SocketAddress(peer, size);
    return client;
}

bool isExhausted(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

bool isShortage(int error, const Poco::Net::SocketAddress& address)
{
    if (error != EADDRNOTAVAIL)
        return isExhausted(error);
    // either no port is left or no local address reaches the peer: a datagram socket needs the address, too
    const int probe = ::socket(address.af(), SOCK_DGRAM, 0);
    if (probe < 0)
        return isExhausted(errno);
    const bool reachable = ::connect(probe, address.addr(), address.length()) == 0;
    ::close(probe);
    return reachable;
}

void raiseDescriptorLimit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) == 0 || limit.rlim_max != RLIM_INFINITY)
        return;
    limit.rlim_cur = 1U << 20U; // the hard limit is infinite, but the system has a maximum all the same
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

Descriptors descriptors()
{
    Descriptors found;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        found.limit = static_cast<std::size_t>(limit.rlim_cur);
    DIR* const folder = ::opendir("/dev/fd");
    if (folder == nullptr)
        return found;
    while (const dirent* entry = ::readdir(folder)) // NOLINT(concurrency-mt-unsafe): the stream is local
        if (entry->d_name[0] != '.')
            ++found.open;
    ::closedir(folder);
    found.open -= std::min<std::size_t>(found.open, 1); // opendir()'s own
    return found;
}

bool isTransientAcceptError(int error)
{
    // accept(2) reports errors pending on the new connection; the next one may be fine
    return error == EINTR || error == ECONNABORTED || error == EPROTO || error == ENETDOWN || error == ENOPROTOOPT ||
           error == EHOSTDOWN || error == EHOSTUNREACH || error == EOPNOTSUPP || error == ENETUNREACH || error == EPERM;
}

void prepareListener(Poco::Net::ServerSocket& listener)
{
    const int descriptor = listener.impl()->sockfd();
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    setOption(descriptor, IPPROTO_TCP, TCP_NODELAY); // inherited by accepted sockets
}

Connecting connect(const Poco::Net::SocketAddress& address)
{
#if defined(SOCK_CLOEXEC)
    const int descriptor = ::socket(address.af(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
#else
    const int descriptor = ::socket(address.af(), SOCK_STREAM, 0);
#endif
    if (descriptor < 0)
        return {{IoResult::Kind::failed, 0, errno}, {}};
    makeNonBlocking(descriptor);
    AdoptedSocket socket(descriptor);
    setOption(descriptor, IPPROTO_TCP, TCP_NODELAY);
    if (::connect(descriptor, address.addr(), address.length()) == 0)
        return {{}, socket};
    if (errno == EINPROGRESS || errno == EINTR)
        return {{IoResult::Kind::wouldBlock, 0, 0}, socket};
    return {{IoResult::Kind::failed, 0, errno}, {}};
}

Poco::Net::ServerSocket boundListener(const Poco::Net::SocketAddress& address, bool ipv6Only)
{
    Poco::Net::ServerSocket listener;
    if (address.family() == Poco::Net::SocketAddress::IPv6)
        listener.bind6(address, true, false, ipv6Only);
    else
        listener.bind(address, true, false);
    return listener;
}

std::string refusalHint(int error, std::uint16_t port)
{
    constexpr int UNPRIVILEGED = 1024; // the lowest port that any user may listen on
    if (error != EACCES || port >= UNPRIVILEGED)
        return {};
    return "; a port below 1024 needs root or, on Linux, CAP_NET_BIND_SERVICE, which the systemd unit gives";
}

} // namespace proximux::sockets
