#pragma once

#include <proximux/net/Shortage.h>
#include <proximux/net/Sockets.h>
#include <proximux/net/loop/Poller.h>

#include <string>

namespace proximux
{

/// An error in words.
struct ErrorText
{
    std::string name; ///< "ECONNRESET"
    std::string text; ///< "Connection reset by peer"
};

/// Non-blocking I/O of one connection. Owned by its connection, used in its reactor's thread.
class Transport
{
public:
    /// What the readiness of the socket does not tell. Plain TCP has no such needs.
    enum Need : unsigned
    {
        readPending = 1,        ///< received bytes are at hand, though the socket may have none
        readNeedsWritable = 2,  ///< receive() goes on when the socket can be written to
        writeNeedsReadable = 4, ///< send() goes on when the socket can be read
        endNeedsWritable = 8    ///< shutdownSend() is to be called again when the socket can be written to
    };

    virtual ~Transport() = default;

    /// The needs left by the last calls, as a sum.
    [[nodiscard]] unsigned needs() const { return _needs; }

    /// What to watch the socket for, so that what is wanted can go on.
    [[nodiscard]] Interest wants(Interest wanted) const
    {
        if (_needs == 0)
            return wanted;
        const bool reads = wanted.read && (_needs & readNeedsWritable) == 0;
        const bool writes = wanted.write && (_needs & writeNeedsReadable) == 0;
        return {reads || (wanted.write && !writes),
                writes || (wanted.read && !reads) || (_needs & endNeedsWritable) != 0};
    }

    virtual IoResult receive(char* into, std::size_t size) = 0;
    virtual IoResult send(Bytes bytes) = 0;

    /// The result that receive() would give for one byte, without consuming it.
    virtual IoResult peek() = 0;

    /// Acknowledges received bytes without delay, if the transport can.
    virtual void acknowledge() {}

    /// Sends FIN after all bytes sent so far. With the need endNeedsWritable it is not done yet.
    virtual void shutdownSend() = 0;

    /// Makes closing send RST.
    virtual void resetOnClose() = 0;

    /// The pending error, or 0. Clears it.
    virtual int takeError() = 0;

    /// What ties a login to this TLS connection to a server: tls-server-end-point (RFC 5929), a hash of its
    /// certificate. Empty: there is none.
    [[nodiscard]] virtual std::string channelBinding() const { return {}; }

    /// The socket that the reactor watches.
    [[nodiscard]] virtual poco_socket_t handle() const = 0;

    /// An error that one of the calls has returned; what is no error of the system is negative.
    [[nodiscard]] virtual ErrorText describe(int error) const
    {
        return {sockets::errorName(error), sockets::errorText(error)};
    }

protected:
    void setNeed(Need need, bool is) { _needs = is ? _needs | need : _needs & ~static_cast<unsigned>(need); }

private:
    unsigned _needs = 0;
};

/// Plain TCP, or a UNIX socket, over a socket that it owns and closes on destruction. A UNIX socket delays no
/// acknowledgement and knows no RST: there it is closed as any other.
class PlainTransport : public Transport
{
public:
    explicit PlainTransport(const Poco::Net::StreamSocket& socket, bool isLocal = false)
        : _isLocal(isLocal)
        , _socket(socket)
    {
    }

    IoResult receive(char* into, std::size_t size) override { return sockets::receive(handle(), into, size); }
    IoResult send(Bytes bytes) override { return sockets::send(handle(), bytes); }
    IoResult peek() override { return sockets::peek(handle()); }
    void acknowledge() override
    {
        if (!_isLocal)
            sockets::acknowledge(handle());
    }
    void shutdownSend() override { sockets::shutdownSend(handle()); }
    void resetOnClose() override
    {
        if (!_isLocal)
            sockets::resetOnClose(handle());
    }
    int takeError() override { return sockets::takeError(handle()); }
    [[nodiscard]] poco_socket_t handle() const override { return _socket.impl()->sockfd(); }
    [[nodiscard]] const Poco::Net::StreamSocket& socket() const { return _socket; }

private:
    /// The first member: destroyed after the socket is closed.
    struct GivingBack
    {
        ~GivingBack() { Shortage::ofProcess().givenBack(); }
    };

    GivingBack _givingBack;
    const bool _isLocal;
    Poco::Net::StreamSocket _socket;
};

} // namespace proximux
