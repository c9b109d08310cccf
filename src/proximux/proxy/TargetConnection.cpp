#include <proximux/proxy/TargetConnection.h>

namespace proximux
{

TargetConnection::TargetConnection(Reactor& reactor, Scratch& scratch, Exchange& exchange, WorkerReport& report,
                                   std::size_t target)
    : Connection(reactor, scratch)
    , _exchange(exchange)
    , _report(report)
    , _runtime(report.runtime())
    , _target(target)
{
}

void TargetConnection::dial(const std::shared_ptr<const TargetSettings>& settings, Instant deadline, std::string header)
{
    _since = reactor().now();
    _isSecured = settings->tls.isOn();
    _dial = std::make_unique<TargetDial>(reactor(), _runtime.resolver, *this);
    _dial->start(settings, std::move(header), maybeTruncated(*_runtime.configuration()), deadline);
}

void TargetConnection::connected(std::unique_ptr<Transport> transport)
{
    reactor().dispose(std::move(_dial)); // deferred: it is the caller
    open(std::move(transport));
    hold(false);
    _wasOpen = true;
    _report.targetConnected(reactor().now() - _since);
    if (_isSecured)
        _report.targetSecured();
    _since = reactor().now();
    if (_runtime.log.wants(LogScope::target, LogLevel::info))
    {
        JsonText record;
        record.add("target", static_cast<std::int64_t>(number())).add("msg", "Connection opened");
        _runtime.log.object(LogScope::target, LogLevel::info, record);
    }
    if (const std::uint64_t attempts = _runtime.outages.succeeded(_target))
        logReturn(attempts);
    announce(_runtime, _runtime.events.targetConnected, TargetArgs{number(), ""});
    _exchange.targetOpened(_id, reactor().now());
}

void TargetConnection::connectFailed(const ConnectError& error)
{
    reactor().dispose(std::move(_dial));
    _report.connectFailed(_target, error);
    _runtime.errors.addOfTarget(_target, shown(error));
    logFailure(error);
    announce(_runtime, _runtime.events.targetLost, TargetArgs{number(), error.text});
    if (error.ours)
        _exchange.targetUnavailable(_id, reactor().now());
    else
        _exchange.targetFailed(_id, reactor().now());
}

void TargetConnection::connectWaits(const ConnectError& error)
{
    logError(error.error, error.code, error.syscall, shown(error) + "; waiting for free resources");
}

std::string TargetConnection::shown(const ConnectError& error) const
{
    const Log& log = _runtime.log;
    if (error.peer.isLocal())
        return error.text;
    return (error.peer.port == 0 ? log.host(error.peer.host) : log.address(error.peer.host, error.peer.port)) + ": " +
           error.reason;
}

void TargetConnection::lost(int error, const char* syscall)
{
    const auto [name, text] = describe(error);
    _runtime.errors.addOfTarget(_target, text);
    logError(error, name, syscall, text);
    announce(_runtime, _runtime.events.targetLost, TargetArgs{number(), text});
    _exchange.targetLost(_id, reactor().now());
}

/// Logs an attempt that failed, if OutageRecords admits it. A shortage of ours is no outage of the target.
void TargetConnection::logFailure(const ConnectError& error)
{
    std::optional<std::uint64_t> unlogged = 0;
    if (!error.ours)
        unlogged = _runtime.outages.failed(_target, error.code, reactor().now());
    if (!unlogged)
        return;
    logError(error.error, error.code, error.syscall, shown(error) + OutageRecords::more(*unlogged));
}

void TargetConnection::logReturn(std::uint64_t attempts) const
{
    if (_runtime.log.wants(LogScope::pool, LogLevel::info))
        _runtime.log.text(LogScope::pool, LogLevel::info,
                          "target " + std::to_string(_runtime.targets.numberOf(_target)) +
                              " is back; failed attempts to connect: " + std::to_string(attempts));
}

void TargetConnection::logError(int error, const std::string& code, const std::string& syscall,
                                const std::string& text) const
{
    if (!_runtime.log.wants(LogScope::pool, LogLevel::error))
        return;
    JsonText what;
    what.add("errno", static_cast<std::int64_t>(-error)).add("code", code).add("syscall", syscall).add("message", text);
    JsonText record;
    record.add("target", static_cast<std::int64_t>(number())).add("error", what);
    _runtime.log.object(LogScope::pool, LogLevel::error, record);
}

} // namespace proximux
