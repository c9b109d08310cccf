#include <proximux/proxy/TargetDial.h>

#include <proximux/protocol/Registry.h>
#include <proximux/proxy/TargetHeader.h>

#include <utility>

namespace proximux
{

bool maybeTruncated(const Configuration& configuration)
{
    const ProtocolInfo& protocol = *findProtocol(configuration.exchange.protocol);
    return configuration.exchange.mode == Mode::proxy || !protocol.delimited || protocol.mayEndByClose;
}

TargetDial::TargetDial(Reactor& reactor, Resolver& resolver, DialListener& listener)
    : _reactor(reactor)
    , _listener(listener)
    , _connector(reactor, resolver, *this)
{
}

void TargetDial::start(const std::shared_ptr<const TargetSettings>& target, std::optional<std::string> header,
                       bool strict, Instant deadline)
{
    _target = target;
    _header = std::move(header);
    _strict = strict;
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
        return _listener.connectFailed(errorOf(result.error, sockets::errorName(result.error), "write",
                                               "PROXY header: " + sockets::errorText(result.error)));
    if (!_target->tls.isOn())
        return _listener.connected(std::move(plain));
    auto secure = _target->tls.context->begin(std::move(plain));
    if (!_strict)
        secure->allowTruncation();
    TlsListener& listener = *this;
    _handshake = std::make_unique<TlsHandshake>(_reactor, std::move(secure), listener);
    _handshake->start(_deadline);
}

void TargetDial::handshakeFailed(const TlsFailure& failure)
{
    ConnectError error = errorOf(failure.error, failure.code, "tls", "TLS handshake: " + failure.text);
    error.tls = failure.reason;
    _listener.connectFailed(error);
}

ConnectError TargetDial::errorOf(int error, const std::string& code, const char* syscall,
                                 const std::string& reason) const
{
    ConnectError made;
    made.error = error;
    made.code = code;
    made.syscall = syscall;
    made.text = _target->endpoint.toString() + ": " + reason;
    made.peer = _target->endpoint;
    made.reason = reason;
    return made;
}

} // namespace proximux
