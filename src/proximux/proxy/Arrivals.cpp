#include <proximux/proxy/Arrivals.h>

#include <proximux/proxy/TlsRules.h>

#include <utility>

namespace proximux
{

namespace
{

/// What a PROXY header has told, and who has sent it.
std::shared_ptr<const Announcement> announcementOf(const Arrival& arrival, const ProxyHeader& header)
{
    return std::make_shared<const Announcement>(Announcement{arrival.endpoint(), header.uniqueId, header.authority,
                                                             header.alpn, header.tlsVersion, header.certificateName,
                                                             header.ssl});
}

/// By its socket.
ClientInfo infoOf(const Arrival& arrival)
{
    return {sockets::hostOf(arrival.peer), arrival.peer.port(), arrival.number, arrival.process};
}

} // namespace

Arrivals::Arrivals(Reactor& reactor, Scratch& scratch, WorkerReport& report,
                   const std::shared_ptr<const Configuration>& configuration, WorkerListener& judge,
                   ArrivalListener& listener)
    : _reactor(reactor)
    , _configuration(configuration)
    , _report(report.runtime(), report.counters())
    , _judge(judge)
    , _listener(listener)
    , _prefaces(reactor, _report, *this)
    , _hook(reactor, scratch, _report, *this)
    , _starts(reactor, _report, *this)
    , _handshakes(reactor, _report, *this)
{
}

void Arrivals::begin(std::unique_ptr<Transport> transport, const Arrival& arrival)
{
    const LocalSettings& settings = _configuration->local;
    const Instant due = _reactor.now() + settings.prefaceTimeout;
    if (Prefaces::areDue(settings, arrival.peer))
        return _prefaces.begin(std::move(transport), arrival, due);
    known({std::move(transport), infoOf(arrival), arrival.place, due});
}

void Arrivals::closeAll(CloseReason reason)
{
    _prefaces.closeAll();
    _starts.closeAll(reason);
    _handshakes.closeAll(reason);
    while (!_asked.empty())
        judged(_asked.begin()->first, toString(reason));
}

/// A header that names nobody, or is about the sender's own connection, leaves the address as it is.
void Arrivals::prefaceRead(std::unique_ptr<Transport> transport, const Arrival& arrival, const ProxyHeader& header,
                           Instant due)
{
    Known client{std::move(transport), infoOf(arrival), arrival.place, due};
    if (!header.isLocal)
        client.info.announced = announcementOf(arrival, header);
    if (header.source.family == ProxyEnd::Family::none)
        return known(std::move(client));
    client.info.address = header.source.host();
    client.info.port = header.source.port;
    const auto place = _judge.announced(*client.transport, client.info);
    if (!place)
    {
        client.transport.reset();
        return _listener.clientGone(arrival.place);
    }
    _report.runtime().addresses.left(arrival.place);
    client.place = *place;
    known(std::move(client));
}

void Arrivals::known(Known client)
{
    const AccessHookSettings& hook = _configuration->access.hook;
    if (hook.path.empty())
        return judge(std::move(client));
    client.asked = _reactor.now();
    const std::uint64_t number = client.info.number;
    const Known& asked = _asked.emplace(number, std::move(client)).first->second;
    _hook.ask(asked.info, hook);
}

void Arrivals::judged(std::uint64_t number, const std::string& refusal)
{
    const auto found = _asked.find(number);
    if (found == _asked.end())
        return; // closed meanwhile
    Known client = std::move(found->second);
    _asked.erase(found);
    client.due = client.due + (_reactor.now() - client.asked); // the program has its own time
    if (refusal.empty())
        return judge(std::move(client));
    _report.clientRefused(client.info, refusal);
    client.transport.reset();
    _listener.clientGone(client.place);
}

/// By the listeners of `connected`, of which the access list is the first.
void Arrivals::judge(Known client)
{
    if (!_report.isWelcome(client.info))
    {
        client.transport.reset();
        return _listener.clientGone(client.place);
    }
    if (_configuration->local.tls.use == TlsSettings::Use::on)
        return beginTls(std::move(client.transport), std::move(client.info), client.place, *_configuration, client.due);
    if (startsBeforeWelcome(*_configuration))
        return _starts.begin(std::move(client.transport), std::move(client.info), client.place, _configuration,
                             client.due);
    enter(std::move(client.transport), std::move(client.info), client.place);
}

void Arrivals::beginTls(std::unique_ptr<Transport> transport, ClientInfo info, AddressLimits::Place place,
                        const Configuration& configuration, Instant due)
{
    _handshakes.begin(std::move(transport), std::move(info), place, configuration, due);
}

void Arrivals::beginClear(std::unique_ptr<Transport> transport, ClientInfo info, AddressLimits::Place place, Bytes said)
{
    _listener.welcome(std::move(transport), std::move(info), place, said);
}

void Arrivals::enter(std::unique_ptr<Transport> transport, ClientInfo info, AddressLimits::Place place)
{
    _listener.welcome(std::move(transport), std::move(info), place, {});
}

} // namespace proximux
