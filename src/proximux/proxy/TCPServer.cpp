#include <proximux/proxy/TCPServer.h>

#include <Poco/Exception.h>

#include <algorithm>
#include <utility>

namespace proximux
{

namespace
{

constexpr int ACCEPTS_PER_EVENT = 64;
constexpr Duration PAUSE = Duration::milliseconds(100);
constexpr const char* ALL_INTERFACES = "*";

Poco::Net::ServerSocket listenAt(const Poco::Net::SocketAddress& where, const TCPServerSettings& settings)
{
    Poco::Net::ServerSocket socket = sockets::boundListener(where, settings.ipv6Only);
    sockets::prepareListener(socket);
    sockets::setOptions(socket.impl()->sockfd(), settings.socket);
    socket.listen(settings.backlog);
    return socket;
}

/// Without IPv6 on this system, all interfaces are those of IPv4.
Poco::Net::ServerSocket listenOnAll(const TCPServerSettings& settings)
{
    const std::uint16_t port = settings.endpoint.port;
    try
    {
        return listenAt(sockets::parseNumeric("::", port).at(0), settings);
    }
    catch (const Poco::Exception& exception)
    {
        const bool hasNoV6 = exception.code() == POCO_EAFNOSUPPORT || exception.code() == POCO_EADDRNOTAVAIL;
        if (!hasNoV6 || settings.ipv6Only)
            throw;
        return listenAt(sockets::parseNumeric("0.0.0.0", port).at(0), settings);
    }
}

/// One address. If a name has several, an IPv4 one is taken, which is what most clients of "localhost" try.
Poco::Net::SocketAddress addressOf(const TCPServerSettings& settings)
{
    using Address = Poco::Net::SocketAddress;
    std::string why;
    auto addresses = sockets::lookUp(settings.endpoint.host, settings.endpoint.port, why);
    if (settings.ipv6Only)
        addresses.erase(std::remove_if(addresses.begin(), addresses.end(),
                                       [](const Address& each) { return each.family() != Address::IPv6; }),
                        addresses.end());
    if (addresses.empty())
        throw Poco::IOException(why.empty() ? "the host has no IPv6 address, but local.ipv6_only is set" : why);
    const auto v4 = std::find_if(addresses.begin(), addresses.end(),
                                 [](const Address& each) { return each.family() == Address::IPv4; });
    return v4 != addresses.end() ? *v4 : addresses.front();
}

} // namespace

TCPServer::TCPServer(Reactor& reactor, const TCPServerSettings& settings, TCPServerListener& listener)
    : _reactor(reactor)
    , _settings(settings)
    , _listener(listener)
{
    publishLimit();
}

TCPServer::~TCPServer()
{
    stop();
}

void TCPServer::listen()
{
    _socket = listenOn(_settings);
}

void TCPServer::start()
{
    if (!_socket.impl()->initialized())
        listen();
    watch();
}

Poco::Net::ServerSocket TCPServer::listenOn(const TCPServerSettings& settings)
{
    try
    {
        return settings.endpoint.host == ALL_INTERFACES ? listenOnAll(settings)
                                                        : listenAt(addressOf(settings), settings);
    }
    catch (const Poco::Exception& exception)
    {
        throw Poco::IOException(refusal(settings.endpoint, exception.code(), exception.message()), exception.code());
    }
}

void TCPServer::startOn(poco_socket_t listener)
{
    if (!sockets::listeningAddress(listener))
        throw Poco::IOException("cannot listen on descriptor " + std::to_string(listener) +
                                ": it is not a listening TCP socket");
    _socket = sockets::adoptListener(listener);
    sockets::prepareListener(_socket);
    sockets::setOptions(listener, _settings.socket);
    watch();
}

void TCPServer::startOn(const Poco::Net::ServerSocket& listening)
{
    _socket = listening;
    watch();
}

void TCPServer::watch()
{
    const auto address = sockets::listeningAddress(_socket.impl()->sockfd());
    _port = address ? address->port() : 0;
    _registration = _reactor.add(_socket.impl()->sockfd(), *this);
    _reactor.setInterest(_registration, {true, false});
}

std::string TCPServer::refusal(const Endpoint& endpoint, int error, const std::string& message)
{
    const std::string text =
        "cannot listen on " + endpoint.toString() + ": " +
        (error != 0 ? sockets::errorText(error) + " (" + sockets::errorName(error) + ")" : message);
    return text + sockets::refusalHint(error, endpoint.port);
}

void TCPServer::stop()
{
    if (_registration.generation == 0)
        return;
    _reactor.cancel(_pause);
    _reactor.remove(_registration);
    _registration = {};
    _socket.close();
}

void TCPServer::readable()
{
    // a listener may stop the server during the loop
    for (int i = 0; i < ACCEPTS_PER_EVENT && _registration.generation != 0; ++i)
        if (!acceptOne())
            return;
}

bool TCPServer::acceptOne()
{
    if (isFull())
        return false;
    auto client = sockets::accept(_socket);
    switch (client.result.kind)
    {
    case IoResult::Kind::done:
        take(std::move(client));
        return true;
    case IoResult::Kind::failed:
        if (sockets::isTransientAcceptError(client.result.error))
            return true;
        pause(client.result.error);
        return false;
    default:
        _exhausted = false; // no client is waiting
        return false;
    }
}

void TCPServer::take(sockets::Accepted client)
{
    if (_settings.maxConnections > 0 && currentConnections() >= _settings.maxConnections)
    {
        _refused.fetch_add(1, std::memory_order_relaxed);
        _listener.dropped(client.peer);
        return;
    }
    _current.fetch_add(1, std::memory_order_relaxed);
    _total.fetch_add(1, std::memory_order_relaxed);
    _listener.accepted(std::move(client.transport), client.peer);
}

std::size_t TCPServer::limit() const
{
    return _limit.load(std::memory_order_relaxed);
}

/// The settings have changed.
void TCPServer::publishLimit()
{
    const auto limit = static_cast<std::size_t>(std::max(_settings.maxConnections, 0));
    const auto open = static_cast<std::size_t>(std::max(_settings.maxOpen, 0));
    _limit = limit == 0 || open == 0 ? std::max(limit, open) : std::min(limit, open);
}

/// Whether a further client would take a reserved descriptor. If so, accepting pauses until one is released.
bool TCPServer::isFull()
{
    const int most = _settings.maxOpen;
    if (most <= 0 || (_settings.maxConnections > 0 && _settings.maxConnections <= most) || _current.load() < most)
        return false;
    _full = true;
    if (_current.load() < most && _full.exchange(false))
        return false; // released meanwhile by another thread
    tellExhausted("no descriptors for more than " + std::to_string(most) + " clients");
    _reactor.setInterest(_registration, {});
    return true;
}

void TCPServer::limitOpen(int clients)
{
    _settings.maxOpen = clients;
    publishLimit();
    if (_full.exchange(false))
        goOn();
}

void TCPServer::reconfigure(const TCPServerSettings& settings, const Poco::Net::ServerSocket* listener)
{
    const int maxOpen = _settings.maxOpen;
    const bool sameBacklog = _settings.backlog == settings.backlog;
    _settings = settings;
    _settings.maxOpen = maxOpen;
    publishLimit();
    if (_registration.generation == 0)
        return; // stopped
    if (listener == nullptr)
    {
        sockets::setOptions(_socket.impl()->sockfd(), _settings.socket);
        if (!sameBacklog)
            _socket.listen(_settings.backlog);
        return;
    }
    for (int i = 0; i < _settings.backlog && _registration.generation != 0 && acceptOne(); ++i)
        continue; // those that wait in its backlog
    stop();
    _socket = *listener;
    watch();
}

void TCPServer::released()
{
    _current.fetch_sub(1);
    if (_full.load() && _full.exchange(false))
        _reactor.post([this] { goOn(); });
}

void TCPServer::goOn()
{
    _reactor.setInterest(_registration, {true, false});
}

void TCPServer::tellExhausted(const std::string& why)
{
    if (!_exhausted)
        _listener.exhausted(why);
    _exhausted = true;
}

void TCPServer::pause(int error)
{
    tellExhausted(sockets::errorText(error));
    _reactor.setInterest(_registration, {});
    _pause = _reactor.at(_reactor.now() + PAUSE, [this] { goOn(); });
}

void TCPServer::faulted(const std::exception&) noexcept
{
    // only that client is lost; accepting continues
}

} // namespace proximux
