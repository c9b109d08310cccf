#pragma once

#include <proximux/CloseReason.h>
#include <proximux/Endpoint.h>
#include <proximux/Events.h>
#include <proximux/net/Tls.h>
#include <proximux/proxy/Runtime.h>
#include <proximux/telemetry/Counters.h>
#include <proximux/telemetry/RecordLimiter.h>

#include <string>

namespace proximux
{

/// What a worker reports of clients until they are welcome: counters, log records and events. What is told of an
/// address again and again has one record a minute. Used in its reactor's thread.
class ArrivalReport
{
public:
    ArrivalReport(Runtime& runtime, LiveCounters& counters);

    [[nodiscard]] Runtime& runtime() const { return _runtime; }

    /// The client of this socket has not begun as it had to.
    void prefaceRefused(const Endpoint& peer, const char* why);

    /// The proxy ends before a client has said who it is.
    void prefaceCutOff() { _counters.unannounced += 1; }

    /// The connection of this socket has ended without a byte for a target: a load balancer has tried whether we are
    /// there.
    void wasCheck(const Endpoint& peer);

    /// Raises `connected`. Returns false if a listener refuses the client. Otherwise `disconnected` is owed to it.
    [[nodiscard]] bool isWelcome(const ClientInfo& client);

    /// The client is not admitted.
    void clientRefused(const ClientInfo& client, const std::string& why);

    /// TLS is spoken with a client.
    void clientSecured() { _counters.clientHandshakes += 1; }

    /// The handshake of TLS with a client has failed. Raises `disconnected`.
    void handshakeFailed(const ClientInfo& client, const TlsFailure& failure);

    /// Likewise of one with which TLS was to begin inside of its protocol, so that it is a client already.
    void startFailed(const ClientInfo& client, const TlsFailure& failure);

    /// A client is closed in its handshake, because the proxy ends. Raises `disconnected`.
    void handshakeCutOff(const ClientInfo& client, CloseReason reason);

private:
    Runtime& _runtime;
    LiveCounters& _counters;
    RecordLimiter _prefaces;   ///< limits records of refused prefaces
    RecordLimiter _handshakes; ///< limits records of failed handshakes
};

} // namespace proximux
