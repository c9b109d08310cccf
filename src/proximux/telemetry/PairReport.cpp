#include <proximux/telemetry/PairReport.h>

namespace proximux
{

bool PairReport::isWanted(const Runtime& runtime)
{
    return runtime.events.request.isHeard() || runtime.log.wants(LogScope::server, LogLevel::debug) ||
           findProtocol(runtime.configuration->exchange.protocol)->delimited;
}

PairReport::PairReport(Runtime& runtime, const ClientInfo& client, std::size_t target)
    : _runtime(runtime)
    , _client(client)
    , _target(target)
{
}

void PairReport::requestSeen(const WatchedRequest& request)
{
    logData(request);
    RequestArgs args{_client, _target, request.bytes, request.size, request.text, {}};
    if (const auto thrown = raise(_runtime.events.request, args))
        _runtime.log.failure(LogScope::exchange, "ListenerError", *thrown);
    if (request.answered)
        _unanswered.push_back(std::move(args.listeners));
}

void PairReport::responseSeen(const WatchedResponse& response)
{
    const ResponseInfo info{
        _client,        _target,        response.text, response.requestSize, response.responseSize, response.firstByte,
        response.whole, response.failed};
    for (std::size_t i = 0; i < response.requests && response.place < _unanswered.size(); ++i)
    {
        const auto answered = _unanswered.begin() + static_cast<std::ptrdiff_t>(response.place);
        const Listeners listeners = std::move(*answered);
        _unanswered.erase(answered);
        tell(listeners, info);
    }
}

void PairReport::watchLost(const char* reason)
{
    _unanswered.clear();
    JsonText record;
    record.add("client", _runtime.log.address(_client.address, _client.port))
        .add("target", static_cast<std::int64_t>(_target))
        .add("msg", std::string("Stopped observing: ") + reason);
    _runtime.log.object(LogScope::exchange, LogLevel::info, record);
}

void PairReport::logData(const WatchedRequest& request) const
{
    if (!_runtime.log.wants(LogScope::server, LogLevel::debug))
        return;
    const Bytes shown = request.secret ? request.text : request.bytes;
    JsonText record;
    record.add("data", shown.substr(0, _runtime.configuration->log.dataLimit))
        .add("from", _runtime.log.address(_client.address, _client.port));
    _runtime.log.object(LogScope::server, LogLevel::debug, record);
}

void PairReport::tell(const Listeners& listeners, const ResponseInfo& info) const
{
    for (const auto& listener : listeners)
        if (const auto thrown = guarded([&listener, &info] { listener(info); }))
            _runtime.log.failure(LogScope::exchange, "ListenerError", *thrown);
}

} // namespace proximux
