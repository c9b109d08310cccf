#include <proximux/proxy/ClientStarts.h>

#include <proximux/proxy/TlsRules.h>

#include <utility>

namespace proximux
{

/// One client, from its welcome until it is passed on or closed.
class ClientStarts::Client : public EventHandler
{
public:
    Client(ClientStarts& all, std::unique_ptr<Transport> transport, ClientInfo client, AddressLimits::Place where,
           const std::shared_ptr<const Configuration>& inForce, Instant end)
        : info(std::move(client))
        , place(where)
        , configuration(inForce)
        , due(end)
        , _all(all)
        , _transport(std::move(transport))
        , _talk(tlsStartWithClient(*inForce))
        , _registration(all._reactor.add(_transport->handle(), *this))
        , _timer(all._reactor.at(due, [this] { expired(); }))
    {
        _all._reactor.setInterest(_registration, {true, false});
    }

    ~Client() override
    {
        _all._reactor.cancel(_timer);
        if (_transport)
            _all._reactor.remove(_registration, true);
    }

    std::unique_ptr<Transport> giveTransport()
    {
        _all._reactor.cancel(_timer);
        _all._reactor.remove(_registration);
        return std::move(_transport);
    }

    [[nodiscard]] bool isRefused() const { return _isRefused; }

    void readable() override
    {
        char bytes[LONGEST_REQUEST_FOR_TLS]; // its handshake may follow at once
        const IoResult result = _transport->receive(bytes, sizeof bytes);
        switch (result.kind)
        {
        case IoResult::Kind::wouldBlock:
            return;
        case IoResult::Kind::ended:
        case IoResult::Kind::failed:
            return left(result.error);
        case IoResult::Kind::done:
            return _isRefused ? discard(result.bytes) : heard({bytes, result.bytes});
        }
    }

    void writable() override {}

    bool hungUp() override
    {
        left(_transport->takeError());
        return true;
    }

    void faulted(const std::exception& exception) noexcept override
    {
        if (_transport)
            fail({TlsReason::protocol, 0, "EFAULT", exception.what()});
    }

    const ClientInfo info;
    const AddressLimits::Place place;
    const std::shared_ptr<const Configuration> configuration;
    const Instant due;

private:
    void heard(Bytes bytes)
    {
        const TlsStep step = _talk->received(bytes);
        if (!step.reply.empty() && _transport->send(step.reply).bytes < step.reply.size())
            return fail({TlsReason::closed, 0, "TLS_CLOSED", "it does not read"}); // there is room for much more
        switch (step.kind)
        {
        case TlsStep::Kind::more:
            return;
        case TlsStep::Kind::secure:
            return _all.secure(*this);
        case TlsStep::Kind::open:
            return _all.open(*this, step.passed);
        case TlsStep::Kind::refuse:
            return refuse(step);
        }
    }

    /// What it still sends is read, so that its end does not take the reply from it; but not for long.
    void refuse(const TlsStep& step)
    {
        const TlsFailure failure{TlsReason::notTls, 0, "NOT_TLS", step.why};
        if (step.reply.empty())
            return fail(failure);
        _isRefused = true;
        _all._report.handshakeFailed(info, failure);
        _transport->shutdownSend();
    }

    void discard(std::size_t bytes)
    {
        _discarded += bytes;
        if (_discarded >= configuration->exchange.discardLimit)
            _all.close(*this);
    }

    void expired()
    {
        const int error = sockets::TIMED_OUT;
        fail({TlsReason::timeout, error, sockets::errorName(error), "timed out before TLS was asked for"});
    }

    void left(int error)
    {
        if (error == 0)
            return fail({TlsReason::closed, 0, "TLS_CLOSED", "it closed the connection before TLS"});
        fail({TlsReason::closed, error, sockets::errorName(error), sockets::errorText(error)});
    }

    void fail(const TlsFailure& failure)
    {
        if (!_isRefused)
            _all._report.handshakeFailed(info, failure);
        _all.close(*this);
    }

    ClientStarts& _all;
    std::unique_ptr<Transport> _transport; ///< until it is passed on
    const std::unique_ptr<TlsStart> _talk;
    std::size_t _discarded = 0;
    bool _isRefused = false;
    Reactor::Registration _registration;
    Reactor::TimerId _timer;
};

ClientStarts::ClientStarts(Reactor& reactor, ArrivalReport& report, ClientStartsListener& listener)
    : _reactor(reactor)
    , _report(report)
    , _listener(listener)
{
}

ClientStarts::~ClientStarts() = default;

void ClientStarts::begin(std::unique_ptr<Transport> transport, ClientInfo info, AddressLimits::Place place,
                         const std::shared_ptr<const Configuration>& configuration, Instant due)
{
    const std::uint64_t number = info.number;
    _all[number] = std::make_unique<Client>(*this, std::move(transport), std::move(info), place, configuration, due);
}

void ClientStarts::closeAll(CloseReason reason)
{
    while (!_all.empty())
    {
        Client& client = *_all.begin()->second;
        if (!client.isRefused())
            _report.handshakeCutOff(client.info, reason);
        close(client);
    }
}

/// It may be the caller, so it is destroyed at the end of the turn.
std::unique_ptr<ClientStarts::Client> ClientStarts::take(Client& client)
{
    const auto found = _all.find(client.info.number);
    std::unique_ptr<Client> taken = std::move(found->second);
    _all.erase(found);
    return taken;
}

void ClientStarts::secure(Client& client)
{
    std::unique_ptr<Client> taken = take(client);
    std::unique_ptr<Transport> transport = taken->giveTransport();
    _listener.beginTls(std::move(transport), taken->info, taken->place, *taken->configuration, taken->due);
    _reactor.dispose(std::move(taken));
}

void ClientStarts::open(Client& client, Bytes said)
{
    std::unique_ptr<Client> taken = take(client);
    std::unique_ptr<Transport> transport = taken->giveTransport();
    _listener.beginClear(std::move(transport), taken->info, taken->place, said);
    _reactor.dispose(std::move(taken));
}

void ClientStarts::close(Client& client)
{
    std::unique_ptr<Client> taken = take(client);
    taken->giveTransport().reset();
    _listener.clientGone(taken->place);
    _reactor.dispose(std::move(taken));
}

} // namespace proximux
