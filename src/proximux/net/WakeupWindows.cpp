// A pipe cannot be waited for together with sockets, so this is a connection to ourselves.

#include <proximux/net/Sockets.h>

#include <Poco/Exception.h>

#include <array>
#include <string>
#include <utility>

#include <winsock2.h>
#include <ws2tcpip.h>

namespace proximux::sockets
{

namespace
{

[[noreturn]] void refuse(const char* call)
{
    const int error = ::WSAGetLastError();
    throw Poco::IOException(std::string("socket pair: ") + call + ": " + errorText(error), error);
}

/// Closes its socket, unless it was released.
class Guarded
{
public:
    explicit Guarded(SOCKET socket)
        : _socket(socket)
    {
        if (socket == INVALID_SOCKET)
            refuse("socket");
    }
    ~Guarded()
    {
        if (_socket != INVALID_SOCKET)
            ::closesocket(_socket);
    }
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;

    [[nodiscard]] SOCKET get() const { return _socket; }
    SOCKET release() { return std::exchange(_socket, INVALID_SOCKET); }

private:
    SOCKET _socket;
};

/// A port of the loopback address that connections are accepted on.
sockaddr_in listenOnLoopback(SOCKET listener)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int size = sizeof address;
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener, 1) != 0 ||
        ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        refuse("listen");
    return address;
}

sockaddr_in ownAddress(SOCKET socket)
{
    sockaddr_in address{};
    int size = sizeof address;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    return address;
}

void stopBlocking(SOCKET socket)
{
    u_long on = 1;
    ::ioctlsocket(socket, FIONBIO, &on);
}

} // namespace

Wakeup::Wakeup()
    : _receiving(INVALID_SOCKET)
    , _sending(INVALID_SOCKET)
{
    const Guarded listener(::socket(AF_INET, SOCK_STREAM, 0));
    const sockaddr_in address = listenOnLoopback(listener.get());
    Guarded sending(::socket(AF_INET, SOCK_STREAM, 0));
    if (::connect(sending.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        refuse("connect");
    for (;;)
    {
        sockaddr_in peer{};
        int size = sizeof peer;
        Guarded receiving(::accept(listener.get(), reinterpret_cast<sockaddr*>(&peer), &size));
        if (peer.sin_port != ownAddress(sending.get()).sin_port)
            continue; // somebody else has connected first
        stopBlocking(receiving.get());
        stopBlocking(sending.get());
        _receiving = receiving.release();
        _sending = sending.release();
        return;
    }
}

Wakeup::~Wakeup()
{
    ::closesocket(_receiving);
    ::closesocket(_sending);
}

void Wakeup::wake()
{
    const char byte = 0;
    ::send(_sending, &byte, 1, 0); // a full connection wakes as well
}

void Wakeup::clear()
{
    std::array<char, 64> bytes;
    while (::recv(_receiving, bytes.data(), static_cast<int>(bytes.size()), 0) == static_cast<int>(bytes.size()))
    {
    }
}

} // namespace proximux::sockets
