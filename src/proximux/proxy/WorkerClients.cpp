// Worker: how clients come and go.

#include <proximux/proxy/TlsRules.h>
#include <proximux/proxy/Worker.h>

#include <utility>

namespace proximux
{

namespace
{

/// Where TLS begins inside of the protocol: in proxy mode once the client has a target, else behind its greeting.
void awaitStart(ClientSession& session, const Configuration& configuration, Reactor& reactor, ArrivalReport& report)
{
    auto start = tlsStartWithClient(configuration);
    if (!start)
        return;
    session.limitReads(LONGEST_REQUEST_FOR_TLS);
    session.setStart(
        std::make_unique<ClientTlsStart>(reactor, report, std::move(start), configuration.local.tls.context,
                                         configuration.local.prefaceTimeout, maybeTruncated(configuration)));
    session.limit(configuration.exchange.requestBufferInForce());
}

} // namespace

void Worker::adopt(std::unique_ptr<Transport> transport, const Arrival& arrival)
{
    _arrivals.begin(std::move(transport), arrival);
}

void Worker::welcome(std::unique_ptr<Transport> transport, ClientInfo info, AddressLimits::Place place, Bytes said)
{
    _report.clientOpened(info);
    const ClientId id = _clients.insert(
        std::make_unique<ClientSession>(_reactor, _scratch, _exchange, _report.counters().bytesIn, std::move(info)));
    ClientSession& session = *_clients.find(id);
    session.setId(id);
    session.setPlace(place);
    session.limitReads(_configuration->exchange.requestBufferInForce());
    session.tally().opened = _reactor.now();
    if (!startsBeforeWelcome(*_configuration))
        awaitStart(session, *_configuration, _reactor, _arrivals.report());
    session.open(std::move(transport));
    if (_drainAsked && !_draining)
        _newcomers.push_back(id);
    _silence.clientOpened();
    _exchange.clientOpened(id, _reactor.now());
    if (ClientSession* opened = said.empty() ? nullptr : _clients.find(id)) // a drain may have closed it
        opened->hear(said);
}

void Worker::clientGone(AddressLimits::Place place)
{
    _runtime.addresses.left(place);
    _listener.clientGone();
}

} // namespace proximux
