#include <proximux/proxy/ClientHandshakes.h>

#include <proximux/proxy/TlsRules.h>

#include <utility>

namespace proximux
{

/// One client, until its handshake has ended.
class ClientHandshakes::Client : private TlsListener
{
public:
    Client(ClientHandshakes& all, std::unique_ptr<TlsTransport> transport, ClientInfo client,
           AddressLimits::Place where)
        : info(std::move(client))
        , place(where)
        , _all(all)
        , _handshake(all._reactor, std::move(transport), *this)
    {
    }

    void start(Instant deadline) { _handshake.start(deadline); }

    ClientInfo info;
    const AddressLimits::Place place;

private:
    void secured(std::unique_ptr<TlsTransport> transport) override { _all.secured(*this, std::move(transport)); }
    void handshakeFailed(const TlsFailure& failure) override { _all.failed(*this, failure); }

    ClientHandshakes& _all;
    TlsHandshake _handshake;
};

ClientHandshakes::ClientHandshakes(Reactor& reactor, ArrivalReport& report, ClientHandshakesListener& listener)
    : _reactor(reactor)
    , _report(report)
    , _listener(listener)
{
}

ClientHandshakes::~ClientHandshakes() = default;

void ClientHandshakes::begin(std::unique_ptr<Transport> transport, ClientInfo info, AddressLimits::Place place,
                             const Configuration& configuration, Instant due)
{
    auto secure = configuration.local.tls.context->begin(std::move(transport));
    if (!maybeTruncated(configuration))
        secure->allowTruncation();
    const std::uint64_t number = info.number;
    auto& client = _all[number];
    client = std::make_unique<Client>(*this, std::move(secure), std::move(info), place);
    client->start(due);
}

void ClientHandshakes::closeAll(CloseReason reason)
{
    while (!_all.empty())
    {
        const auto client = take(*_all.begin()->second);
        _report.handshakeCutOff(client->info, reason);
        _listener.clientGone(client->place);
    }
}

void ClientHandshakes::secured(Client& client, std::unique_ptr<TlsTransport> transport)
{
    std::unique_ptr<Client> taken = take(client);
    _report.clientSecured();
    taken->info.tls = std::make_shared<const ClientTls>(transport->client());
    _listener.enter(std::move(transport), std::move(taken->info), taken->place);
    _reactor.dispose(std::move(taken)); // deferred: it is the caller
}

void ClientHandshakes::failed(Client& client, const TlsFailure& failure)
{
    std::unique_ptr<Client> taken = take(client);
    _report.handshakeFailed(taken->info, failure);
    _listener.clientGone(taken->place);
    _reactor.dispose(std::move(taken));
}

std::unique_ptr<ClientHandshakes::Client> ClientHandshakes::take(Client& client)
{
    const auto found = _all.find(client.info.number);
    std::unique_ptr<Client> taken = std::move(found->second);
    _all.erase(found);
    return taken;
}

} // namespace proximux
