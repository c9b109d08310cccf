#pragma once

#include <proximux/exchange/Exchange.h>
#include <proximux/exchange/mux/MultiplexerObserver.h>
#include <proximux/net/Connector.h>
#include <proximux/proxy/Runtime.h>
#include <proximux/telemetry/ConnectionTally.h>
#include <proximux/telemetry/Counters.h>
#include <proximux/telemetry/LiveTargets.h>
#include <proximux/telemetry/RecordLimiter.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace proximux
{

/// What a worker reports of its clients and target connections: counters, log records and events. Requests are reported
/// by RequestEvents, clients that are not welcome yet by ArrivalReport. Target connections are named by their number in
/// the log. Owned by its Worker, used in its reactor's thread; the counters may be read from any thread.
class WorkerReport
{
public:
    explicit WorkerReport(Runtime& runtime);

    /// Another configuration is in force.
    void use(const Configuration& configuration);

    [[nodiscard]] Runtime& runtime() const { return _runtime; }

    LiveCounters& counters() { return _counters; }
    [[nodiscard]] const LiveCounters& counters() const { return _counters; }

    /// The counters of each target, by its index.
    [[nodiscard]] LiveTargets& targets() { return _targets; }
    [[nodiscard]] const LiveTargets& targets() const { return _targets; }

    void clientOpened(const ClientInfo& client) const;
    void clientClosed(const ClientInfo& client, const ConnectionTally& tally, CloseReason reason);
    /// It was opened, which took this long.
    void targetConnected(Duration duration) { count(_counters.connectDuration, duration); }
    void connectFailed(std::size_t target, const ConnectError& error);
    /// TLS is spoken with a target.
    void targetSecured() { _counters.targetHandshakes += 1; }
    /// target: its index.
    void targetClosed(std::size_t target, std::size_t number, bool wasOpen, CloseReason reason);
    void paired(const ClientInfo& client, std::size_t number) const;

    /// Clients were cut off at the end of a drain.
    void cutOff(std::size_t clients) const;
    void fault(const std::exception& exception) const;

    /// Counts a request of fifo or funnel.
    void requestEnded(const Outcome& outcome);
    /// number: 0 if it had not been sent.
    void requestCancelled(const ClientInfo& client, std::size_t number);
    void requestRepeated() { _counters.repeated += 1; }

    // The reports of an exchange of fifo or funnel; see MultiplexerObserver.
    void clientMalformed(const ClientInfo& client, const char* why) const;
    void targetMalformed(std::size_t number, const char* why) const;
    /// target: its index. No bytes: it was not answered in time.
    void prologueRefused(std::size_t target, Bytes received) const;
    void prologueAccepted(std::size_t target) const;
    void requestRefused(const ClientInfo& client, const char* why, bool guess);
    void requestDropped(const ClientInfo& client, std::size_t bytes) const;
    /// The client has sent nothing for this long, and no other client has sent a request.
    void clientSilent(const ClientInfo& client, Duration duration) const;
    void protocolChosen(std::string_view name) const;
    /// number: 0 if the pin was refused.
    void clientPinned(const ClientInfo& client, std::size_t number, unsigned reasons);
    void pinRefused(const ClientInfo& client, std::string_view why) const;
    /// first: of this connection.
    void unknownId(std::size_t number, bool first, bool ignored);
    void partSilent(std::size_t number, const std::string& part, Duration pause) const;
    void partAnswers(std::size_t number, const std::string& part) const;

private:
    [[nodiscard]] bool isError(CloseLevel level) const;
    [[nodiscard]] std::string nameOf(const ClientInfo& client) const;
    void tell(LogScope scope, const char* name, const std::string& message) const;
    void logTarget(std::size_t number, const char* message) const;
    void logTargetError(std::size_t number, CloseReason reason);
    void logConnection(const ClientInfo& client, const ConnectionTally& tally, CloseReason reason) const;

    Runtime& _runtime;
    bool _shared;                  ///< fifo or funnel
    bool _logsConnections = false; ///< log.connections
    std::size_t _dataLimit = 0;    ///< log.data_limit
    const char* _prologueOf = "";  ///< where what is sent on a new target connection comes from
    LiveCounters _counters;
    LiveTargets _targets;
    RecordLimiter _refusals;  ///< limits records of refused requests
    RecordLimiter _guesses;   ///< limits records of wrong passwords
    RecordLimiter _greetings; ///< limits records of target connections that greeted, by their number
};

} // namespace proximux
