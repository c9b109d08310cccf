#include <proximux/proxy/Worker.h>

#include <proximux/proxy/PairReport.h>

#include <Poco/Exception.h>

#include <algorithm>

namespace proximux
{

namespace
{

std::unique_ptr<Poller> makePoller(IoSettings::Backend backend)
{
    std::unique_ptr<Poller> poller;
    if (backend != IoSettings::Backend::poll)
        poller = makeEpollPoller();
    if (!poller && backend == IoSettings::Backend::epoll)
        throw Poco::NotImplementedException("this system has no epoll");
    return poller ? std::move(poller) : makePollPoller();
}

ProxyExchangeSettings exchangeSettings(const Configuration& configuration)
{
    return {configuration.pool.connectTimeout, configuration.pool.inactiveTimeout, configuration.local.idleTimeout,
            configuration.local.halfCloseTimeout};
}

/// Only its worker's thread writes a counter.
void count(std::atomic<std::uint64_t>& counter, std::uint64_t n)
{
    counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

} // namespace

Worker::Worker(Runtime& runtime, WorkerListener& listener)
    : _runtime(runtime)
    , _listener(listener)
    , _reactor(makePoller(runtime.configuration->io.backend), runtime.clock)
    , _scratch(runtime.configuration->io.readSize)
    , _pool(runtime.targets, *this)
    , _exchange(exchangeSettings(*runtime.configuration), *this, _pool)
{
    _reactor.setTurnListener(this);
    _reactor.setFaultReport([this](const std::exception& exception)
                            { _runtime.log.failure(LogScope::server, "InternalError", exception.what()); });
}

Worker::~Worker() = default;

// ------------------------------------------------------------------------------------------------ clients

void Worker::adopt(std::unique_ptr<Transport> transport, const Poco::Net::SocketAddress& peer, std::uint64_t number)
{
    ClientInfo info{peer.host().toString(), peer.port(), number};
    if (!isWelcome(info))
    {
        transport.reset();
        return _listener.clientGone();
    }
    if (_runtime.log.wants(LogScope::server, LogLevel::debug))
        _runtime.log.text(LogScope::server, LogLevel::debug, "Client connected: " + nameOf(info));
    const LocalSettings& local = _runtime.configuration->local;
    if (local.keepAlive)
        sockets::keepAlive(transport->handle());
    const ClientId id =
        _clients.insert(std::make_unique<ClientSession>(_reactor, _scratch, _exchange, std::move(info)));
    ClientSession& session = *_clients.find(id);
    session.setId(id);
    session.limitReads(_runtime.configuration->exchange.requestBuffer);
    session.open(std::move(transport));
    _exchange.clientOpened(id, _reactor.now());
}

bool Worker::isWelcome(const ClientInfo& info)
{
    ConnectedArgs args{info, std::nullopt};
    if (const auto thrown = raise(_runtime.events.connected, args))
        _runtime.log.failure(LogScope::server, "ListenerError", *thrown);
    else if (!args.rejected)
        return true;
    else if (_runtime.log.wants(LogScope::server, LogLevel::info))
        _runtime.log.text(LogScope::server, LogLevel::info,
                          "Connection from " + nameOf(info) + " refused: " + *args.rejected);
    count(_counters.refused, 1);
    return false;
}

void Worker::closeClient(ClientId client, CloseReason reason, How how)
{
    std::unique_ptr<ClientSession> session = _clients.take(client);
    if (!session)
        return;
    session->close(how == How::abort);
    if (reason == CloseReason::noTarget)
    {
        count(_counters.failed, 1);
        _runtime.log.failure(LogScope::server, "ExchangeError",
                             nameOf(session->info()) + ": " + toString(CloseReason::noTarget));
    }
    if (_runtime.log.wants(LogScope::server, LogLevel::debug))
        _runtime.log.text(LogScope::server, LogLevel::debug, "Client disconnected: " + nameOf(session->info()));
    announce(_runtime, _runtime.events.disconnected, DisconnectedArgs{session->info(), toString(reason)});
    _reactor.dispose(std::move(session)); // it may be calling
    _listener.clientGone();
}

std::size_t Worker::toClient(ClientId client, Bytes bytes)
{
    ClientSession* session = _clients.find(client);
    if (session == nullptr)
        return 0;
    count(_counters.bytesOut, bytes.size());
    return session->send(bytes);
}

void Worker::holdClient(ClientId client, bool hold)
{
    if (ClientSession* session = _clients.find(client))
        session->hold(hold);
}

void Worker::endClient(ClientId client)
{
    if (ClientSession* session = _clients.find(client))
        session->end();
}

// ------------------------------------------------------------------------------------------------ targets

TargetId Worker::openTarget(std::size_t target, Instant deadline)
{
    const TargetId id =
        _targets.insert(std::make_unique<TargetConnection>(_reactor, _scratch, _exchange, _runtime, target));
    TargetConnection& connection = *_targets.find(id);
    connection.setId(id);
    connection.limitReads(_runtime.configuration->exchange.responseBuffer);
    connection.dial(deadline);
    return id;
}

void Worker::closeTarget(TargetId target, CloseReason reason, How how)
{
    std::unique_ptr<TargetConnection> connection = _targets.take(target);
    if (!connection)
        return;
    connection->close(how == How::abort);
    if (connection->wasOpen() && _runtime.log.wants(LogScope::pool, LogLevel::info))
    {
        if (reason == CloseReason::inactive)
            logTarget(connection->number(), "Connection timed out");
        logTarget(connection->number(), "Connection closed");
    }
    _reactor.dispose(std::move(connection));
}

std::size_t Worker::toTarget(TargetId target, Bytes bytes)
{
    TargetConnection* connection = _targets.find(target);
    if (connection == nullptr)
        return 0;
    count(_counters.bytesIn, bytes.size());
    return connection->send(bytes);
}

void Worker::holdTarget(TargetId target, bool hold)
{
    if (TargetConnection* connection = _targets.find(target))
        connection->hold(hold);
}

void Worker::endTarget(TargetId target)
{
    if (TargetConnection* connection = _targets.find(target))
        connection->end();
}

std::unique_ptr<Watcher> Worker::paired(ClientId client, TargetId target)
{
    ClientSession& session = *_clients.find(client);
    const std::size_t number = _targets.find(target)->number();
    if (_runtime.log.wants(LogScope::exchange, LogLevel::debug))
        _runtime.log.text(LogScope::exchange, LogLevel::debug,
                          '"' + nameOf(session.info()) + "\" paired with upstream " + std::to_string(number));
    if (!PairReport::isWanted(_runtime))
        return nullptr;
    auto report = std::make_unique<PairReport>(_runtime, session.info(), number);
    const Configuration& configuration = *_runtime.configuration;
    auto watcher = findProtocol(configuration.exchange.protocol)
                       ->makeWatcher(*report, {configuration.exchange.requestBuffer, configuration.log.dataLimit});
    session.setReport(std::move(report));
    return watcher;
}

// ------------------------------------------------------------------------------------------------ turns, the end

Instant Worker::turnEnded(Instant now)
{
    const Instant next = _exchange.expire(now);
    if (_draining && _exchange.size() == 0)
        _reactor.stop();
    return next;
}

void Worker::drain()
{
    if (_draining)
        return;
    _draining = true;
    const Duration timeout = _runtime.configuration->shutdown.drainTimeout;
    if (!timeout.isOff())
        _reactor.at(_reactor.now() + timeout, [this] { end(CloseReason::drainTimeout); });
    _exchange.drain(_reactor.now());
}

void Worker::end(CloseReason reason)
{
    const std::size_t left = _exchange.size();
    if (reason == CloseReason::drainTimeout && left > 0)
        _runtime.log.failure(LogScope::server, "DrainError",
                             std::to_string(left) + " connections were cut off at shutdown.drain_timeout");
    _exchange.closeAll(reason, _reactor.now());
    _reactor.stop();
}

std::string Worker::nameOf(const ClientInfo& info) const
{
    return _runtime.log.address(info.address, info.port);
}

void Worker::logTarget(std::size_t number, const char* message) const
{
    JsonText record;
    record.add("target", static_cast<std::int64_t>(number)).add("msg", message);
    _runtime.log.object(LogScope::pool, LogLevel::info, record);
}

} // namespace proximux
