#pragma once

#include <proximux/Endpoint.h>
#include <proximux/net/SocketsLocal.h>
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
#include <vector>

namespace proximux
{

struct ListeningSocket;

/// The sockets on which a TCPServer listens.
using ListeningSockets = std::vector<std::shared_ptr<ListeningSocket>>;

struct TCPServerSettings
{
    Endpoint endpoint; ///< port 0: any free port, the same for all hosts
    bool ipv6Only = false;
    int backlog = 1024;
    int maxConnections = -1; ///< 0 and negative: off
    SocketOptions socket;    ///< options of its clients
    int maxOpen = 0;         ///< maximum clients that have a descriptor; further ones wait to be accepted; 0: no limit
    sockets::LocalAccess access;           ///< of a UNIX socket
    std::vector<std::string> otherHosts{}; ///< on which it listens, too, with the same port
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

/// Listens, over TCP on one or several addresses or on a UNIX socket, and accepts inside the reactor, without blocking
/// or busy loops. At maxOpen clients, further ones wait in the backlog until one is gone. If descriptors run out
/// nevertheless, it retries ten times a second.
class TCPServer
{
public:
    TCPServer(Reactor& reactor, const TCPServerSettings& settings, TCPServerListener& listener);
    ~TCPServer();

    TCPServer(const TCPServer&) = delete;
    TCPServer& operator=(const TCPServer&) = delete;

    /// Starts listening. Call it in the reactor's thread, or before that runs. Throws Poco::IOException with the
    /// address and the reason.
    void start();

    /// Listens without accepting, until start(). Throws as that does.
    void listen();

    /// As start(), on a TCP or UNIX socket that listens already and closes with this server. Its address and its
    /// backlog are its own, and so is the file of a UNIX socket, which stays.
    void startOn(poco_socket_t listener);

    /// Sets TCPServerSettings::maxOpen if it is known only after start(). Call it in the reactor's thread, or before
    /// that runs.
    void limitOpen(int clients);

    /// Sockets that listen on these settings' addresses: all, or it throws as start() does. Of a name they are one for
    /// each family that the system has. present: sockets that are used again where their address is wanted. Any thread.
    static ListeningSockets listenOn(const TCPServerSettings& settings, const ListeningSockets& present = {});

    /// The sockets at which it accepts clients. Call it in the reactor's thread, or before that runs.
    [[nodiscard]] ListeningSockets listening() const;

    /// Uses other settings from now on, but for maxOpen; clients that are there stay. sockets: those from listenOn(),
    /// or none to go on with the present ones. A present one that is not among them is closed when nobody waits in its
    /// backlog. Call it in the reactor's thread.
    void reconfigure(const TCPServerSettings& settings, const ListeningSockets& sockets);

    /// Has who may connect to a UNIX socket follow the settings in force. Returns why it cannot be changed; empty: it
    /// has. Call it in the reactor's thread.
    [[nodiscard]] std::string permit() const;

    /// Closes the listening sockets, which resets clients in their backlogs. Call it in the reactor's thread.
    void stop();

    /// The port it listens on; 0 for a UNIX socket. Any thread, after start().
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

    /// The message of start() for a refusal: the address and the system's reason (errno, or else the message).
    static std::string refusal(const Endpoint& endpoint, int error, const std::string& message);

private:
    struct Door;

    void open(const std::shared_ptr<ListeningSocket>& socket);
    void close(Door& door);
    void exchange(const ListeningSockets& sockets);
    void applySettings(bool backlogChanged);
    void setInterest(Interest interest);
    void acceptSome(Door& door, int most);
    void publishLimit();
    bool acceptOne(Door& door);
    void take(sockets::Accepted client);
    [[nodiscard]] bool isFull();
    void goOn();
    void pause(int error);
    void tellExhausted(const std::string& why);

    Reactor& _reactor;
    TCPServerSettings _settings;
    TCPServerListener& _listener;
    ListeningSockets _ready;                   ///< they listen, until start()
    std::vector<std::unique_ptr<Door>> _doors; ///< of each socket at which clients are accepted
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
