#include <proximux/proxy/TargetConnection.h>

#include <proximux/proxy/TlsRules.h>

#include <utility>

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
    _settings = settings;
    _dial = std::make_unique<TargetDial>(reactor(), _runtime.resolver, *this);
    const auto configuration = _runtime.configuration();
    _dial->start(settings, std::move(header),
                 {maybeTruncated(*configuration), tlsStartWithTarget(*configuration, *settings)}, deadline);
}

void TargetConnection::connected(Dialled dialled)
{
    reactor().dispose(std::move(_dial)); // deferred: it is the caller
    _start = std::move(dialled.start);
    const std::string binding = dialled.transport->channelBinding();
    open(std::move(dialled.transport));
    hold(false);
    _wasOpen = true;
    _report.targetConnected(reactor().now() - _since);
    _since = reactor().now();
    if (_runtime.log.wants(LogScope::target, LogLevel::info))
    {
        JsonText record;
        record.add("target", static_cast<std::int64_t>(number())).add("msg", "Connection opened");
        _runtime.log.object(LogScope::target, LogLevel::info, record);
    }
    if (!_start)
        reached();
    announce(_runtime, _runtime.events.targetConnected, TargetArgs{number(), ""});
    _exchange.targetOpened(_id, reactor().now());
    if (isOpen())
        tellBinding(binding);
    if (!dialled.said.empty() && isOpen())
        _exchange.response(_id, dialled.said, reactor().now());
}

/// The target is connected as its settings want it.
void TargetConnection::reached()
{
    if (_settings->tls.isOn())
        _report.targetSecured();
    if (const std::uint64_t attempts = _runtime.outages.succeeded(_target))
        logReturn(attempts);
}

std::size_t TargetConnection::passInStart(Bytes bytes)
{
    const TlsStep step = _start->sending(bytes);
    send(step.reply);
    if (step.kind == TlsStep::Kind::secure)
    {
        const auto configuration = _runtime.configuration();
        const Duration timeout = configuration->pool.connectTimeout;
        const Instant deadline = timeout.isOff() ? Instant::never() : reactor().now() + timeout;
        if (secure(*_settings->tls.context, maybeTruncated(*configuration), deadline))
            send(step.behind);
        else
            notSecured({TlsReason::closed, 0, "TLS_CLOSED", "it does not read"});
    }
    if (step.kind == TlsStep::Kind::refuse)
        notSecured({TlsReason::protocol, 0, "ETLS", step.why});
    if (_start->isOver())
        _start.reset();
    return waiting();
}

void TargetConnection::receivedInStart(Bytes bytes)
{
    const TlsStep step = _start->received(bytes);
    if (_start->isOver())
        _start.reset();
    if (!step.passed.empty())
        _exchange.response(_id, step.passed, reactor().now());
}

void TargetConnection::handshakeDone(const TlsTransport& transport)
{
    reached();
    tellBinding(transport.channelBinding());
}

void TargetConnection::tellBinding(const std::string& binding)
{
    if (!binding.empty())
        _exchange.targetSecured(_id, binding);
}

void TargetConnection::securingFailed(const TlsFailure& failure)
{
    const ConnectError error = tlsErrorOf(*_settings, failure);
    _report.connectFailed(_target, error);
    _runtime.errors.addOfTarget(_target, shown(error));
    logFailure(error);
    announce(_runtime, _runtime.events.targetLost, TargetArgs{number(), error.text});
    _runtime.targets.shun(_target, reactor().now());
    _exchange.targetLost(_id, reactor().now());
}

/// Told after the current call has returned, because the exchange is in it.
void TargetConnection::notSecured(const TlsFailure& failure)
{
    reactor().defer(
        [this, failure]
        {
            if (isOpen()) // a closed connection lives until the end of the turn
                securingFailed(failure);
        });
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
