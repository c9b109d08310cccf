#include <proximux/telemetry/RequestLog.h>

namespace proximux
{

void RequestLog::onRequest(RequestArgs& args)
{
    if (_log.wants(LogScope::exchange, LogLevel::info))
        args.whenAnswered([this](const ResponseInfo& response) { write(response); });
}

void RequestLog::write(const ResponseInfo& response) const
{
    JsonText record;
    record.add("client", _log.address(response.client.address, response.client.port))
        .add("target", static_cast<std::int64_t>(response.target))
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
    _log.object(LogScope::exchange, LogLevel::info, record);
}

} // namespace proximux
