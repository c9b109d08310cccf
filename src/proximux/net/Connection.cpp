#include <proximux/net/Connection.h>

#include <algorithm>
#include <utility>

namespace proximux
{

namespace
{

/// Number of bytes that justifies a send() of their own.
constexpr std::size_t MANY = 16384;

} // namespace

Connection::Connection(Reactor& reactor, Scratch& scratch)
    : _reactor(reactor)
    , _scratch(scratch)
{
}

Connection::~Connection()
{
    _gathering = false; // discards gathered bytes
    close(false);
}

void Connection::open(std::unique_ptr<Transport> transport)
{
    _transport = std::move(transport);
    _registration = _reactor.add(_transport->handle(), *this);
}

/// What becomes of a handshake in the middle of a connection.
class Connection::Securing : public TlsListener
{
public:
    explicit Securing(Connection& connection)
        : _connection(connection)
    {
    }

    void secured(std::unique_ptr<TlsTransport> transport) override
    {
        _connection._reactor.dispose(std::move(_connection._handshake)); // deferred: it is the caller
        const TlsTransport& told = *transport;
        _connection.open(std::move(transport));
        _connection.handshakeDone(told);
        if (!_connection.isOpen())
            return;
        _connection.update();
        if (!_connection._unsent.isEmpty())
            _connection.writable();
        else if (_connection._fin == Fin::wanted)
            _connection.sendFin();
    }

    void handshakeFailed(const TlsFailure& failure) override
    {
        _connection._reactor.dispose(std::move(_connection._handshake));
        _connection._unsent.clear();
        _connection._failed = true;
        _connection.securingFailed(failure);
    }

private:
    Connection& _connection;
};

bool Connection::secure(TlsContext& context, bool strict, Instant deadline)
{
    if (_transport == nullptr || _failed || _ended || _sendError != 0 || !_unsent.isEmpty())
        return false;
    _reactor.remove(std::exchange(_registration, {}));
    auto transport = context.begin(std::move(_transport));
    if (!strict)
        transport->allowTruncation();
    _securing = std::make_unique<Securing>(*this);
    _handshake = std::make_unique<TlsHandshake>(_reactor, std::move(transport), *_securing);
    _handshake->start(deadline);
    return true;
}

std::size_t Connection::sendLater(Bytes bytes)
{
    if (!isOpen() || _failed || _sendError != 0)
        return 0;
    if (!_gathering && (!_unsent.isEmpty() || bytes.size() >= MANY || !_transport))
        return send(bytes);
    _gathering = true;
    _unsent.append(bytes);
    return _unsent.size() < MANY ? 0 : flush();
}

std::size_t Connection::flush()
{
    if (!std::exchange(_gathering, false))
        return _unsent.size();
    const IoResult result = _transport->send(_unsent.waiting());
    if (result.kind == IoResult::Kind::failed)
    {
        _unsent.clear();
        sendFailed(result.error);
        return 0;
    }
    _unsent.consume(result.bytes);
    if (!_unsent.isEmpty())
        update();
    return _unsent.size();
}

IoResult::Kind Connection::peek()
{
    if (!_transport || _failed || _ended)
        return IoResult::Kind::ended;
    const IoResult::Kind kind = _transport->peek().kind;
    heedNeeds();
    return kind;
}

void Connection::acknowledge()
{
    if (_transport && !_failed && !_ended)
        _transport->acknowledge();
}

std::size_t Connection::send(Bytes bytes)
{
    if (!isOpen() || _failed || _sendError != 0)
        return 0;
    if (_unsent.isEmpty() && _transport)
    {
        const IoResult result = _transport->send(bytes);
        if (result.kind == IoResult::Kind::failed)
        {
            sendFailed(result.error);
            return 0;
        }
        if (result.bytes == bytes.size())
            return 0;
        bytes.remove_prefix(result.bytes);
    }
    _unsent.append(bytes);
    update();
    return _unsent.size();
}

void Connection::hold(bool hold)
{
    _held = hold;
    update();
}

void Connection::end()
{
    if (!isOpen() || _failed || _sendError != 0 || _fin != Fin::none)
        return;
    flush();
    if (_failed || _sendError != 0)
        return;
    _fin = Fin::wanted;
    if (_unsent.isEmpty() && _transport)
        sendFin();
}

void Connection::close(bool reset)
{
    if (!isOpen())
        return;
    if (!reset && !_failed && _sendError == 0)
        flush();
    _handshake.reset();
    if (_transport)
    {
        _reactor.remove(_registration, true);
        if (reset)
            _transport->resetOnClose();
        _transport.reset();
    }
    _unsent.clear();
    _gathering = false;
}

void Connection::readable()
{
    if ((_transport->needs() & Transport::writeNeedsReadable) != 0)
        return goOn();
    read();
}

void Connection::read()
{
    const std::size_t most = _readLimit == 0 ? _scratch.size() : std::min(_readLimit, _scratch.size());
    const IoResult result = _transport->receive(_scratch.data(), most);
    switch (result.kind)
    {
    case IoResult::Kind::done:
        received({_scratch.data(), result.bytes});
        return heedNeeds();
    case IoResult::Kind::wouldBlock:
        return heedNeeds();
    case IoResult::Kind::ended:
        if (_sendError != 0)
            return fail(_sendError, "write");
        _ended = true;
        update();
        ended();
        return;
    case IoResult::Kind::failed:
        if (_sendError != 0)
            return fail(_sendError, "write"); // the write failed first
        fail(result.error, sockets::failedCall(result.error));
        return;
    }
}

void Connection::writable()
{
    if (_unsent.isEmpty())
        return goOn();
    const IoResult result = _transport->send(_unsent.waiting());
    if (result.kind == IoResult::Kind::failed)
        return sendFailed(result.error);
    if (result.bytes == 0)
        return heedNeeds();
    _unsent.consume(result.bytes);
    if (_unsent.isEmpty())
    {
        update();
        if (_fin == Fin::wanted)
            sendFin();
    }
    sent(_unsent.size());
    heedNeeds();
}

/// The socket is ready for what the transport needs in order to go on, not for what was asked of it.
void Connection::goOn()
{
    const unsigned needs = _transport->needs();
    if ((needs & Transport::endNeedsWritable) != 0)
        _transport->shutdownSend();
    if ((needs & Transport::writeNeedsReadable) != 0 && !_unsent.isEmpty() && !_gathering)
        writable();
    if (_transport && isReading())
        return read();
    heedNeeds();
}

/// What the transport has at hand is read later in this turn: the socket does not tell of it.
void Connection::readPending()
{
    _deferred = false;
    if (_transport && isReading())
        read();
}

/// After a call that may have changed the needs of the transport. Plain TCP has none.
void Connection::heedNeeds()
{
    if (_transport && (_transport->needs() != _needs || (_needs & Transport::readPending) != 0))
        update();
}

bool Connection::hungUp()
{
    if (!_ended && isReadToTheEnd())
        return false; // its unread bytes come first, once it is no longer held
    const int error = _transport->takeError();
    if (error == 0)
        return false;
    fail(error, _ended ? "write" : sockets::failedCall(error)); // nothing is read behind the end
    return true;
}

void Connection::faulted(const std::exception&) noexcept
{
    _failed = true;
    update();
    broken();
}

/// A server may answer before it has read the whole request, and then close: sending fails while its answer is still
/// unread.
void Connection::sendFailed(int error)
{
    if (_ended || !isReadToTheEnd())
        return fail(error, "write");
    _sendError = error;
    const bool waited = !_unsent.isEmpty();
    _unsent.clear();
    _gathering = false;
    update();
    if (waited)
        _reactor.defer(
            [this]
            {
                if (isOpen() && !_failed)
                    sent(0);
            });
}

/// Reports the loss after the current call has returned, because the owner itself may be inside send().
void Connection::fail(int error, const char* syscall)
{
    if (_failed)
        return;
    _failed = true;
    update();
    _unsent.clear();
    _gathering = false;
    _reactor.defer(
        [this, error, syscall]
        {
            if (isOpen()) // a closed connection lives until the end of the turn
                lost(error, syscall);
        });
}

void Connection::sendFin()
{
    _transport->shutdownSend();
    _fin = Fin::sent;
    heedNeeds();
}

void Connection::update()
{
    if (!_transport)
        return;
    const Interest wanted{isReading(), !_failed && !_unsent.isEmpty() && !_gathering};
    _needs = _transport->needs();
    _reactor.setInterest(_registration, _failed ? wanted : _transport->wants(wanted));
    if ((_needs & Transport::readPending) == 0 || !wanted.read || std::exchange(_deferred, true))
        return;
    _reactor.defer([this] { readPending(); }); // a closed connection lives until the end of the turn
}

} // namespace proximux
