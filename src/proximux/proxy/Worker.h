#pragma once

#include <proximux/exchange/ProxyExchange.h>
#include <proximux/pool/Pool.h>
#include <proximux/proxy/ClientSession.h>
#include <proximux/proxy/Runtime.h>
#include <proximux/proxy/TargetConnection.h>
#include <proximux/reactor/Reactor.h>
#include <proximux/wire/SlotMap.h>

#include <atomic>
#include <cstdint>
#include <memory>

namespace proximux
{

/// Hears from a Worker, in its reactor's thread.
class WorkerListener
{
public:
    virtual ~WorkerListener() = default;

    /// A client and all that belonged to it is gone.
    virtual void clientGone() = 0;
};

/// One reactor and all that lives in it: client sessions, target connections, their pool and their exchange. It is
/// what the exchange and the pool see of the world.
///
///     TCPServer --adopt()--> ClientSession --> Exchange --> Wiring (Worker) --> TargetConnection
///                                                 |
///                                                Pool --> TargetDialer (Worker)
///
/// adopt(), drain() and end() in the reactor's thread, or by post(); the counters from any thread.
class Worker : private Wiring, private TargetDialer, private TurnListener
{
public:
    Worker(Runtime& runtime, WorkerListener& listener);
    ~Worker() override;

    [[nodiscard]] Reactor& reactor() { return _reactor; }

    /// Turns until it has ended: by end(), or drained.
    void run() { _reactor.run(); }

    /// Takes a client over. Who is refused by a listener of `connected` is closed here.
    void adopt(std::unique_ptr<Transport> transport, const Poco::Net::SocketAddress& peer, std::uint64_t number);

    /// Ends when the last client is gone, or at shutdown.drain_timeout.
    void drain();

    /// Closes all, and ends.
    void end(CloseReason reason);

    struct Counters
    {
        std::atomic<std::uint64_t> refused{0};
        std::atomic<std::uint64_t> failed{0};
        std::atomic<std::uint64_t> bytesIn{0};
        std::atomic<std::uint64_t> bytesOut{0};
    };

    [[nodiscard]] const Counters& counters() const { return _counters; }

private:
    // Wiring
    std::size_t toClient(ClientId client, Bytes bytes) override;
    std::size_t toTarget(TargetId target, Bytes bytes) override;
    void holdClient(ClientId client, bool hold) override;
    void holdTarget(TargetId target, bool hold) override;
    void endClient(ClientId client) override;
    void endTarget(TargetId target) override;
    void closeClient(ClientId client, CloseReason reason, How how) override;
    void closeTarget(TargetId target, CloseReason reason, How how) override;
    std::unique_ptr<Watcher> paired(ClientId client, TargetId target) override;

    // TargetDialer
    TargetId openTarget(std::size_t target, Instant deadline) override;

    // TurnListener
    Instant turnEnded(Instant now) override;

    [[nodiscard]] bool isWelcome(const ClientInfo& info);
    [[nodiscard]] std::string nameOf(const ClientInfo& info) const;
    void logTarget(std::size_t number, const char* message) const;

    Runtime& _runtime;
    WorkerListener& _listener;
    Counters _counters;
    Reactor _reactor;
    Scratch _scratch;
    Pool _pool;
    ProxyExchange _exchange;
    SlotMap<ClientSession, ClientId> _clients;
    SlotMap<TargetConnection, TargetId> _targets;
    bool _draining = false;
};

} // namespace proximux
