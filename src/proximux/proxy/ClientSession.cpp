#include <proximux/proxy/ClientSession.h>

#include <proximux/proxy/TlsRules.h>

#include <algorithm>
#include <utility>

namespace proximux
{

void ClientSession::beginStart()
{
    if (!_start)
        return;
    _start->begin(
        [this]
        {
            if (!isOpen())
                return; // closed in this turn
            refuse({TlsReason::timeout, sockets::TIMED_OUT, sockets::errorName(sockets::TIMED_OUT),
                    "timed out before TLS was asked for"});
            _exchange.clientLost(_id, reactor().now());
        });
}

void ClientSession::limit(std::size_t bytes)
{
    if (_start)
        _start->limit = bytes;
    else
        limitReads(bytes);
}

void ClientSession::endStart()
{
    limitReads(_start->limit);
    _start.reset();
}

void ClientSession::receivedInStart(Bytes bytes)
{
    if (_start->isRefused)
        return;
    const TlsStep step = _start->talk->received(bytes);
    _tally.bytesOut += step.reply.size();
    send(step.reply);
    switch (step.kind)
    {
    case TlsStep::Kind::more:
        return limitReads(LONGEST_REQUEST_FOR_TLS - std::min(_tally.bytesIn, LONGEST_REQUEST_FOR_TLS - 1));
    case TlsStep::Kind::secure:
        _start->stopTimer();
        if (secure(*_start->context, _start->isStrict, _start->end()))
            return;
        refuse({TlsReason::closed, 0, "TLS_CLOSED", "it does not read"});
        return _exchange.clientLost(_id, reactor().now());
    case TlsStep::Kind::open:
        endStart();
        return _exchange.request(_id, step.passed, reactor().now());
    case TlsStep::Kind::refuse:
        refuse({TlsReason::notTls, 0, "NOT_TLS", step.why});
        end(); // behind the reply
        return _exchange.clientEnded(_id, reactor().now());
    }
}

void ClientSession::handshakeDone(const TlsTransport& transport)
{
    _start->report.clientSecured();
    _info.tls = std::make_shared<const ClientTls>(transport.client());
    endStart();
}

void ClientSession::securingFailed(const TlsFailure& failure)
{
    refuse(failure);
    _exchange.clientLost(_id, reactor().now());
}

void ClientSession::refuse(const TlsFailure& failure)
{
    _start->stopTimer();
    _start->isRefused = true;
    _start->report.startFailed(_info, failure);
}

} // namespace proximux
