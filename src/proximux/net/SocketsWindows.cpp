#include <proximux/net/Sockets.h>

#include <proximux/net/AdoptedSocket.h>
#include <proximux/net/SocketOption.h>
#include <proximux/net/Transport.h>

#include <Poco/Net/Net.h>
#include <Poco/Net/NetException.h>

#include <algorithm>
#include <array>
#include <climits>

#if defined(__GLIBCXX__)
#include <cxxabi.h>
#endif
#include <winsock2.h>
#include <ws2tcpip.h>

#include <windows.h>

namespace proximux::sockets
{

const int TIMED_OUT = WSAETIMEDOUT;

namespace
{

// as in the SDK of Windows 10; the headers of MinGW-w64 have them since version 11 only
constexpr int KEEPALIVE_IDLE = 3;
constexpr int MOST_RETRANSMISSION_TIME = 5;
constexpr int KEEPALIVE_COUNT = 16;
constexpr int KEEPALIVE_INTERVAL = 17;

#if defined(__GLIBCXX__)
/// When a thread ends, the memory of its thread_local objects is freed and their destructors are called in the order in
/// which the program first needed the one and the other. So it needs the latter first, before all other objects exist.
[[gnu::init_priority(101)]] const struct ThreadEnds
{
    ThreadEnds()
    {
        abi::__cxa_thread_atexit([](void*) {}, nullptr, nullptr);
    }
} THREAD_ENDS;
#endif

/// Starts Winsock before any socket can be used; POCO does that by itself with Microsoft's compiler only.
const struct Winsock
{
    Winsock() { Poco::Net::initializeNetwork(); }
} WINSOCK;

IoResult failure(int error)
{
    if (error == WSAEWOULDBLOCK)
        return {IoResult::Kind::wouldBlock, 0, 0};
    return {IoResult::Kind::failed, 0, error};
}

/// The error of a connection that was reset, else 0. The socket need not have it, not even for recv() (Wine 8); that
/// the connection was reset stays known.
int resetError(SOCKET socket)
{
    WSAPOLLFD entry{socket, 0, 0};
    return ::WSAPoll(&entry, 1, 0) > 0 && (entry.revents & POLLERR) != 0 ? WSAECONNRESET : 0;
}

IoResult received(SOCKET socket, int n)
{
    if (n > 0)
        return {IoResult::Kind::done, static_cast<std::size_t>(n), 0};
    if (n < 0)
        return failure(::WSAGetLastError());
    const int error = resetError(socket);
    return {error == 0 ? IoResult::Kind::ended : IoResult::Kind::failed, 0, error};
}

/// The calls take an int.
int limited(std::size_t size)
{
    return static_cast<int>(std::min<std::size_t>(size, INT_MAX));
}

int seconds(Duration duration)
{
    return static_cast<int>(duration.us / 1000000);
}

void makeNonBlocking(SOCKET socket)
{
    u_long on = 1;
    ::ioctlsocket(socket, FIONBIO, &on);
    ::SetHandleInformation(reinterpret_cast<HANDLE>(socket), HANDLE_FLAG_INHERIT, 0);
}

} // namespace

IoResult receive(poco_socket_t socket, char* into, std::size_t size)
{
    return received(socket, ::recv(socket, into, limited(size), 0));
}

IoResult peek(poco_socket_t socket)
{
    char byte = 0;
    return received(socket, ::recv(socket, &byte, 1, MSG_PEEK));
}

IoResult send(poco_socket_t socket, Bytes bytes)
{
    const int n = ::send(socket, bytes.data(), limited(bytes.size()), 0);
    return n >= 0 ? IoResult{IoResult::Kind::done, static_cast<std::size_t>(n), 0} : failure(::WSAGetLastError());
}

void shutdownSend(poco_socket_t socket)
{
    ::shutdown(socket, SD_SEND); // fails if the peer has left, which reading detects
}

void resetOnClose(poco_socket_t socket)
{
    const linger now{1, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&now), sizeof now);
}

void setOptions(poco_socket_t socket, const SocketOptions& options)
{
    const KeepAlive& probes = options.keepAlive;
    setOption(socket, SOL_SOCKET, SO_KEEPALIVE, probes.on ? 1 : 0);
    if (probes.on && !probes.idle.isOff())
    {
        setOption(socket, IPPROTO_TCP, KEEPALIVE_IDLE, seconds(probes.idle));
        setOption(socket, IPPROTO_TCP, KEEPALIVE_INTERVAL, seconds(probes.interval));
        setOption(socket, IPPROTO_TCP, KEEPALIVE_COUNT, probes.count);
    }
    if (!options.userTimeout.isOff())
        setOption(socket, IPPROTO_TCP, MOST_RETRANSMISSION_TIME, seconds(options.userTimeout));
}

SocketOptions options(poco_socket_t socket)
{
    SocketOptions set;
    set.keepAlive = KeepAlive::off();
    set.keepAlive.on = option(socket, SOL_SOCKET, SO_KEEPALIVE) != 0;
    if (set.keepAlive.on)
    {
        set.keepAlive.idle = Duration::seconds(option(socket, IPPROTO_TCP, KEEPALIVE_IDLE));
        set.keepAlive.interval = Duration::seconds(option(socket, IPPROTO_TCP, KEEPALIVE_INTERVAL));
        set.keepAlive.count = option(socket, IPPROTO_TCP, KEEPALIVE_COUNT);
    }
    if (const int s = option(socket, IPPROTO_TCP, MOST_RETRANSMISSION_TIME); s > 0)
        set.userTimeout = Duration::seconds(s);
    return set;
}

void acknowledge(poco_socket_t)
{
    // the delay of acknowledgements can be set for a network interface only
}

int takeError(poco_socket_t socket)
{
    int error = 0;
    int size = sizeof error;
    if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&error), &size) != 0)
        return ::WSAGetLastError();
    return error != 0 ? error : resetError(socket);
}

Accepted accept(Poco::Net::ServerSocket& listener)
{
    sockaddr_storage address{};
    int size = sizeof address;
    auto* peer = reinterpret_cast<sockaddr*>(&address);
    const SOCKET socket = ::accept(listener.impl()->sockfd(), peer, &size);
    Accepted client;
    if (socket == INVALID_SOCKET)
    {
        client.result = failure(::WSAGetLastError());
        return client;
    }
    makeNonBlocking(socket);
    setOption(socket, IPPROTO_TCP, TCP_NODELAY);
    client.transport = std::make_unique<PlainTransport>(AdoptedSocket(socket));
    client.peer = Poco::Net::SocketAddress(peer, size);
    return client;
}

bool isExhausted(int error)
{
    return error == WSAEMFILE || error == WSAENOBUFS || error == WSA_NOT_ENOUGH_MEMORY;
}

bool isShortage(int error, const Poco::Net::SocketAddress& address)
{
    if (error != WSAEADDRNOTAVAIL)
        return isExhausted(error) || error == WSAEADDRINUSE; // the port that connect() had chosen was taken
    // either no port is left or no local address reaches the peer: a datagram socket needs the address, too
    const SOCKET probe = ::socket(address.af(), SOCK_DGRAM, 0);
    if (probe == INVALID_SOCKET)
        return isExhausted(::WSAGetLastError());
    const bool reachable = ::connect(probe, address.addr(), address.length()) == 0;
    ::closesocket(probe);
    return reachable;
}

void raiseDescriptorLimit()
{
    // there is no limit but memory
}

Descriptors descriptors()
{
    return {};
}

bool isTransientAcceptError(int error)
{
    // WSAENOTCONN: what Wine says of a client that has gone before it was accepted
    return error == WSAECONNRESET || error == WSAENOTCONN || error == WSAEINTR || error == WSAENETDOWN ||
           error == WSAECONNABORTED;
}

void prepareListener(Poco::Net::ServerSocket& listener)
{
    makeNonBlocking(listener.impl()->sockfd());
}

/// SO_REUSEADDR would let two processes listen on one port, and Windows needs it for nothing else.
Poco::Net::ServerSocket boundListener(const Poco::Net::SocketAddress& address, bool ipv6Only)
{
    const SOCKET socket = ::socket(address.af(), SOCK_STREAM, 0);
    if (socket == INVALID_SOCKET)
        throw Poco::IOException("socket", ::WSAGetLastError());
    AdoptedListener listener(socket);
    setOption(socket, SOL_SOCKET, SO_EXCLUSIVEADDRUSE);
    if (address.family() == Poco::Net::SocketAddress::IPv6)
        listener.bind6(address, false, false, ipv6Only);
    else
        listener.bind(address, false, false);
    return listener;
}

std::string refusalHint(int error, std::uint16_t)
{
    if (error != WSAEACCES)
        return {};
    return "; another program has the port, or Windows reserves it (netsh interface ipv4 show excludedportrange tcp)";
}

Connecting connect(const Poco::Net::SocketAddress& address)
{
    const SOCKET socket = ::socket(address.af(), SOCK_STREAM, 0);
    if (socket == INVALID_SOCKET)
        return {{IoResult::Kind::failed, 0, ::WSAGetLastError()}, {}};
    AdoptedSocket adopted(socket);
    makeNonBlocking(socket);
    setOption(socket, IPPROTO_TCP, TCP_NODELAY);
    if (::connect(socket, address.addr(), address.length()) == 0)
        return {{}, adopted};
    const int error = ::WSAGetLastError();
    if (error == WSAEWOULDBLOCK || error == WSAEINPROGRESS)
        return {{IoResult::Kind::wouldBlock, 0, 0}, adopted};
    return {{IoResult::Kind::failed, 0, error}, {}};
}

} // namespace proximux::sockets
