#pragma once

#include <proximux/Configuration.h>
#include <proximux/Events.h>
#include <proximux/Statistics.h>
#include <proximux/targets/Targets.h>
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

    /// An administrator wants something else of targets, or has paused or resumed all: acts on it. Calls unconnected(),
    /// if it is not null, soon after no target connection is open any more, or after a pause has ended.
    virtual void reviewTargets(std::function<void()> unconnected) = 0;
};

/// A target, as an administrator is shown it.
struct TargetView
{
    std::string address;
    std::string state;           ///< living, dead, trial, down, drained or closed
    bool mayBeTried = true;      ///< it is living, or its back-off is over, and nobody has taken it out
    std::size_t connections = 0; ///< open or opening
    std::optional<RecentError> lastError;
    std::optional<Duration> retryIn; ///< dead: until its back-off is over; nothing: it is not dead, or that is unknown
};

/// A look into a running Proxy, and what an administrator wants of it, for the admin port. Any thread; nothing here
/// waits for a reactor.
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

    /// From now on this is wanted of a target, which is named by its number or its address. False: there is none of
    /// that name. Each worker is to be asked for InspectedWorker::reviewTargets().
    virtual bool setDuty(const std::string& target, Targets::Duty duty) = 0;

    /// From now on no target is to be used; or that ends. Likewise.
    virtual void pause(bool paused) = 0;
    [[nodiscard]] virtual bool isPaused() const = 0;

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
