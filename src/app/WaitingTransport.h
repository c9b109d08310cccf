#pragma once

#include <proximux/net/Tls.h>

#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace proximux
{

/// A connection whose calls wait, for programs that have nothing else to do: the tools, and the demonstration's
/// clients. Calls throw Poco::TimeoutException beyond the deadline, and Poco::IOException if the connection breaks.
/// Single-threaded.
class WaitingTransport
{
public:
    using Clock = std::chrono::steady_clock;

    /// Over a connected socket. isLocal: a UNIX socket.
    explicit WaitingTransport(const Poco::Net::StreamSocket& socket, bool isLocal = false);

    /// From now on calls may take so long, together.
    void allow(std::chrono::microseconds time) { _deadline = Clock::now() + time; }

    /// Begins TLS. Returns why the handshake failed; empty: it did not.
    std::string secure(TlsContext& context);

    /// Sends all of them.
    void send(std::string_view bytes);

    /// Appends what has arrived to `into`, at least a byte. Returns false if the peer has ended the connection.
    bool receive(std::string& into);

    /// Whether there is something to receive in this time: bytes, or the end. What TLS says to itself is none.
    [[nodiscard]] bool speaks(std::chrono::microseconds within);

    /// The socket, for its addresses.
    [[nodiscard]] poco_socket_t handle() const { return _transport->handle(); }

private:
    [[nodiscard]] std::chrono::microseconds left() const;
    [[nodiscard]] bool await(Interest wanted, std::chrono::microseconds time) const;

    Poco::Net::StreamSocket _socket;
    std::unique_ptr<Transport> _transport;
    Clock::time_point _deadline;
};

} // namespace proximux
