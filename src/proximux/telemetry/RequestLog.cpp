#include <proximux/telemetry/RequestLog.h>

#include <proximux/protocol/Registry.h>
#include <proximux/telemetry/ClientRecord.h>

namespace proximux
{

bool RequestLog::use(const Configuration& configuration)
{
    const auto wanted = configuration.log.requests;
    const bool isWatched = !_shared && findProtocol(configuration.exchange.protocol)->delimited;
    const bool all = wanted == LogSettings::Requests::on || (wanted == LogSettings::Requests::automatic && isWatched);
    _all = all;
    _slow = configuration.log.slow.us;
    return all || !configuration.log.slow.isOff();
}

void RequestLog::onRequest(RequestArgs& args)
{
    if (_log.wants(LogScope::exchange, LogLevel::info))
        args.whenAnswered([this](const ResponseInfo& response) { write(response); });
}

void RequestLog::write(const ResponseInfo& response) const
{
    const Duration slow{_slow.load(std::memory_order_relaxed)};
    const bool isSlow = !slow.isOff() && response.queued + response.whole >= slow;
    if (!isSlow && !_all.load(std::memory_order_relaxed))
        return;
    JsonText record = clientRecord(_log, response.client);
    record.add("target", static_cast<std::int64_t>(response.target))
        .add("request", response.text)
        .add("bytesIn", static_cast<std::int64_t>(response.requestSize))
        .add("bytesOut", static_cast<std::int64_t>(response.responseSize));
    if (_shared)
        record.add("queueMs", response.queued.asMilliseconds());
    if (response.failed)
        record.add("failed", true);
    if (response.failed && _shared)
        record.add("reason", response.reason);
    if (!response.failed)
        record.add("firstByteMs", response.firstByte.asMilliseconds());
    record.add("ms", response.whole.asMilliseconds());
    if (isSlow)
        record.add("slow", true);
    _log.object(LogScope::exchange, LogLevel::info, record);
}

} // namespace proximux
