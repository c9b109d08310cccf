#include <proximux/proxy/Prefaces.h>

#include <proximux/wire/ProxyHeaderReader.h>

#include <algorithm>
#include <utility>

namespace proximux
{

namespace
{

constexpr const char* TOO_LATE = "no whole PROXY header within local.preface_timeout";
constexpr const char* CUT_OFF = "a PROXY header that is cut off";

} // namespace

/// One client, from its arrival until it is passed on or closed.
class Prefaces::Preface : public EventHandler
{
public:
    Preface(Prefaces& all, std::unique_ptr<Transport> transport, const Arrival& arrival, Instant due)
        : _all(all)
        , _transport(std::move(transport))
        , _arrival(arrival)
        , _due(due)
        , _registration(all._reactor.add(_transport->handle(), *this))
    {
        _all._reactor.setInterest(_registration, {true, false});
    }

    ~Preface() override
    {
        _all._reactor.cancel(_timer);
        if (_transport)
            _all._reactor.remove(_registration, true);
    }

    [[nodiscard]] Instant due() const { return _due; }
    [[nodiscard]] const Arrival& arrival() const { return _arrival; }

    /// It has time until then.
    void limit(Instant end)
    {
        _all._reactor.cancel(_timer);
        _timer = _all._reactor.at(end, [this] { expired(); });
    }

    std::unique_ptr<Transport> giveTransport()
    {
        _all._reactor.remove(_registration);
        return std::move(_transport);
    }

    [[nodiscard]] const ProxyHeader& header() const { return _reader.header(); }

    void readable() override
    {
        if (_lingers)
            return lookForMore();
        char bytes[ProxyHeader::MOST_OF_V2];
        const IoResult result = _transport->receive(bytes, std::min(_reader.wanted(), sizeof bytes));
        if (result.kind == IoResult::Kind::wouldBlock)
            return;
        if (result.kind != IoResult::Kind::done)
            return left();
        switch (_reader.take({bytes, result.bytes}))
        {
        case ProxyHeaderReader::State::more:
            return;
        case ProxyHeaderReader::State::malformed:
            return _all.refuse(*this, _reader.why());
        case ProxyHeaderReader::State::complete:
            break;
        }
        if (!header().isLocal)
            return _all.read(*this);
        _lingers = true;
        limit(_all._reactor.now() + LINGER);
    }

    void writable() override {}

    bool hungUp() override
    {
        left();
        return true;
    }

    void faulted(const std::exception&) noexcept override { _all.close(*this); }

private:
    /// The connection is a load balancer's own: is there a byte for a target, or does it end?
    void lookForMore()
    {
        const IoResult::Kind kind = _transport->peek().kind;
        if (kind == IoResult::Kind::done)
            return _all.read(*this);
        if (kind != IoResult::Kind::wouldBlock)
            left();
    }

    /// Many health checks connect and no more.
    void left()
    {
        if (!_lingers && !_reader.isEmpty())
            return _all.refuse(*this, CUT_OFF);
        _all._report.wasCheck(_arrival.endpoint());
        _all.close(*this);
    }

    void expired()
    {
        if (_lingers)
            return _all.read(*this);
        _all.refuse(*this, TOO_LATE);
    }

    Prefaces& _all;
    std::unique_ptr<Transport> _transport;
    const Arrival _arrival;
    const Instant _due;
    Reactor::Registration _registration;
    Reactor::TimerId _timer{};
    ProxyHeaderReader _reader;
    bool _lingers = false; ///< the header is read and was LOCAL
};

Prefaces::Prefaces(Reactor& reactor, ArrivalReport& report, PrefaceListener& listener)
    : _reactor(reactor)
    , _report(report)
    , _listener(listener)
{
}

Prefaces::~Prefaces() = default;

bool Prefaces::areDue(const LocalSettings& settings, const Poco::Net::SocketAddress& peer)
{
    if (!settings.proxyProtocol || sockets::isLocal(peer))
        return settings.proxyProtocol && settings.proxyFrom.empty();
    const Poco::Net::IPAddress host = peer.host();
    const auto address = AddressRange::addressOf(host.addr(), host.length());
    return settings.proxyFrom.empty() ||
           std::any_of(settings.proxyFrom.begin(), settings.proxyFrom.end(),
                       [&address](const AddressRange& range) { return range.contains(address); });
}

void Prefaces::begin(std::unique_ptr<Transport> transport, const Arrival& arrival, Instant due)
{
    auto& preface = _all[arrival.number];
    preface = std::make_unique<Preface>(*this, std::move(transport), arrival, due);
    preface->limit(due);
}

void Prefaces::closeAll()
{
    while (!_all.empty())
    {
        _report.prefaceCutOff();
        close(*_all.begin()->second);
    }
}

/// It may be the caller, so it is destroyed at the end of the turn.
std::unique_ptr<Prefaces::Preface> Prefaces::take(Preface& preface)
{
    const auto found = _all.find(preface.arrival().number);
    std::unique_ptr<Preface> taken = std::move(found->second);
    _all.erase(found);
    return taken;
}

void Prefaces::read(Preface& preface)
{
    std::unique_ptr<Preface> taken = take(preface);
    std::unique_ptr<Transport> transport = taken->giveTransport();
    _listener.prefaceRead(std::move(transport), taken->arrival(), taken->header(), taken->due());
    _reactor.dispose(std::move(taken));
}

void Prefaces::close(Preface& preface)
{
    std::unique_ptr<Preface> taken = take(preface);
    taken->giveTransport().reset();
    _listener.prefaceEnded(taken->arrival());
    _reactor.dispose(std::move(taken));
}

void Prefaces::refuse(Preface& preface, const char* why)
{
    _report.prefaceRefused(preface.arrival().endpoint(), why);
    close(preface);
}

} // namespace proximux
