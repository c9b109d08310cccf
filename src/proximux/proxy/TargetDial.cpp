#include <proximux/proxy/TargetDial.h>

#include <proximux/protocol/Registry.h>

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

void TargetDial::start(const TargetSettings& target, bool strict, Instant deadline)
{
    _endpoint = target.endpoint;
    _options = target.socket;
    _secure = target.tls.isOn();
    _strict = strict;
    _tls = target.tls.context;
    _deadline = deadline;
    _connector.start(target.endpoint, deadline);
}

void TargetDial::connected(const Poco::Net::StreamSocket& socket)
{
    sockets::setOptions(socket.impl()->sockfd(), _options);
    auto plain = std::make_unique<PlainTransport>(socket);
    if (!_secure)
        return _listener.connected(std::move(plain));
    auto secure = _tls->begin(std::move(plain));
    if (!_strict)
        secure->allowTruncation();
    TlsListener& listener = *this;
    _handshake = std::make_unique<TlsHandshake>(_reactor, std::move(secure), listener);
    _handshake->start(_deadline);
}

void TargetDial::handshakeFailed(const TlsFailure& failure)
{
    const std::string reason = "TLS handshake: " + failure.text;
    _listener.connectFailed(
        {failure.error, failure.code, "tls", _endpoint.toString() + ": " + reason, _endpoint, reason, false});
}

} // namespace proximux
