#include <proximux/net/Connector.h>

#include <proximux/net/SocketsLocal.h>

#include <algorithm>
#include <utility>

namespace proximux
{

namespace
{

constexpr Duration RETRY = Duration::milliseconds(100);

} // namespace

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
    _endpoint = endpoint;
    _deadline = deadline;
    if (endpoint.isLocal())
        return _reactor.defer(whileAlive(&Connector::tryLocal));
    _addresses = sockets::parseNumeric(endpoint.host, endpoint.port);
    if (!_addresses.empty())
        return _reactor.defer(whileAlive(&Connector::tryNext));
    lookUp();
}

void Connector::lookUp()
{
    arm(_deadline, &Connector::timedOut);
    _resolver.resolve(_endpoint.host, _endpoint.port, _reactor,
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
    if (!_addresses.empty())
        return tryNext();
    _error = lookUpError(result.shortage, result.why);
    _error.ours = result.shortage != 0;
    _error.ours ? wait() : fail(_error);
}

void Connector::tryNext()
{
    if (_error.code.empty())
        _error = connectError(sockets::TIMED_OUT); // unless there is time for an attempt
    while (_next < _addresses.size() && _reactor.now() < _deadline)
    {
        const auto left = static_cast<std::int64_t>(_addresses.size() - _next);
        const Poco::Net::SocketAddress& address = _addresses[_next++];
        auto attempt = sockets::connect(address);
        if (attempt.result.kind != IoResult::Kind::failed)
        {
            _socket = attempt.socket;
            _registration = _reactor.add(_socket.impl()->sockfd(), *this);
            _reactor.setInterest(_registration, {false, true});
            return arm(_reactor.now() + Duration{(_deadline - _reactor.now()).us / left}, &Connector::timedOut);
        }
        _error = connectError(attempt.result.error);
        if (!sockets::isShortage(attempt.result.error, address))
            continue;
        _untried.push_back(address);
        _shortage = _error;
    }
    passEnded();
}

void Connector::tryLocal()
{
    const auto attempt = sockets::beginLocal(_endpoint.path);
    _socket = attempt.socket;
    if (attempt.result.kind == IoResult::Kind::done)
        return succeed();
    _error = localError(attempt.result);
    const bool passes = _error.ours || attempt.result.kind == IoResult::Kind::wouldBlock;
    passes ? wait() : fail(_error);
}

void Connector::writable()
{
    const int error = sockets::takeError(_socket.impl()->sockfd());
    error != 0 ? attemptFailed(error) : succeed();
}

void Connector::succeed()
{
    const Poco::Net::StreamSocket socket = std::exchange(_socket, Poco::Net::StreamSocket());
    _ended = true;
    release();
    _listener.connected(socket);
}

/// The time for the look-up or for the current address is over.
void Connector::timedOut()
{
    _timed = false;
    if (_addresses.empty())
        return fail(lookUpError(sockets::TIMED_OUT, "name resolution timed out"));
    attemptFailed(sockets::TIMED_OUT);
}

void Connector::attemptFailed(int error)
{
    _error = connectError(error);
    release();
    tryNext();
}

/// All addresses have failed, or the time is over.
void Connector::passEnded()
{
    if (_untried.empty())
        return fail(_error);
    _error = _shortage;
    _error.ours = true;
    _addresses = std::move(_untried);
    _untried.clear();
    _next = 0;
    wait();
}

/// Waits until this process frees a resource, if it lacks one. A timer retries as well, because neither a shortage of
/// the whole system nor a full queue of the peer gives a signal when it ends.
void Connector::wait()
{
    if (_reactor.now() >= _deadline)
        return fail(_error);
    _waiting = true;
    arm(std::min(_reactor.now() + RETRY, _deadline), &Connector::tryAgain);
    if (!_error.ours)
        return;
    const bool first = Shortage::ofProcess().waiting() == 0;
    _ticket = Shortage::ofProcess().await(_reactor, whileAlive(&Connector::tryAgain));
    if (first && !std::exchange(_waited, true))
        _listener.connectWaits(_error);
}

/// Called when a resource was freed and by a timer; the later of the two calls does nothing.
void Connector::tryAgain()
{
    if (_ended || !std::exchange(_waiting, false))
        return;
    Shortage::ofProcess().withdraw(std::exchange(_ticket, 0));
    disarm();
    if (_reactor.now() >= _deadline)
        return fail(_error);
    if (_endpoint.isLocal())
        return tryLocal();
    if (_addresses.empty())
        return lookUp();
    tryNext();
}

ConnectError Connector::lookUpError(int error, const std::string& why) const
{
    return {error,
            error == 0 ? "ENOTFOUND" : sockets::errorName(error),
            "getaddrinfo",
            _endpoint.host + ": " + why,
            {_endpoint.host, 0, {}},
            why,
            false};
}

/// The error for the address tried last.
ConnectError Connector::connectError(int error) const
{
    const Poco::Net::SocketAddress& address = _addresses[_next > 0 ? _next - 1 : 0];
    const std::string reason = sockets::errorText(error);
    return {error,
            sockets::errorName(error),
            "connect",
            address.toString() + ": " + reason,
            {address.host().toString(), address.port(), {}},
            reason,
            false};
}

/// The error for a UNIX socket.
ConnectError Connector::localError(const IoResult& result) const
{
    const std::string reason = result.kind == IoResult::Kind::wouldBlock
                                   ? "the queue of connections that it has yet to accept is full"
                                   : sockets::errorText(result.error);
    return {result.error, sockets::errorName(result.error),  "connect", _endpoint.toString() + ": " + reason, _endpoint,
            reason,       sockets::isExhausted(result.error)};
}

void Connector::faulted(const std::exception& exception) noexcept
{
    fail({0, "EFAULT", "connect", exception.what(), {_endpoint.host, 0, _endpoint.path}, exception.what(), false});
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
    _waiting = false;
    if (_ticket != 0)
        Shortage::ofProcess().withdraw(std::exchange(_ticket, 0));
    if (_registration.generation != 0)
    {
        _reactor.remove(_registration);
        _registration = {};
        _socket = Poco::Net::StreamSocket();
        Shortage::ofProcess().givenBack();
    }
}

void Connector::arm(Instant due, void (Connector::*method)())
{
    disarm();
    if (due == Instant::never())
        return;
    _timer = _reactor.at(due, whileAlive(method));
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
