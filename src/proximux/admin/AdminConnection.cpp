#include <proximux/admin/AdminConnection.h>

#include <utility>

namespace proximux::admin
{

namespace
{

/// A peer that sends more than this behind its request does not get its answer for certain.
constexpr std::size_t MAX_DISCARDED = std::size_t{64} * 1024 * 1024;

} // namespace

AdminConnection::AdminConnection(Reactor& reactor, Scratch& scratch, AdminConnectionOwner& owner, Origin origin,
                                 std::uint64_t id)
    : Connection(reactor, scratch)
    , _owner(owner)
    , _origin(std::move(origin))
    , _id(id)
    , _reader(_origin.isLocal)
{
}

AdminConnection::~AdminConnection()
{
    reactor().cancel(_deadline);
}

void AdminConnection::begin(std::unique_ptr<Transport> transport)
{
    open(std::move(transport));
    arm();
    hold(false);
}

/// A peer may take so long for what it does now.
void AdminConnection::arm()
{
    reactor().cancel(_deadline);
    _deadline = reactor().at(reactor().now() + DEADLINE, [this] { _owner.finished(*this); });
}

void AdminConnection::received(Bytes bytes)
{
    if (_state == State::reading)
        return take(_reader.feed(bytes));
    _discarded += bytes.size();
    if (_discarded > MAX_DISCARDED)
        _owner.finished(*this);
}

void AdminConnection::take(RequestReader::Kind kind)
{
    switch (kind)
    {
    case RequestReader::Kind::more:
        return;
    case RequestReader::Kind::refused:
        return answer(_reader.refusal());
    case RequestReader::Kind::request:
    case RequestReader::Kind::line:
        _state = State::answering;
        reactor().cancel(_deadline);
        return _owner.asked(*this);
    }
}

void AdminConnection::answer(const Reply& reply)
{
    _state = State::closing;
    arm();
    const bool isHead = _reader.request().method == "HEAD";
    const std::size_t waiting = send(_reader.isHttp() ? reply.toHttp(isHead) : reply.body);
    end();
    if (_peerEnded && waiting == 0)
        _owner.finished(*this);
}

void AdminConnection::ended()
{
    _peerEnded = true;
    if (_state == State::reading)
        take(_reader.finish());
    const bool isDone = _state == State::reading || (_state == State::closing && waiting() == 0);
    if (isDone)
        _owner.finished(*this);
}

void AdminConnection::sent(std::size_t waiting)
{
    if (_peerEnded && waiting == 0 && _state == State::closing)
        _owner.finished(*this);
}

void AdminConnection::lost(int, const char*)
{
    _owner.finished(*this);
}

} // namespace proximux::admin
