#include <proximux/net/TlsHandshake.h>

#include <utility>

namespace proximux
{

TlsHandshake::TlsHandshake(Reactor& reactor, std::unique_ptr<TlsTransport> transport, TlsListener& listener)
    : _reactor(reactor)
    , _transport(std::move(transport))
    , _listener(listener)
    , _alive(std::make_shared<bool>(true))
{
}

TlsHandshake::~TlsHandshake()
{
    release();
}

void TlsHandshake::start(Instant deadline)
{
    _registration = _reactor.add(_transport->handle(), *this);
    if (deadline != Instant::never())
    {
        _timed = true;
        _timer = _reactor.at(
            deadline,
            [this]
            {
                _timed = false;
                fail({TlsReason::timeout, sockets::TIMED_OUT, sockets::errorName(sockets::TIMED_OUT), "timed out"});
            });
    }
    if (_transport->awaitsPeer())
        _reactor.setInterest(_registration, {true, false});
    else
        await();
}

/// Goes on when it is its turn. Until then the socket is not watched.
void TlsHandshake::await()
{
    _reactor.setInterest(_registration, {});
    _reactor.inItsTurn(
        [this, alive = std::weak_ptr<bool>(_alive)]
        {
            if (alive.expired() || !_transport)
                return;
            try
            {
                goOn();
            }
            catch (const std::exception& exception)
            {
                faulted(exception);
                throw; // the reactor tells of it
            }
        });
}

void TlsHandshake::goOn()
{
    switch (_transport->handshake())
    {
    case IoResult::Kind::done:
    {
        std::unique_ptr<TlsTransport> ready = std::move(_transport);
        release();
        return _listener.secured(std::move(ready));
    }
    case IoResult::Kind::wouldBlock:
        return _reactor.setInterest(_registration, _transport->wants({true, false}));
    case IoResult::Kind::ended:
    case IoResult::Kind::failed:
        return fail(_transport->failure());
    }
}

void TlsHandshake::faulted(const std::exception& exception) noexcept
{
    if (_transport)
        fail({TlsReason::protocol, 0, "EFAULT", exception.what()});
}

void TlsHandshake::fail(const TlsFailure& failure)
{
    // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): the transport may own it, and is closed first
    const TlsFailure told = failure;
    release();
    _listener.handshakeFailed(told);
}

/// Stops watching. What is not handed over is closed.
void TlsHandshake::release()
{
    if (std::exchange(_timed, false))
        _reactor.cancel(_timer);
    if (_registration.generation != 0)
        _reactor.remove(std::exchange(_registration, {}), _transport != nullptr);
    _transport.reset();
}

} // namespace proximux
