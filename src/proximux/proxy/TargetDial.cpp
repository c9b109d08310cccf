#include <proximux/proxy/TargetDial.h>

#include <proximux/proxy/TargetHeader.h>

#include <utility>

namespace proximux
{

namespace
{

ConnectError dialError(const TargetSettings& target, int error, const std::string& code, const char* syscall,
                       const std::string& reason)
{
    ConnectError made;
    made.error = error;
    made.code = code;
    made.syscall = syscall;
    made.text = target.endpoint.toString() + ": " + reason;
    made.peer = target.endpoint;
    made.reason = reason;
    return made;
}

} // namespace

ConnectError tlsErrorOf(const TargetSettings& target, const TlsFailure& failure)
{
    ConnectError error = dialError(target, failure.error, failure.code, "tls", "TLS handshake: " + failure.text);
    error.tls = failure.reason;
    return error;
}

TargetDial::TargetDial(Reactor& reactor, Resolver& resolver, DialListener& listener)
    : _reactor(reactor)
    , _listener(listener)
    , _connector(reactor, resolver, *this)
{
}

void TargetDial::start(const std::shared_ptr<const TargetSettings>& target, std::optional<std::string> header,
                       TlsPlan plan, Instant deadline)
{
    _target = target;
    _header = std::move(header);
    _plan = std::move(plan);
    _deadline = deadline;
    _connector.start(target->endpoint, deadline);
}

void TargetDial::connected(const Poco::Net::StreamSocket& socket)
{
    const bool isLocal = _target->endpoint.isLocal();
    if (!isLocal)
        sockets::setOptions(socket.impl()->sockfd(), _target->socket);
    auto plain = std::make_unique<PlainTransport>(socket, isLocal);
    const std::string header = _header ? *_header : targetHeaderOfOurs(*_target, sockets::endsOf(plain->handle()));
    const IoResult result = header.empty() ? IoResult() : plain->send(header);
    if (result.bytes < header.size()) // a new socket has room for it
        return _listener.connectFailed(dialError(*_target, result.error, sockets::errorName(result.error), "write",
                                                 "PROXY header: " + sockets::errorText(result.error)));
    if (!_target->tls.isOn())
        return _listener.connected({std::move(plain), nullptr, ""});
    if (!_plan.start)
        return secure(std::move(plain));
    TargetTlsStartListener& listener = *this;
    _start = std::make_unique<TargetTlsStart>(_reactor, std::move(plain), std::move(_plan.start), listener);
    _start->start(_deadline);
}

void TargetDial::begun(std::unique_ptr<Transport> transport, std::unique_ptr<TlsStart> start, const TlsStep& step)
{
    _reactor.dispose(std::move(_start)); // deferred: it is the caller
    if (step.kind == TlsStep::Kind::secure)
        return secure(std::move(transport));
    if (start->isOver())
        start.reset();
    _listener.connected({std::move(transport), std::move(start), step.passed});
}

void TargetDial::secure(std::unique_ptr<Transport> plain)
{
    auto secured = _target->tls.context->begin(std::move(plain));
    if (!_plan.isStrict)
        secured->allowTruncation();
    TlsListener& listener = *this;
    _handshake = std::make_unique<TlsHandshake>(_reactor, std::move(secured), listener);
    _handshake->start(_deadline);
}

void TargetDial::handshakeFailed(const TlsFailure& failure)
{
    _listener.connectFailed(tlsErrorOf(*_target, failure));
}

} // namespace proximux
