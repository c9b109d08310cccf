#include <proximux/telemetry/SharedReport.h>

#include <proximux/protocol/FirstLine.h>
#include <proximux/protocol/Sniffer.h>

namespace proximux
{

SharedReport::SharedReport(Runtime& runtime)
    : _runtime(runtime)
{
    use(runtime.configuration->exchange.protocol);
}

void SharedReport::use(std::string_view protocol)
{
    const ProtocolInfo* info = findProtocol(protocol);
    if (info != nullptr && info->make != nullptr)
        _protocol = info->make(_runtime.configuration->exchange.framingInForce());
    if (protocol != AUTO)
        return;
    for (const ProtocolInfo* each : choicesOfAuto())
        if (each->isDetected())
            _detectable.emplace(each, each->make({}));
}

const Protocol* SharedReport::protocolOf(Bytes bytes) const
{
    if (_protocol || _detectable.empty())
        return _protocol.get();
    const Sniffed sniffed = sniff(bytes);
    return sniffed.kind == Sniffed::Kind::known ? _detectable.at(sniffed.protocol).get() : nullptr;
}

std::uint64_t SharedReport::came(const ClientInfo& client, Bytes bytes, std::uint64_t size, bool continues)
{
    if (_runtime.log.wants(LogScope::server, LogLevel::debug))
        logData(client, bytes);
    if (!_runtime.events.request.isHeard())
        return 0;
    const std::size_t limit = _runtime.configuration->log.dataLimit;
    const Protocol* protocol = continues ? nullptr : protocolOf(bytes);
    const std::string text =
        protocol != nullptr ? protocol->describe(bytes, limit) : std::string(firstLine(bytes, limit));
    const bool secret = protocol != nullptr && protocol->isSecret(bytes);
    RequestArgs args{client, 0, secret ? Bytes() : bytes, size, text, {}};
    if (const auto thrown = raise(_runtime.events.request, args))
        _runtime.log.failure(LogScope::exchange, "ListenerError", *thrown);
    if (continues || args.listeners.empty())
        return 0;
    auto pending = std::make_unique<Pending>(Pending{client, text, std::move(args.listeners)});
    const Id<Pending> id = _pending.insert(std::move(pending));
    return static_cast<std::uint64_t>(id.generation) << 32U | id.slot; // never 0, because a generation is never 0
}

void SharedReport::sent(const ClientInfo& client, std::size_t number, Bytes bytes) const
{
    if (!_runtime.log.wants(LogScope::exchange, LogLevel::debug))
        return;
    if (_runtime.configuration->exchange.mode == Mode::fifo)
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

void SharedReport::ended(std::uint64_t tag, std::size_t number, const Outcome& outcome)
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
    for (const auto& listener : pending->listeners)
        if (const auto thrown = guarded([&listener, &info] { listener(info); }))
            _runtime.log.failure(LogScope::exchange, "ListenerError", *thrown);
}

std::string SharedReport::describeResponse(Bytes response) const
{
    const std::size_t limit = _runtime.configuration->log.dataLimit;
    return _protocol ? _protocol->describeResponse(response, limit) : std::string(firstLine(response, limit));
}

Bytes SharedReport::shown(Bytes bytes, std::string& text) const
{
    const std::size_t limit = _runtime.configuration->log.dataLimit;
    const Protocol* protocol = protocolOf(bytes);
    if (protocol == nullptr || !protocol->isSecret(bytes))
        return bytes.substr(0, limit);
    text = protocol->describe(bytes, limit);
    return text;
}

void SharedReport::logData(const ClientInfo& client, Bytes bytes) const
{
    JsonText record;
    std::string text;
    record.add("data", shown(bytes, text)).add("from", _runtime.log.address(client.address, client.port));
    _runtime.log.object(LogScope::server, LogLevel::debug, record);
}

} // namespace proximux
