#pragma once

#include <proximux/base/SlotMap.h>
#include <proximux/net/loop/Reactor.h>
#include <proximux/proxy/Arrivals.h>
#include <proximux/proxy/CallList.h>
#include <proximux/proxy/ClientSession.h>
#include <proximux/proxy/Errands.h>
#include <proximux/proxy/ExchangeFactory.h>
#include <proximux/proxy/HealthChecks.h>
#include <proximux/proxy/ProxyInspector.h>
#include <proximux/proxy/Runtime.h>
#include <proximux/proxy/SilenceWatch.h>
#include <proximux/proxy/WorkerGauges.h>
#include <proximux/proxy/WorkerListener.h>
#include <proximux/proxy/WorkerObserver.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace proximux
{

/// One reactor and everything in it: client sessions, target connections, their pool and their exchange. It performs
/// the I/O for the exchange and the pool.
///
///     TCPServer --adopt()--> ClientSession --> Exchange --> Effects (Worker) --> TargetConnection
///                                                 |
///                                                Pool --> TargetDialer (Worker)
///
/// In fifo and funnel, outgoing bytes are gathered and sent at the end of the turn, in one send per peer.
///
/// Call adopt(), reconfigure(), drain() and end() in the reactor's thread, or through post(); read counters and gauges
/// from any thread.
class Worker : public InspectedWorker,
               private PairEffects,
               private MultiplexerEffects,
               private TargetDialer,
               private ArrivalListener,
               private TurnListener
{
public:
    /// checks: it does the health checks, for all workers.
    Worker(Runtime& runtime, WorkerListener& listener, bool checks);
    ~Worker() override;

    /// It runs until end(), or until drained.
    [[nodiscard]] Reactor& reactor() { return _reactor; }
    [[nodiscard]] const Reactor& reactor() const { return _reactor; }

    /// Opens every connection and runs until each is open or has failed (pool.warmup). Call it before the reactor runs,
    /// in any thread.
    void warmUp();

    /// Takes ownership of a client, or closes it if a listener of `connected` refuses it, once it has sent the PROXY
    /// header and finished the TLS handshake that are due.
    void adopt(std::unique_ptr<Transport> transport, const Arrival& arrival);

    /// Another configuration is in force, and its targets were assigned.
    void reconfigure(const std::shared_ptr<const Configuration>& configuration, const TargetAssignment& assignment);

    /// Ends when the last client has left, or after shutdown.drain_timeout.
    void drain();

    /// Closes all connections with this reason, and ends.
    void end(CloseReason reason);

    [[nodiscard]] const LiveCounters& counters() const { return _report.counters(); }
    [[nodiscard]] const LiveTargets& targets() const { return _report.targets(); }
    [[nodiscard]] const WorkerGauges& gauges() const { return _gauges; }

    // InspectedWorker
    [[nodiscard]] WorkerView inspect() const override;
    std::size_t kill(const std::function<bool(const ClientInfo&)>& chosen) override;
    void reviewTargets(std::function<void()> unconnected) override;

private:
    // Effects
    std::size_t toClient(ClientId client, Bytes bytes) override;
    std::size_t toTarget(TargetId target, Bytes bytes) override;
    void holdClient(ClientId client, bool hold) override;
    void holdTarget(TargetId target, bool hold) override;
    void endClient(ClientId client) override;
    void endTarget(TargetId target) override;
    void closeClient(ClientId client, CloseReason reason, How how) override;
    void closeTarget(TargetId target, CloseReason reason, How how) override;
    // PairEffects
    std::unique_ptr<Watcher> paired(ClientId client, TargetId target) override;

    // MultiplexerEffects
    Quiet isQuiet(TargetId target) override;
    void awaitsMore(TargetId target) override;
    void awaitsMore(ClientId client) override;
    [[nodiscard]] Bytes addressOf(ClientId client) const override;
    [[nodiscard]] bool mayAsk(ClientId client, Instant now) const override;
    void asked(ClientId client, Instant now) override;
    std::size_t flushClient(ClientId client) override;
    void checkEnded(std::size_t target, bool lost, Bytes response) override;
    void beginErrand(std::uint64_t number, std::size_t target, const std::string& says, Instant deadline) override;
    void limitClient(ClientId client, std::size_t bytes) override;

    // TargetDialer
    TargetId openTarget(std::size_t target, std::size_t number, Instant deadline, ClientId client) override;

    // ArrivalListener
    void welcome(std::unique_ptr<Transport> transport, ClientInfo info, AddressLimits::Place place,
                 Bytes said) override;
    void clientGone(AddressLimits::Place place) override;

    // TurnListener
    Instant turnEnded(Instant now) override;

    bool flush();
    void beginDrain(bool patient);

    Runtime& _runtime;
    std::shared_ptr<const Configuration> _configuration;
    WorkerListener& _listener;
    Reactor _reactor;
    Scratch _scratch;
    WorkerReport _report;
    WorkerGauges _gauges;
    RequestEvents _requests;
    SlotMap<ClientSession, ClientId> _clients;
    SlotMap<TargetConnection, TargetId> _targets;
    Arrivals _arrivals;
    SilenceWatch _silence;
    WorkerObserver _observer;
    ExchangeAndPool _mode;
    Exchange& _exchange;
    Errands _errands;
    std::unique_ptr<HealthChecks> _checks;   ///< null: another worker does them
    const bool _gathers;                     ///< fifo and funnel
    std::vector<ClientId> _gatheringClients; ///< with bytes to flush
    std::vector<TargetId> _gatheringTargets;
    CallList _whenUnconnected; ///< without a target connection
    bool _warming = false;
    bool _drainAsked = false;
    std::vector<ClientId> _newcomers; ///< a drain that was asked for waits for their first requests
    bool _draining = false;           ///< the exchange is; newcomers are waited for before that
    bool _ended = false;
};

} // namespace proximux
