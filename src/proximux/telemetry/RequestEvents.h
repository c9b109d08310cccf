#pragma once

#include <proximux/base/SlotMap.h>
#include <proximux/exchange/mux/MultiplexerObserver.h>
#include <proximux/protocol/Registry.h>
#include <proximux/protocol/watch/Watcher.h>
#include <proximux/proxy/Runtime.h>
#include <proximux/telemetry/ConnectionTally.h>
#include <proximux/telemetry/Counters.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace proximux
{

/// Turns requests and their outcomes into events and log records, in all modes. In proxy mode the watcher of each pair
/// observes them; in fifo and funnel the exchange reports them. Owned by its Worker, used in its reactor's thread.
class RequestEvents
{
public:
    /// Both must outlive it. counters: of its Worker; those of requests are written in proxy mode.
    RequestEvents(Runtime& runtime, LiveCounters& counters);

    /// Another configuration is in force, of the same mode and protocol.
    void use(const Configuration& configuration) { _limit = configuration.log.dataLimit; }

    /// Proxy mode: makes the listener for a pair's watcher. Null if neither a listener, the log nor the protocol needs
    /// this pair's messages. target: number from 1. The client and its tally must outlive it.
    [[nodiscard]] std::unique_ptr<WatchListener> watch(const ClientInfo& client, const ConnectionTally& tally,
                                                       std::size_t target) const;

    /// The rest is for fifo and funnel. Sets the protocol that provides readable forms and recognizes secrets. With
    /// auto each message is sniffed.
    void use(std::string_view protocol);

    /// Reports a request, or a piece of one. Returns a tag if a listener waits for its outcome, else 0.
    std::uint64_t came(const ClientInfo& client, Bytes bytes, std::uint64_t size, bool continues);

    /// Reports that the request was sent on the connection with this number.
    void sent(const ClientInfo& client, std::size_t number, Bytes bytes) const;

    /// Reports the outcome. number: 0 if the request was never sent.
    void ended(std::uint64_t tag, std::size_t number, const Outcome& outcome);

private:
    using Listeners = std::vector<std::function<void(const ResponseInfo&)>>;

    class Pair;

    /// A request whose outcome a listener waits for.
    struct Pending
    {
        ClientInfo client;
        std::string text;
        Listeners listeners;
    };

    /// Raises `request`. Returns the listeners for its outcome.
    [[nodiscard]] Listeners raiseRequest(RequestArgs args) const;
    void tell(const Listeners& listeners, const ResponseInfo& info) const;

    /// Whether logData() writes.
    [[nodiscard]] bool logsData() const { return _runtime.log.wants(LogScope::server, LogLevel::debug); }
    void logData(const ClientInfo& client, Bytes data) const;

    /// The protocol of a message; null if unknown.
    [[nodiscard]] const Protocol* protocolOf(Bytes bytes) const;

    /// The part of these bytes that may be logged; points into `text` if they must not be shown as they are.
    [[nodiscard]] Bytes shown(Bytes bytes, std::string& text) const;
    [[nodiscard]] std::string describeResponse(Bytes response) const;

    [[nodiscard]] bool isDelimited() const;

    Runtime& _runtime;
    LiveCounters& _counters;
    std::size_t _limit;                                                   ///< log.data_limit
    std::unique_ptr<Protocol> _protocol;                                  ///< null if messages are not delimited
    std::map<const ProtocolInfo*, std::unique_ptr<Protocol>> _detectable; ///< auto: the candidates
    SlotMap<Pending, Id<Pending>> _pending;
};

} // namespace proximux
