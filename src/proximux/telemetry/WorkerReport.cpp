#include <proximux/telemetry/WorkerReport.h>

#include <proximux/protocol/FirstLine.h>
#include <proximux/telemetry/ClientRecord.h>
#include <proximux/telemetry/Labels.h>

#include <algorithm>

namespace proximux
{

namespace
{

/// Advice for whoever shares the connections to a server that greets.
constexpr const char* SPEAKS_FIRST =
    "; if the server speaks first (MySQL, SSH, SMTP), set exchange.mode = proxy (--mode proxy)";

bool logsConnections(const Configuration& configuration)
{
    using Connections = LogSettings::Connections;
    const Connections wanted = configuration.log.connections;
    return wanted == Connections::automatic ? configuration.exchange.mode == Mode::proxy : wanted == Connections::on;
}

/// Where what is sent on a new target connection comes from.
const char* prologueOf(const Configuration& configuration)
{
    const auto logsIn = [](const TargetSettings& target) { return !target.password.empty() || target.database != 0; };
    if (std::any_of(configuration.targets.begin(), configuration.targets.end(), logsIn))
        return "the login (target.N.password, target.N.database) or to pool.prologue";
    return configuration.pool.prologue.empty() ? "the login" : "pool.prologue";
}

RequestOutcome outcomeOf(const Outcome& outcome)
{
    if (!outcome.failed)
        return RequestOutcome::answered;
    if (!outcome.refusal.empty())
        return RequestOutcome::refused;
    const bool left = outcome.reason == CloseReason::clientLost || outcome.reason == CloseReason::ended;
    return left ? RequestOutcome::clientGone : RequestOutcome::error;
}

/// A target connection in the log.
std::string targetName(std::size_t number)
{
    return "target " + std::to_string(number);
}

} // namespace

WorkerReport::WorkerReport(Runtime& runtime)
    : _runtime(runtime)
    , _shared(runtime.configuration()->exchange.mode != Mode::proxy)
{
    use(*runtime.configuration());
}

void WorkerReport::use(const Configuration& configuration)
{
    _logsConnections = logsConnections(configuration);
    _dataLimit = configuration.log.dataLimit;
    _prologueOf = prologueOf(configuration);
}

std::string WorkerReport::nameOf(const ClientInfo& client) const
{
    return clientName(_runtime.log, client);
}

void WorkerReport::tell(LogScope scope, const char* name, const std::string& message) const
{
    proximux::tell(_runtime, scope, name, message);
}

// ------------------------------------------------------------------------------------------------ connections

void WorkerReport::clientOpened(const ClientInfo& client) const
{
    if (_runtime.log.wants(LogScope::server, LogLevel::debug))
        _runtime.log.text(LogScope::server, LogLevel::debug,
                          "Client connected: " + clientNameAndProof(_runtime.log, client));
}

void WorkerReport::clientClosed(const ClientInfo& client, const ConnectionTally& tally, CloseReason reason)
{
    _counters.clientsClosed[static_cast<std::size_t>(reason)] += 1;
    if (reason == CloseReason::noTarget || reason == CloseReason::allDrained || reason == CloseReason::paused)
        _counters.failed += 1;
    if (isError(infoOf(reason).client))
        tell(LogScope::server, "ExchangeError", "client " + nameOf(client) + ": " + toString(reason));
    if (_runtime.log.wants(LogScope::server, LogLevel::debug))
        _runtime.log.text(LogScope::server, LogLevel::debug, "Client disconnected: " + nameOf(client));
    if (_logsConnections && _runtime.log.wants(LogScope::exchange, LogLevel::info))
        logConnection(client, tally, reason);
    announce(_runtime, _runtime.events.disconnected, DisconnectedArgs{client, toString(reason)});
}

void WorkerReport::connectFailed(std::size_t target, const ConnectError& error)
{
    _targets.of(target).connectFailures[static_cast<std::size_t>(kindOf(error))] += 1;
    if (error.tls)
        _counters.targetHandshakesFailed[static_cast<std::size_t>(*error.tls)] += 1;
}

void WorkerReport::targetClosed(std::size_t target, std::size_t number, bool wasOpen, CloseReason reason)
{
    _counters.targetsClosed[static_cast<std::size_t>(reason)] += 1;
    if (reason == CloseReason::desync)
        _targets.of(target).desyncs += 1;
    if (isError(infoOf(reason).target))
        logTargetError(number, reason);
    if (!wasOpen || !_runtime.log.wants(LogScope::pool, LogLevel::info))
        return;
    if (reason == CloseReason::inactive)
        logTarget(number, "Connection timed out");
    logTarget(number, "Connection closed");
}

/// A server that greets does so at each attempt; that is told of once a second.
void WorkerReport::logTargetError(std::size_t number, CloseReason reason)
{
    std::string text = targetName(number) + ": " + toString(reason);
    if (reason == CloseReason::greeted)
    {
        const auto before = _greetings.admit(targetName(number), _runtime.clock.now());
        if (!before)
            return;
        text += SPEAKS_FIRST + (*before > 0 ? " (" + std::to_string(*before) + " more since the last record)" : "");
    }
    tell(LogScope::pool, "TargetError", text);
}

bool WorkerReport::isError(CloseLevel level) const
{
    return level == CloseLevel::error || (level == CloseLevel::sharedError && _shared);
}

void WorkerReport::logTarget(std::size_t number, const char* message) const
{
    JsonText record;
    record.add("target", static_cast<std::int64_t>(number)).add("msg", message);
    _runtime.log.object(LogScope::pool, LogLevel::info, record);
}

void WorkerReport::logConnection(const ClientInfo& client, const ConnectionTally& tally, CloseReason reason) const
{
    JsonText record = clientRecord(_runtime.log, client);
    if (tally.target > 0)
        record.add("target", static_cast<std::int64_t>(tally.target));
    record.add("bytesIn", static_cast<std::int64_t>(tally.bytesIn))
        .add("bytesOut", static_cast<std::int64_t>(tally.bytesOut));
    if (tally.target > 0)
        record.add("connectMs", (tally.paired - tally.opened).asMilliseconds());
    record.add("ms", (_runtime.clock.now() - tally.opened).asMilliseconds()).add("end", toString(reason));
    _runtime.log.object(LogScope::exchange, LogLevel::info, record);
}

void WorkerReport::paired(const ClientInfo& client, std::size_t number) const
{
    if (_runtime.log.wants(LogScope::exchange, LogLevel::debug))
        _runtime.log.text(LogScope::exchange, LogLevel::debug,
                          '"' + nameOf(client) + "\" paired with upstream " + std::to_string(number));
}

void WorkerReport::cutOff(std::size_t clients) const
{
    tell(LogScope::server, "DrainError", "clients cut off at shutdown.drain_timeout: " + std::to_string(clients));
}

void WorkerReport::fault(const std::exception& exception) const
{
    tell(LogScope::server, "InternalError", exception.what());
}

// ------------------------------------------------------------------------------------------------ fifo and funnel

/// A reply of the proxy has neither waited nor been sent: its durations are not counted.
void WorkerReport::requestEnded(const Outcome& outcome)
{
    _counters.requests[static_cast<std::size_t>(outcomeOf(outcome))] += 1;
    if (outcome.target.isValid() || outcome.failed)
        count(_counters.queueDuration, outcome.queued);
    if (outcome.target.isValid())
        count(_counters.requestDuration, outcome.whole);
}

void WorkerReport::clientMalformed(const ClientInfo& client, const char* why) const
{
    tell(LogScope::server, "ProtocolError", "client " + nameOf(client) + " sent an invalid request: " + why);
}

void WorkerReport::targetMalformed(std::size_t number, const char* why) const
{
    tell(LogScope::pool, "ProtocolError", targetName(number) + " sent an invalid response: " + why);
}

/// Logs an attempt if OutageRecords admits it, whatever the reply is: it may be another one each time.
void WorkerReport::prologueRefused(std::size_t target, Bytes received) const
{
    const std::string reply = '"' + std::string(firstLine(received, _dataLimit)) + '"';
    const std::string text = received.empty()
                                 ? std::string("no reply to ") + _prologueOf + " within exchange.response_timeout"
                                 : std::string("unexpected reply to ") + _prologueOf + ": " + reply;
    _runtime.errors.addOfTarget(target, text);
    if (const auto unlogged = _runtime.logins.failed(target, "", _runtime.clock.now()))
        tell(LogScope::pool, "PrologueError",
             targetName(_runtime.targets.numberOf(target)) + ": " + text + OutageRecords::more(*unlogged));
}

void WorkerReport::prologueAccepted(std::size_t target) const
{
    const std::uint64_t attempts = _runtime.logins.succeeded(target);
    if (attempts > 0 && _runtime.log.wants(LogScope::pool, LogLevel::info))
        _runtime.log.text(LogScope::pool, LogLevel::info,
                          targetName(_runtime.targets.numberOf(target)) +
                              " is back; refused logins: " + std::to_string(attempts));
}

void WorkerReport::requestRefused(const ClientInfo& client, const char* why, bool guess)
{
    const auto before = (guess ? _guesses : _refusals).admit(client.address, _runtime.clock.now());
    if (!before)
        return;
    const std::string more = RecordLimiter::more(*before);
    if (guess)
        return tell(LogScope::server, "AuthError", "client " + nameOf(client) + " sent " + why + more);
    const std::string text = "client " + nameOf(client) + ": request refused: " + why + more;
    _runtime.errors.add("Refused", text);
    _runtime.log.text(LogScope::server, LogLevel::info, text);
}

void WorkerReport::requestDropped(const ClientInfo& client, std::size_t bytes) const
{
    if (_runtime.log.wants(LogScope::server, LogLevel::info))
        _runtime.log.text(LogScope::server, LogLevel::info,
                          "client " + nameOf(client) + " disconnected inside a request (" + std::to_string(bytes) +
                              " bytes received); request dropped");
}

void WorkerReport::clientSilent(const ClientInfo& client, Duration duration) const
{
    if (_runtime.log.wants(LogScope::server, LogLevel::info))
        _runtime.log.text(LogScope::server, LogLevel::info,
                          "client " + nameOf(client) + " has sent nothing for " +
                              std::to_string(duration.us / 1000000) + " s" + SPEAKS_FIRST);
}

void WorkerReport::protocolChosen(std::string_view name) const
{
    if (_runtime.log.wants(LogScope::exchange, LogLevel::info))
        _runtime.log.text(LogScope::exchange, LogLevel::info,
                          "exchange.protocol = auto: detected " + std::string(name));
}

void WorkerReport::clientPinned(const ClientInfo& client, std::size_t number, unsigned reasons)
{
    auto& counters = number > 0 ? _counters.tied : _counters.tiesRefused;
    std::string names;
    for (std::size_t i = 0; i < pins::COUNT; ++i)
    {
        if ((reasons >> i & 1U) == 0)
            continue;
        counters[i] += 1;
        names += std::string(names.empty() ? "" : ", ") + pins::NAMES[i];
    }
    if (_runtime.log.wants(LogScope::exchange, LogLevel::debug))
        _runtime.log.text(LogScope::exchange, LogLevel::debug,
                          "client " + nameOf(client) +
                              (number > 0 ? ": pinned to target connection " + std::to_string(number)
                                          : ": request refused, it would pin a connection") +
                              " (" + names + ")");
}

void WorkerReport::requestCancelled(const ClientInfo& client, std::size_t number)
{
    _counters.cancelled += 1;
    if (_runtime.log.wants(LogScope::exchange, LogLevel::debug))
        _runtime.log.text(LogScope::exchange, LogLevel::debug,
                          "client " + nameOf(client) + ": request cancelled" +
                              (number > 0 ? " on target connection " + std::to_string(number) : " in the queue"));
}

void WorkerReport::pinRefused(const ClientInfo& client, std::string_view why) const
{
    tell(LogScope::server, "TieError",
         "client " + nameOf(client) + ": no connection to pin within exchange.tie_timeout; " + std::string(why));
}

/// The first unknown id of a connection is logged at level 2, further ones at level 3: a bus may be busy.
void WorkerReport::unknownId(std::size_t number, bool first, bool ignored)
{
    _counters.unknownIds += 1;
    const LogLevel level = first ? LogLevel::info : LogLevel::debug;
    if (_runtime.log.wants(LogScope::pool, level))
        _runtime.log.text(LogScope::pool, level,
                          targetName(number) + " sent a response with an unknown id: exchange.unknown_id = " +
                              (ignored ? "ignore" : "close"));
}

void WorkerReport::partSilent(std::size_t number, const std::string& part, Duration pause) const
{
    tell(LogScope::pool, "TargetError",
         targetName(number) + ": " + part +
             " did not answer within exchange.response_timeout; further requests to it fail for " +
             std::to_string(pause.us / 1000) + " ms, then one is sent as a trial");
}

void WorkerReport::partAnswers(std::size_t number, const std::string& part) const
{
    if (_runtime.log.wants(LogScope::pool, LogLevel::info))
        _runtime.log.text(LogScope::pool, LogLevel::info, targetName(number) + ": " + part + " answers again");
}

} // namespace proximux
