#include <proximux/proxy/Arrivals.h>

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
    return {arrival.peer.host().toString(), arrival.peer.port(), arrival.number};
}

} // namespace

Arrivals::Arrivals(Reactor& reactor, WorkerReport& report, WorkerListener& judge, ArrivalListener& listener)
    : _addresses(report.runtime().addresses)
    , _judge(judge)
    , _listener(listener)
    , _prefaces(reactor, report, *this)
{
}

void Arrivals::begin(std::unique_ptr<Transport> transport, const Arrival& arrival, const LocalSettings& settings)
{
    if (Prefaces::areDue(settings, arrival.peer))
        return _prefaces.begin(std::move(transport), arrival, settings.prefaceTimeout);
    _listener.welcome(std::move(transport), infoOf(arrival), arrival.place);
}

/// A header that names nobody, or is about the sender's own connection, leaves the address as it is.
void Arrivals::prefaceRead(std::unique_ptr<Transport> transport, const Arrival& arrival, const ProxyHeader& header)
{
    ClientInfo info = infoOf(arrival);
    if (!header.isLocal)
        info.announced = announcementOf(arrival, header);
    if (header.source.family == ProxyEnd::Family::none)
        return _listener.welcome(std::move(transport), std::move(info), arrival.place);
    info.address = header.source.host();
    info.port = header.source.port;
    const auto place = _judge.announced(*transport, info);
    if (!place)
    {
        transport.reset();
        return _listener.clientGone(arrival.place);
    }
    _addresses.left(arrival.place);
    _listener.welcome(std::move(transport), std::move(info), *place);
}

} // namespace proximux
