#include <proximux/telemetry/ArrivalReport.h>

#include <proximux/telemetry/ClientRecord.h>

#include <cstddef>
#include <optional>

namespace proximux
{

namespace
{

constexpr Duration BETWEEN_RECORDS = Duration::seconds(60); ///< of an address

} // namespace

ArrivalReport::ArrivalReport(Runtime& runtime, LiveCounters& counters)
    : _runtime(runtime)
    , _counters(counters)
    , _prefaces(BETWEEN_RECORDS)
    , _handshakes(BETWEEN_RECORDS)
{
}

void ArrivalReport::prefaceRefused(const Endpoint& peer, const char* why)
{
    _counters.unannounced += 1;
    if (const auto before = _prefaces.admit(peer.host, _runtime.clock.now()))
        tell(_runtime, LogScope::server, "PrefaceError",
             "Connection from " + _runtime.log.address(peer.host, peer.port) + " refused: " + why +
                 RecordLimiter::more(*before));
}

void ArrivalReport::wasCheck(const Endpoint& peer)
{
    _counters.balancerChecks += 1;
    if (_runtime.log.wants(LogScope::server, LogLevel::debug))
        _runtime.log.text(LogScope::server, LogLevel::debug,
                          "Connection from " + _runtime.log.address(peer.host, peer.port) +
                              " was a check: it has sent nothing");
}

bool ArrivalReport::isWelcome(const ClientInfo& client)
{
    ConnectedArgs args{client, std::nullopt};
    if (const auto thrown = raise(_runtime.events.connected, args))
    {
        tell(_runtime, LogScope::server, "ListenerError", *thrown);
        _counters.refused += 1;
        return false;
    }
    if (args.rejected)
        clientRefused(client, *args.rejected);
    return !args.rejected;
}

void ArrivalReport::clientRefused(const ClientInfo& client, const std::string& why)
{
    const std::string who = clientNameAndProof(_runtime.log, client);
    _runtime.errors.add("Refused", "client " + who + ": " + why);
    _runtime.log.text(LogScope::server, LogLevel::info, "Connection from " + who + " refused: " + why);
    _counters.refused += 1;
}

/// A client that leaves in the handshake may be a check of whether the port is open.
void ArrivalReport::handshakeFailed(const ClientInfo& client, const TlsFailure& failure)
{
    announce(_runtime, _runtime.events.disconnected, DisconnectedArgs{client, "TLS handshake: " + failure.text});
    startFailed(client, failure);
}

void ArrivalReport::startFailed(const ClientInfo& client, const TlsFailure& failure)
{
    _counters.clientHandshakesFailed[static_cast<std::size_t>(failure.reason)] += 1;
    const std::string text =
        "Connection from " + clientName(_runtime.log, client) + " refused: TLS handshake: " + failure.text;
    if (failure.reason == TlsReason::closed)
    {
        if (_runtime.log.wants(LogScope::server, LogLevel::debug))
            _runtime.log.text(LogScope::server, LogLevel::debug, text);
        return;
    }
    if (const auto before = _handshakes.admit(client.address, _runtime.clock.now()))
        tell(_runtime, LogScope::server, "TlsError", text + RecordLimiter::more(*before));
}

void ArrivalReport::handshakeCutOff(const ClientInfo& client, CloseReason reason)
{
    _counters.clientsClosed[static_cast<std::size_t>(reason)] += 1;
    announce(_runtime, _runtime.events.disconnected, DisconnectedArgs{client, toString(reason)});
}

} // namespace proximux
