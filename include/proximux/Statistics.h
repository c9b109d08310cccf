#pragma once

#include <proximux/CloseReason.h>
#include <proximux/Histogram.h>
#include <proximux/Instant.h>
#include <proximux/Pins.h>
#include <proximux/TlsSettings.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace proximux
{

/// How a request ended.
enum class RequestOutcome
{
    answered,  ///< by its response, or by a reply of the proxy that is no error
    error,     ///< by an error of the proxy, or with its connection
    refused,   ///< by the protocol's error, because the proxy does not pass such requests
    clientGone ///< its client left first
};

constexpr std::size_t REQUEST_OUTCOMES = 4;

/// Why a target connection could not be opened.
enum class ConnectFailure
{
    refused,
    timeout,
    unreachable,
    reset,
    name,     ///< the host's name could not be resolved
    tls,      ///< the handshake
    shortage, ///< of descriptors, ports or memory of the proxy's host
    other
};

constexpr std::size_t CONNECT_FAILURES = 8;

/// The counters, each in a Value: in Statistics that is a number.
template <class Value>
struct Counters
{
    Value accepted{};         ///< clients accepted since start
    Value dropped{};          ///< clients closed on arrival at local.max_connections
    Value refused{};          ///< clients refused by a listener of `connected`, including the access list
    Value limited{};          ///< clients closed on arrival at a limit of their address (limits.*)
    Value untracked{};        ///< clients closed on arrival because limits.table was full
    Value unaffordable{};     ///< clients closed on arrival at limits.memory
    Value unannounced{};      ///< clients refused because of their PROXY header
    Value balancerChecks{};   ///< connections of load balancers' checks, without a byte for a target
    Value clientHandshakes{}; ///< of TLS with clients, done
    Value targetHandshakes{}; ///< of TLS with targets, done
    Value failed{};           ///< clients closed because no target connection could be opened
    Value current{};          ///< clients connected now
    Value bytesIn{};          ///< from clients
    Value bytesOut{};         ///< to clients
    Value targetBytesIn{};    ///< from targets
    Value targetBytesOut{};   ///< to targets
    Value unknownIds{};       ///< responses whose id matches no request
    Value repeated{};         ///< requests sent again, because they were lost with their connection
    Value cancelled{};        ///< requests that their clients have cancelled
    Value queued{};           ///< requests that wait to be sent now

    /// Closed connections by reason: unsolicited bytes of a target, for example, are in
    /// targetsClosed[std::size_t(CloseReason::desync)].
    std::array<Value, CLOSE_REASONS> clientsClosed{};
    std::array<Value, CLOSE_REASONS> targetsClosed{};
    std::array<Value, TLS_REASONS> clientHandshakesFailed{}; ///< by TlsReason; those clients are gone
    std::array<Value, TLS_REASONS> targetHandshakesFailed{}; ///< likewise, attempts to connect
    std::array<Value, REQUEST_OUTCOMES> requests{};          ///< ended requests, by RequestOutcome
    std::array<Value, pins::COUNT> tied{};                   ///< clients that were pinned to a connection, by reason
    std::array<Value, pins::COUNT> tiedNow{};                ///< clients that are pinned now, by reason
    std::array<Value, pins::COUNT> tiesRefused{};            ///< clients whose pin was refused, by reason
    Histogram<Value> queueDuration{};                        ///< from a request's last byte to its being sent
    Histogram<Value> requestDuration{};                      ///< from its being sent to its response's last byte
    Histogram<Value> connectDuration{};                      ///< of target connections that were opened
};

/// The counters of one target, each in a Value.
template <class Value>
struct TargetCounters
{
    Value opening{};      ///< connections that are being opened, or are not in use yet
    Value idle{};         ///< open connections without a request
    Value busy{};         ///< open connections with a client or a request, those of pinned clients included
    Value tied{};         ///< of busy: those of pinned clients
    Value desyncs{};      ///< connections closed after unsolicited bytes
    Value checksFailed{}; ///< health checks
    std::array<Value, CONNECT_FAILURES> connectFailures{}; ///< by ConnectFailure
};

/// A target of a running proxy.
struct TargetStatistics : TargetCounters<std::uint64_t>
{
    std::string address;      ///< host and port
    std::uint64_t limit = 0;  ///< connections that it may have; 0: only local.max_connections limits them
    bool up = true;           ///< no attempt or health check has failed last, and no administrator has taken it out
    std::uint64_t living = 0; ///< how often it became so
    std::uint64_t dead = 0;   ///< likewise
    std::uint64_t trials = 0; ///< likewise
    std::uint64_t downs = 0;  ///< likewise, by health checks
    std::uint64_t drains = 0; ///< likewise, drained by an administrator
    std::uint64_t closes = 0; ///< likewise, closed by an administrator
    Duration down;            ///< time since start in which it was not living
};

/// A thread of a running proxy.
struct ThreadStatistics
{
    Duration busy;        ///< time since start in which it did not wait
    Duration longestTurn; ///< since start
};

/// Counters of a running proxy, for status lines and tests. A snapshot; any thread.
struct Statistics : Counters<std::uint64_t>
{
    std::uint64_t clientLimit = 0;         ///< clients that may be connected; 0: no limit
    Duration queueTimeout;                 ///< exchange.queue_timeout; 0: off, or in proxy mode
    Duration oldestWait;                   ///< of the requests that wait to be sent
    bool draining = false;                 ///< since Proxy::drain()
    bool paused = false;                   ///< by an administrator
    std::string ioBackend;                 ///< of io.backend, in force
    std::vector<TargetStatistics> targets; ///< in the order of the configuration
    std::vector<ThreadStatistics> threads;
    std::vector<TlsCertificate> clientCertificates; ///< that are shown to clients, each file once
    std::vector<TlsCertificate> targetCertificates; ///< likewise, to targets
};

} // namespace proximux
