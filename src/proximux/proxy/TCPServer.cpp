#include <proximux/proxy/TCPServer.h>

#include <proximux/proxy/ListeningSocket.h>

#include <Poco/Exception.h>

#include <algorithm>
#include <utility>

namespace proximux
{

namespace
{

constexpr int ACCEPTS_PER_EVENT = 64;
constexpr Duration PAUSE = Duration::milliseconds(100);
constexpr Interest CLIENTS{true, false};

} // namespace

/// One of its sockets, in the reactor.
struct TCPServer::Door : EventHandler
{
    Door(TCPServer& owner, const std::shared_ptr<ListeningSocket>& listening)
        : server(owner)
        , listener(listening)
    {
    }

    [[nodiscard]] bool isOpen() const { return registration.generation != 0; }

    void readable() override { server.acceptSome(*this, ACCEPTS_PER_EVENT); }
    void writable() override {}
    bool hungUp() override { return false; }
    void faulted(const std::exception&) noexcept override {} // only that client is lost; accepting continues

    TCPServer& server;
    std::shared_ptr<ListeningSocket> listener;
    Reactor::Registration registration;
};

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
    _ready = listenOn(_settings);
}

void TCPServer::start()
{
    if (_ready.empty())
        listen();
    for (const auto& socket : std::exchange(_ready, {}))
        open(socket);
}

ListeningSockets TCPServer::listenOn(const TCPServerSettings& settings, const ListeningSockets& present)
{
    return listenOnAll(settings, present);
}

ListeningSockets TCPServer::listening() const
{
    ListeningSockets all;
    for (const auto& door : _doors)
        all.push_back(door->listener);
    return all;
}

void TCPServer::startOn(poco_socket_t listener)
{
    const bool isLocal = sockets::listeningPath(listener).has_value();
    if (!isLocal && !sockets::listeningAddress(listener))
        throw Poco::IOException("cannot listen on descriptor " + std::to_string(listener) +
                                ": it is not a listening TCP or UNIX socket");
    auto listening = std::make_shared<ListeningSocket>();
    listening->isLocal = isLocal;
    listening->socket = sockets::adoptListener(listener);
    sockets::prepareListener(listening->socket);
    if (!isLocal)
        sockets::setOptions(listener, _settings.socket);
    open(listening);
}

void TCPServer::open(const std::shared_ptr<ListeningSocket>& socket)
{
    const poco_socket_t descriptor = socket->socket.impl()->sockfd();
    _doors.push_back(std::make_unique<Door>(*this, socket));
    _doors.back()->registration = _reactor.add(descriptor, *_doors.back());
    _reactor.setInterest(_doors.back()->registration, CLIENTS);
    const auto address = sockets::listeningAddress(descriptor);
    _port = address ? address->port() : 0; // the same for all
}

/// It may be the caller of the reactor's turn, and so lives until its end.
void TCPServer::close(Door& door)
{
    _reactor.remove(door.registration);
    door.registration = {};
    door.listener->close();
    door.listener.reset();
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
    _ready.clear();
    if (_doors.empty())
        return;
    _reactor.cancel(_pause);
    for (auto& door : std::exchange(_doors, {}))
    {
        close(*door);
        _reactor.dispose(std::move(door));
    }
}

void TCPServer::acceptSome(Door& door, int most)
{
    // a listener may stop the server during the loop
    for (int i = 0; i < most && door.isOpen(); ++i)
        if (!acceptOne(door))
            return;
}

bool TCPServer::acceptOne(Door& door)
{
    if (isFull())
        return false;
    auto client = sockets::accept(door.listener->socket);
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
    setInterest({});
    return true;
}

void TCPServer::limitOpen(int clients)
{
    _settings.maxOpen = clients;
    publishLimit();
    if (_full.exchange(false))
        goOn();
}

void TCPServer::reconfigure(const TCPServerSettings& settings, const ListeningSockets& sockets)
{
    const int maxOpen = _settings.maxOpen;
    const bool sameBacklog = _settings.backlog == settings.backlog;
    _settings = settings;
    _settings.maxOpen = maxOpen;
    publishLimit();
    if (_doors.empty())
        return; // stopped
    if (!sockets.empty())
        exchange(sockets);
    applySettings(!sameBacklog);
}

/// Closes those that are not among these sockets, and opens those that are new.
void TCPServer::exchange(const ListeningSockets& sockets)
{
    std::vector<std::unique_ptr<Door>> before = std::exchange(_doors, {});
    for (auto& door : before)
    {
        if (std::find(sockets.begin(), sockets.end(), door->listener) != sockets.end())
        {
            _doors.push_back(std::move(door));
            continue;
        }
        acceptSome(*door, _settings.backlog); // those that wait in its backlog
        if (door->isOpen())
            close(*door);
        _reactor.dispose(std::move(door));
    }
    const ListeningSockets stay = listening();
    for (const auto& socket : sockets)
        if (std::find(stay.begin(), stay.end(), socket) == stay.end())
            open(socket);
}

/// To the sockets on which it listens.
void TCPServer::applySettings(bool backlogChanged)
{
    for (const auto& door : _doors)
    {
        ListeningSocket& listener = *door->listener;
        if (!listener.isLocal)
            sockets::setOptions(listener.socket.impl()->sockfd(), _settings.socket);
        if (backlogChanged)
            listener.socket.listen(_settings.backlog);
    }
}

std::string TCPServer::permit() const
{
    try
    {
        for (const auto& door : _doors)
            if (door->listener->file)
                door->listener->file->permit(_settings.access);
        return {};
    }
    catch (const Poco::IOException& exception)
    {
        return exception.message();
    }
}

void TCPServer::released()
{
    _current.fetch_sub(1);
    if (_full.load() && _full.exchange(false))
        _reactor.post([this] { goOn(); });
}

void TCPServer::goOn()
{
    setInterest(CLIENTS);
}

void TCPServer::setInterest(Interest interest)
{
    for (const auto& door : _doors)
        _reactor.setInterest(door->registration, interest);
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
    setInterest({});
    _pause = _reactor.at(_reactor.now() + PAUSE, [this] { goOn(); });
}

} // namespace proximux
