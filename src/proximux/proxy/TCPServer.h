#pragma once

#include <proximux/Endpoint.h>
#include <proximux/net/Transport.h>
#include <proximux/net/loop/Reactor.h>

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/TCPServer.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace proximux
{

struct TCPServerSettings
{
    Endpoint endpoint; ///< port 0: any free port
    bool ipv6Only = false;
    int backlog = 1024;
    int maxConnections = -1; ///< 0 and negative: off
    SocketOptions socket;    ///< options of its clients
    int maxOpen = 0;         ///< maximum clients that have a descriptor; further ones wait to be accepted; 0: no limit
};

/// Receives a TCPServer's clients, in its reactor's thread.
class TCPServerListener
{
public:
    virtual ~TCPServerListener() = default;

    /// A new client; it counts as a connection until TCPServer::released() is called for it.
    virtual void accepted(std::unique_ptr<Transport> transport, const Poco::Net::SocketAddress& peer) = 0;

    /// A client was closed because maxConnections was reached.
    virtual void dropped(const Poco::Net::SocketAddress& peer) = 0;

    /// Accepting is paused because descriptors or memory ran out, or only reserved descriptors are left. Called once,
    /// until no client is waiting any more.
    virtual void exhausted(const std::string& why) = 0;
};

/// Listens on one socket and accepts inside the reactor, without blocking or busy loops. At maxOpen clients, further
/// ones wait in the backlog until one is gone. If descriptors run out nevertheless, it retries ten times a second.
class TCPServer : public EventHandler
{
public:
    TCPServer(Reactor& reactor, const TCPServerSettings& settings, TCPServerListener& listener);
    ~TCPServer() override;

    TCPServer(const TCPServer&) = delete;
    TCPServer& operator=(const TCPServer&) = delete;

    /// Starts listening. Call it in the reactor's thread, or before that runs. Throws Poco::IOException with the
    /// address and the reason.
    void start();

    /// Listens without accepting, until start(). Throws as that does.
    void listen();

    /// As start(), on a TCP socket that listens already and closes with this server. Its address and its backlog are
    /// its own.
    void startOn(poco_socket_t listener);

    /// As start(), on a socket that is prepared and listens already, which may be a UNIX socket: its port is 0.
    void startOn(const Poco::Net::ServerSocket& listening);

    /// Sets TCPServerSettings::maxOpen if it is known only after start(). Call it in the reactor's thread, or before
    /// that runs.
    void limitOpen(int clients);

    /// A socket that listens on these settings' address. Throws as start() does. Any thread.
    static Poco::Net::ServerSocket listenOn(const TCPServerSettings& settings);

    /// Uses other settings from now on, but for maxOpen; clients that are there stay. listener: a socket from
    /// listenOn(), or null to go on with the present one. The present one is closed when nobody waits in its backlog.
    /// Call it in the reactor's thread.
    void reconfigure(const TCPServerSettings& settings, const Poco::Net::ServerSocket* listener);

    /// Closes the listening socket, which resets clients in its backlog. Call it in the reactor's thread.
    void stop();

    /// The port it listens on. Any thread, after start().
    [[nodiscard]] std::uint16_t port() const { return _port; }

    /// Clients that it serves at the same time; 0: no limit. Any thread.
    [[nodiscard]] std::size_t limit() const;

    /// Clients accepted and not yet released. Any thread.
    [[nodiscard]] int currentConnections() const { return _current.load(std::memory_order_relaxed); }

    /// Clients closed on arrival because of the limit or the filter. Any thread.
    [[nodiscard]] std::uint64_t refusedConnections() const { return _refused.load(std::memory_order_relaxed); }

    /// Clients accepted since start. Any thread.
    [[nodiscard]] std::uint64_t totalConnections() const { return _total.load(std::memory_order_relaxed); }

    /// An accepted client and all its resources are gone. Any thread.
    void released();

    void readable() override;
    void writable() override {}
    bool hungUp() override { return false; }
    void faulted(const std::exception& exception) noexcept override;

    /// The message of start() for a refusal: the address and the system's reason (errno, or else the message).
    static std::string refusal(const Endpoint& endpoint, int error, const std::string& message);

private:
    void watch();
    void publishLimit();
    bool acceptOne();
    void take(sockets::Accepted client);
    [[nodiscard]] bool isFull();
    void goOn();
    void pause(int error);
    void tellExhausted(const std::string& why);

    Reactor& _reactor;
    TCPServerSettings _settings;
    TCPServerListener& _listener;
    Poco::Net::ServerSocket _socket;
    Reactor::Registration _registration;
    Reactor::TimerId _pause{};
    bool _exhausted = false;
    std::atomic<std::uint16_t> _port{0};
    std::atomic<std::size_t> _limit{0};
    std::atomic<int> _current{0};
    std::atomic<bool> _full{false}; ///< the next released() resumes accepting
    std::atomic<std::uint64_t> _refused{0};
    std::atomic<std::uint64_t> _total{0};
};

} // namespace proximux
