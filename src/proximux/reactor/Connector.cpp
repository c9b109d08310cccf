#include <proximux/reactor/Connector.h>

#include <utility>

namespace proximux
{

Connector::Connector(Reactor& reactor, Resolver& resolver, ConnectListener& listener)
    : _reactor(reactor)
    , _resolver(resolver)
    , _listener(listener)
    , _alive(std::make_shared<bool>(true))
{
}

Connector::~Connector()
{
    release();
}

void Connector::start(const Endpoint& endpoint, Instant deadline)
{
    _host = endpoint.host;
    _deadline = deadline;
    _addresses = sockets::parseNumeric(endpoint.host, endpoint.port);
    if (!_addresses.empty())
        return _reactor.defer(whileAlive(&Connector::tryNext));
    arm(_deadline);
    _resolver.resolve(endpoint.host, endpoint.port, _reactor,
                      [this, alive = std::weak_ptr<bool>(_alive)](const Resolver::Result& result)
                      {
                          if (!alive.expired())
                              resolved(result);
                      });
}

void Connector::resolved(const Resolver::Result& result)
{
    if (_ended)
        return; // the deadline passed meanwhile
    _addresses = result.addresses;
    if (_addresses.empty())
        return fail({0, "ENOTFOUND", "getaddrinfo", _host + ": " + result.why, {_host, 0}, result.why});
    tryNext();
}

void Connector::tryNext()
{
    int error = sockets::TIMED_OUT;
    while (_next < _addresses.size() && _reactor.now() < _deadline)
    {
        const auto left = static_cast<std::int64_t>(_addresses.size() - _next);
        auto attempt = sockets::connect(_addresses[_next++]);
        if (attempt.result.kind != IoResult::Kind::failed)
        {
            _socket = attempt.socket;
            _registration = _reactor.add(_socket.impl()->sockfd(), *this);
            _reactor.setInterest(_registration, {false, true});
            return arm(_reactor.now() + Duration{(_deadline - _reactor.now()).us / left});
        }
        error = attempt.result.error;
    }
    failLast(error);
}

void Connector::writable()
{
    const int error = sockets::takeError(_socket.impl()->sockfd());
    if (error != 0)
        return attemptFailed(error);
    const Poco::Net::StreamSocket socket = _socket;
    _ended = true;
    release();
    _listener.connected(socket);
}

/// The time for the name or for this address is up.
void Connector::timedOut()
{
    _timed = false;
    if (_addresses.empty())
    {
        const std::string reason = "the name was not resolved in time";
        return fail({sockets::TIMED_OUT,
                     sockets::errorName(sockets::TIMED_OUT),
                     "getaddrinfo",
                     _host + ": " + reason,
                     {_host, 0},
                     reason});
    }
    attemptFailed(sockets::TIMED_OUT);
}

void Connector::attemptFailed(int error)
{
    release();
    if (_next < _addresses.size() && _reactor.now() < _deadline)
        return tryNext();
    failLast(error);
}

void Connector::failLast(int error)
{
    const Poco::Net::SocketAddress& address = _addresses[_next > 0 ? _next - 1 : 0];
    const std::string reason = sockets::errorText(error);
    fail({error,
          sockets::errorName(error),
          "connect",
          address.toString() + ": " + reason,
          {address.host().toString(), address.port()},
          reason});
}

void Connector::faulted(const std::exception& exception) noexcept
{
    fail({0, "EFAULT", "connect", exception.what(), {_host, 0}, exception.what()});
}

void Connector::fail(const ConnectError& error)
{
    _ended = true;
    release();
    _listener.connectFailed(error);
}

void Connector::release()
{
    disarm();
    if (_registration.generation != 0)
    {
        _reactor.remove(_registration);
        _registration = {};
    }
    _socket = Poco::Net::StreamSocket();
}

void Connector::arm(Instant due)
{
    disarm();
    if (_deadline == Instant::never())
        return;
    _timer = _reactor.at(due, whileAlive(&Connector::timedOut));
    _timed = true;
}

void Connector::disarm()
{
    if (_timed)
        _reactor.cancel(_timer);
    _timed = false;
}

Reactor::Call Connector::whileAlive(void (Connector::*method)())
{
    return [this, method, alive = std::weak_ptr<bool>(_alive)]
    {
        if (!alive.expired())
            (this->*method)();
    };
}

} // namespace proximux
