#pragma once

#include <proximux/reactor/Reactor.h>
#include <proximux/reactor/Transport.h>
#include <proximux/wire/Endpoint.h>

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/TCPServer.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace proximux
{

struct TCPServerSettings
{
    Endpoint endpoint; ///< port 0: any free one
    bool ipv6Only = false;
    int backlog = 1024;
    int maxConnections = -1; ///< 0 and negative: off
    SocketOptions socket;    ///< of its clients
    int maxOpen = 0;         ///< for so many clients there are descriptors, more wait to be accepted; 0: no limit
};

/// Hears of a TCPServer's clients, in its reactor's thread.
class TCPServerListener
{
public:
    virtual ~TCPServerListener() = default;

    /// A client, counted as a connection until TCPServer::released() is called for it.
    virtual void accepted(std::unique_ptr<Transport> transport, const Poco::Net::SocketAddress& peer) = 0;

    /// A client that was turned away because maxConnections are there.
    virtual void dropped(const Poco::Net::SocketAddress& peer) = 0;

    /// Nobody can be accepted for a while, because descriptors or memory ran out or the last are set aside. Told once,
    /// until nobody waits any more.
    virtual void exhausted(const std::string& why) = 0;
};

/// Listens on one socket and accepts inside the reactor. Never blocks, never spins. With maxOpen clients further ones
/// wait in the backlog until one is gone. Where descriptors run out all the same, it tries again ten times a second.
class TCPServer : public EventHandler
{
public:
    TCPServer(Reactor& reactor, const TCPServerSettings& settings, TCPServerListener& listener);
    ~TCPServer() override;

    TCPServer(const TCPServer&) = delete;
    TCPServer& operator=(const TCPServer&) = delete;

    /// Clients that the filter does not accept are closed at once and counted as refused. Before start().
    void setConnectionFilter(const Poco::Net::TCPServerConnectionFilter::Ptr& filter) { _filter = filter; }

    /// Listens. In the reactor's thread, or before it runs. Throws Poco::IOException with the address and the reason.
    void start();

    /// TCPServerSettings::maxOpen, where it is known only after the server has started. Before the reactor runs.
    void limitOpen(int clients) { _settings.maxOpen = clients; }

    /// Closes the listening socket; who waited in its backlog is reset. In the reactor's thread.
    void stop();

    /// The port it listens on. Any thread, after start().
    [[nodiscard]] std::uint16_t port() const { return _port; }

    /// Accepted and not yet released. Any thread.
    [[nodiscard]] int currentConnections() const { return _current.load(std::memory_order_relaxed); }

    /// Turned away by the limit or by the filter. Any thread.
    [[nodiscard]] std::uint64_t refusedConnections() const { return _refused.load(std::memory_order_relaxed); }

    /// Accepted in all. Any thread.
    [[nodiscard]] std::uint64_t totalConnections() const { return _total.load(std::memory_order_relaxed); }

    /// An accepted client and all that belonged to it is gone. Any thread.
    void released();

    void readable() override;
    void writable() override {}
    bool hungUp() override { return false; }
    void faulted(const std::exception& exception) noexcept override;

private:
    [[nodiscard]] Poco::Net::SocketAddress address() const;
    void listen();
    bool acceptOne();
    void take(sockets::Accepted client);
    [[nodiscard]] bool isFull();
    void goOn();
    void pause(int error);
    void tellExhausted(const std::string& why);

    Reactor& _reactor;
    TCPServerSettings _settings;
    TCPServerListener& _listener;
    Poco::Net::TCPServerConnectionFilter::Ptr _filter;
    Poco::Net::ServerSocket _socket;
    Reactor::Registration _registration;
    Reactor::TimerId _pause{};
    bool _exhausted = false;
    std::uint16_t _port = 0;
    std::atomic<int> _current{0};
    std::atomic<bool> _full{false}; ///< the next that is released lets the next in
    std::atomic<std::uint64_t> _refused{0};
    std::atomic<std::uint64_t> _total{0};
};

} // namespace proximux
