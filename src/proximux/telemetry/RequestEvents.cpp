#include <proximux/telemetry/RequestEvents.h>

#include <proximux/protocol/FirstLine.h>
#include <proximux/protocol/Registry.h>
#include <proximux/protocol/Sniffer.h>
#include <proximux/telemetry/ClientRecord.h>

#include <deque>

namespace proximux
{

RequestEvents::RequestEvents(Runtime& runtime, LiveCounters& counters)
    : _runtime(runtime)
    , _counters(counters)
    , _limit(runtime.configuration()->log.dataLimit)
{
    use(runtime.configuration()->exchange.protocol);
}

// ------------------------------------------------------------------------------------------------ all modes

RequestEvents::Listeners RequestEvents::raiseRequest(RequestArgs args) const
{
    if (const auto thrown = raise(_runtime.events.request, args))
        _runtime.log.failure(LogScope::exchange, "ListenerError", *thrown);
    return std::move(args.listeners);
}

void RequestEvents::tell(const Listeners& listeners, const ResponseInfo& info) const
{
    for (const auto& listener : listeners)
        if (const auto thrown = guarded([&listener, &info] { listener(info); }))
            _runtime.log.failure(LogScope::exchange, "ListenerError", *thrown);
}

void RequestEvents::logData(const ClientInfo& client, Bytes data) const
{
    JsonText record;
    record.add("data", data).add("from", _runtime.log.address(client.address, client.port));
    _runtime.log.object(LogScope::server, LogLevel::debug, record);
}

// ------------------------------------------------------------------------------------------------ proxy mode

/// Listens to the watcher of one pair.
class RequestEvents::Pair : public WatchListener
{
public:
    Pair(const RequestEvents& events, const ClientInfo& client, const ConnectionTally& tally, std::size_t target)
        : _events(events)
        , _client(client)
        , _tally(tally)
        , _target(target)
    {
    }

    void requestSeen(const WatchedRequest& request) override
    {
        if (_events.logsData())
            _events.logData(_client, (request.secret ? request.text : request.bytes).substr(0, _events._limit));
        Listeners listeners = _events.raiseRequest({_client, _target, request.bytes, request.size, request.text, {}});
        if (request.answered)
            _unanswered.push_back(std::move(listeners));
    }

    void responseSeen(const WatchedResponse& response) override
    {
        countAnswered(response);
        const ResponseInfo info{_client,
                                _target,
                                response.text,
                                response.requestSize,
                                response.responseSize,
                                response.firstByte,
                                response.whole,
                                response.failed};
        for (std::size_t i = 0; i < response.requests && response.place < _unanswered.size(); ++i)
        {
            const auto answered = _unanswered.begin() + static_cast<std::ptrdiff_t>(response.place);
            const Listeners listeners = std::move(*answered);
            _unanswered.erase(answered);
            _events.tell(listeners, info);
        }
    }

    void watchLost(const char* reason) override
    {
        _unanswered.clear();
        const Log& log = _events._runtime.log;
        JsonText record = clientRecord(log, _client);
        record.add("target", static_cast<std::int64_t>(_target))
            .add("msg", std::string("Stopped observing: ") + reason);
        log.object(LogScope::exchange, LogLevel::info, record);
    }

private:
    /// Pieces of what is not delimited are no requests.
    void countAnswered(const WatchedResponse& response) const
    {
        if (!_events.isDelimited())
            return;
        const RequestOutcome unanswered = _tally.isLost ? RequestOutcome::clientGone : RequestOutcome::error;
        const RequestOutcome outcome = response.failed ? unanswered : RequestOutcome::answered;
        _events._counters.requests[static_cast<std::size_t>(outcome)] += response.requests;
        count(_events._counters.requestDuration, response.whole);
    }

    const RequestEvents& _events;
    const ClientInfo& _client;
    const ConnectionTally& _tally;
    std::size_t _target;
    std::deque<Listeners> _unanswered; ///< listeners of the requests that expect a response, in request order
};

std::unique_ptr<WatchListener> RequestEvents::watch(const ClientInfo& client, const ConnectionTally& tally,
                                                    std::size_t target) const
{
    const bool wanted = _runtime.events.request.isHeard() || logsData() || isDelimited();
    return wanted ? std::make_unique<Pair>(*this, client, tally, target) : nullptr;
}

bool RequestEvents::isDelimited() const
{
    return findProtocol(_runtime.configuration()->exchange.protocol)->delimited;
}

// ------------------------------------------------------------------------------------------------ fifo and funnel

void RequestEvents::use(std::string_view protocol)
{
    const ProtocolInfo* info = findProtocol(protocol);
    if (info != nullptr && info->make != nullptr)
        _protocol = info->make(_runtime.configuration()->exchange.framingInForce());
    if (protocol != AUTO)
        return;
    for (const ProtocolInfo* each : choicesOfAuto())
        if (each->isDetected())
            _detectable.emplace(each, each->make({}));
}

const Protocol* RequestEvents::protocolOf(Bytes bytes) const
{
    if (_protocol || _detectable.empty())
        return _protocol.get();
    const Sniffed sniffed = sniff(bytes);
    return sniffed.kind == Sniffed::Kind::known ? _detectable.at(sniffed.protocol).get() : nullptr;
}

std::uint64_t RequestEvents::came(const ClientInfo& client, Bytes bytes, std::uint64_t size, bool continues)
{
    std::string text;
    if (logsData())
        logData(client, shown(bytes, text));
    if (!_runtime.events.request.isHeard())
        return 0;
    const Protocol* protocol = continues ? nullptr : protocolOf(bytes);
    text = protocol != nullptr ? protocol->describe(bytes, _limit) : std::string(firstLine(bytes, _limit));
    const bool secret = protocol != nullptr && protocol->isSecret(bytes);
    Listeners listeners = raiseRequest({client, 0, secret ? Bytes() : bytes, size, text, {}});
    if (continues || listeners.empty())
        return 0;
    const Id<Pending> id = _pending.insert(std::make_unique<Pending>(Pending{client, text, std::move(listeners)}));
    return static_cast<std::uint64_t>(id.generation) << 32U | id.slot; // never 0, because a generation is never 0
}

void RequestEvents::sent(const ClientInfo& client, std::size_t number, Bytes bytes) const
{
    if (!_runtime.log.wants(LogScope::exchange, LogLevel::debug))
        return;
    if (_runtime.configuration()->exchange.mode == Mode::fifo)
    {
        JsonText record;
        std::string text;
        record.add("processingItem", shown(bytes, text));
        _runtime.log.object(LogScope::server, LogLevel::debug, record);
    }
    _runtime.log.text(LogScope::exchange, LogLevel::debug,
                      '"' + _runtime.log.address(client.address, client.port) + "\" exchanges data over upstream " +
                          std::to_string(number));
}

void RequestEvents::ended(std::uint64_t tag, std::size_t number, const Outcome& outcome)
{
    const std::unique_ptr<Pending> pending =
        _pending.take(Id<Pending>{static_cast<std::uint32_t>(tag), static_cast<std::uint32_t>(tag >> 32U)});
    if (!pending)
        return;
    ResponseInfo info{pending->client,   number,        pending->text, outcome.requestSize, outcome.responseSize,
                      outcome.firstByte, outcome.whole, outcome.failed};
    info.queued = outcome.queued;
    std::string reason = outcome.failed ? toString(outcome.reason) : "";
    if (!outcome.refusal.empty())
        reason = "refused: " + describeResponse(outcome.refusal);
    info.reason = reason.c_str();
    tell(pending->listeners, info);
}

std::string RequestEvents::describeResponse(Bytes response) const
{
    return _protocol ? _protocol->describeResponse(response, _limit) : std::string(firstLine(response, _limit));
}

Bytes RequestEvents::shown(Bytes bytes, std::string& text) const
{
    const Protocol* protocol = protocolOf(bytes);
    if (protocol == nullptr || !protocol->isSecret(bytes))
        return bytes.substr(0, _limit);
    text = protocol->describe(bytes, _limit);
    return text;
}

} // namespace proximux
