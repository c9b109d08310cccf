#include <proximux/proxy/TargetTlsStart.h>

#include <utility>

namespace proximux
{

TargetTlsStart::TargetTlsStart(Reactor& reactor, std::unique_ptr<Transport> transport, std::unique_ptr<TlsStart> start,
                               TargetTlsStartListener& listener)
    : _reactor(reactor)
    , _transport(std::move(transport))
    , _start(std::move(start))
    , _listener(listener)
{
}

TargetTlsStart::~TargetTlsStart()
{
    release();
}

void TargetTlsStart::start(Instant deadline)
{
    _registration = _reactor.add(_transport->handle(), *this);
    _reactor.setInterest(_registration, {false, true});
    if (deadline != Instant::never())
        _timer = _reactor.at(deadline, [this] { failSystem(sockets::TIMED_OUT); });
}

/// Once: a new socket has room for what is sent first.
void TargetTlsStart::writable()
{
    const std::string opening = _start->opening();
    const IoResult result = opening.empty() ? IoResult() : _transport->send(opening);
    if (result.bytes < opening.size())
        return failSystem(result.error);
    _reactor.setInterest(_registration, {true, false});
}

void TargetTlsStart::readable()
{
    char bytes[1024];
    const IoResult result = _transport->receive(bytes, sizeof bytes);
    switch (result.kind)
    {
    case IoResult::Kind::wouldBlock:
        return;
    case IoResult::Kind::failed:
        return failSystem(result.error);
    case IoResult::Kind::ended:
        return fail({TlsReason::closed, 0, "TLS_CLOSED", "it closed the connection before TLS"});
    case IoResult::Kind::done:
        break;
    }
    const TlsStep step = _start->received({bytes, result.bytes});
    if (step.kind == TlsStep::Kind::more)
        return;
    if (step.kind == TlsStep::Kind::refuse)
        return fail({TlsReason::notTls, 0, "NOT_TLS", step.why});
    std::unique_ptr<Transport> transport = std::move(_transport);
    release();
    _listener.begun(std::move(transport), std::move(_start), step);
}

void TargetTlsStart::faulted(const std::exception& exception) noexcept
{
    if (_transport)
        fail({TlsReason::protocol, 0, "EFAULT", exception.what()});
}

void TargetTlsStart::failSystem(int error)
{
    fail({error == sockets::TIMED_OUT ? TlsReason::timeout : TlsReason::closed, error, sockets::errorName(error),
          sockets::errorText(error)});
}

void TargetTlsStart::fail(const TlsFailure& failure)
{
    release();
    _listener.notBegun(failure);
}

/// Stops watching. What is not handed over is closed.
void TargetTlsStart::release()
{
    _reactor.cancel(_timer);
    if (_registration.generation != 0)
        _reactor.remove(std::exchange(_registration, {}), _transport != nullptr);
    _transport.reset();
}

} // namespace proximux
