#pragma once

#include <proximux/Configuration.h>
#include <proximux/Events.h>
#include <proximux/Statistics.h>
#include <proximux/telemetry/RecentErrors.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace proximux
{

/// A client, as an administrator is shown it.
struct ClientView
{
    ClientInfo info;
    const char* state = "";
    Duration age;
    std::uint64_t requests = 0; ///< fifo, funnel: since it connected
    std::size_t inFlight = 0;
    std::size_t queued = 0;
    std::optional<Duration> waits; ///< for which the oldest queued request waits
    std::uint64_t bytesIn = 0;
    std::uint64_t bytesOut = 0;
    std::size_t connection = 0; ///< the number of its target connection; 0: none
    unsigned pins = 0;          ///< why it has that alone (pins::)
    Duration pinned;            ///< for how long
};

/// A target connection, likewise.
struct ConnectionView
{
    std::size_t number = 0; ///< as in the log
    std::size_t target = 0; ///< from 1; 0: a reload has removed it
    std::string address;    ///< of the target
    const char* state = "";
    Duration age;
    std::uint64_t client = 0; ///< the number of the client that has it alone; 0: nobody has
    unsigned pins = 0;
    Duration pinned;
    std::size_t inFlight = 0;
};

/// All of one worker.
struct WorkerView
{
    std::vector<ClientView> clients;
    std::vector<ConnectionView> connections;
    std::size_t queued = 0;        ///< requests not sent yet
    std::optional<Duration> waits; ///< for which the oldest of them waits
};

/// What an administrator may look at and do inside a worker. Used in its reactor's thread.
class InspectedWorker
{
public:
    virtual ~InspectedWorker() = default;

    /// Work in proportion to the clients. Changes nothing.
    [[nodiscard]] virtual WorkerView inspect() const = 0;

    /// Closes the clients that are chosen, and returns how many.
    virtual std::size_t kill(const std::function<bool(const ClientInfo&)>& chosen) = 0;
};

/// A target, as an administrator is shown it.
struct TargetView
{
    std::string address;
    std::string state;           ///< living, dead, trial or down
    bool mayBeTried = true;      ///< it is neither down nor dead, or its back-off is over
    std::size_t connections = 0; ///< open or opening
    std::optional<RecentError> lastError;
    std::optional<Duration> retryIn; ///< dead: until its back-off is over; nothing: it is not dead, or that is unknown
};

/// A look into a running Proxy, for the admin port. Any thread; nothing here waits for a reactor.
class ProxyInspector
{
public:
    enum class Phase
    {
        starting, ///< it does not listen yet: connections are warmed up, for example
        serving,
        draining, ///< it was asked to end
        ended
    };

    virtual ~ProxyInspector() = default;

    [[nodiscard]] virtual Phase phase() const = 0;
    /// That in force.
    [[nodiscard]] virtual std::shared_ptr<const Configuration> configuration() const = 0;
    [[nodiscard]] virtual Statistics statistics() const = 0;

    /// In the order of the configuration.
    [[nodiscard]] virtual std::vector<TargetView> targets() const = 0;

    /// The last refusals and errors, the newest first.
    [[nodiscard]] virtual std::vector<RecentError> errors() const = 0;

    [[nodiscard]] virtual std::size_t reactors() const = 0;

    /// Whether this reactor runs: it has begun and has not ended.
    [[nodiscard]] virtual bool isRunning(std::size_t reactor) const = 0;

    /// Calls soon, in the thread of that reactor. If it ends first, the call is dropped.
    virtual void post(std::size_t reactor, std::function<void(InspectedWorker&)> call) = 0;
};

const char* toString(ProxyInspector::Phase phase);

} // namespace proximux
