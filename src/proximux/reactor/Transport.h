#pragma once

#include <proximux/reactor/Shortage.h>
#include <proximux/reactor/Sockets.h>

namespace proximux
{

/// What a connection reads from and writes to, without blocking. Owned by its connection, used in its reactor's thread.
class Transport
{
public:
    virtual ~Transport() = default;

    virtual IoResult receive(char* into, std::size_t size) = 0;
    virtual IoResult send(Bytes bytes) = 0;

    /// What receive() would say, for one byte, which stays where it is.
    virtual IoResult peek() = 0;

    /// What came is acknowledged without delay, where that can be had.
    virtual void acknowledge() {}

    /// Sends FIN behind what was sent.
    virtual void shutdownSend() = 0;

    /// Closing will send RST.
    virtual void resetOnClose() = 0;

    /// The error that is pending, or 0.
    virtual int takeError() = 0;

    /// What the reactor watches.
    [[nodiscard]] virtual poco_socket_t handle() const = 0;
};

/// Bytes as they are, over a socket that it closes at its end.
class PlainTransport : public Transport
{
public:
    explicit PlainTransport(const Poco::Net::StreamSocket& socket)
        : _socket(socket)
    {
    }

    IoResult receive(char* into, std::size_t size) override { return sockets::receive(handle(), into, size); }
    IoResult send(Bytes bytes) override { return sockets::send(handle(), bytes); }
    IoResult peek() override { return sockets::peek(handle()); }
    void acknowledge() override { sockets::acknowledge(handle()); }
    void shutdownSend() override { sockets::shutdownSend(handle()); }
    void resetOnClose() override { sockets::resetOnClose(handle()); }
    int takeError() override { return sockets::takeError(handle()); }
    [[nodiscard]] poco_socket_t handle() const override { return _socket.impl()->sockfd(); }
    [[nodiscard]] const Poco::Net::StreamSocket& socket() const { return _socket; }

private:
    /// Destroyed behind the socket.
    struct GivingBack
    {
        ~GivingBack() { Shortage::ofProcess().givenBack(); }
    };

    GivingBack _givingBack;
    Poco::Net::StreamSocket _socket;
};

} // namespace proximux
