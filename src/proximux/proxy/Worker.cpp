#include <proximux/proxy/Worker.h>

#include <proximux/protocol/FirstLine.h>
#include <proximux/telemetry/PairReport.h>

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
        throw Poco::NotImplementedException("io.backend = epoll: this system has no epoll; expected auto or poll");
    return poller ? std::move(poller) : makePollPoller();
}

/// Not a read-modify-write: each counter is written by its worker's thread only.
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
    , _report(runtime)
    , _mode(makeExchange(*runtime.configuration, runtime.targets, *this, *this, *this))
    , _exchange(*_mode.exchange)
    , _gathers(_mode.underWay != nullptr)
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
    logClosed(*session, reason);
    if (_runtime.log.wants(LogScope::server, LogLevel::debug))
        _runtime.log.text(LogScope::server, LogLevel::debug, "Client disconnected: " + nameOf(session->info()));
    announce(_runtime, _runtime.events.disconnected, DisconnectedArgs{session->info(), toString(reason)});
    _reactor.dispose(std::move(session)); // deferred: it may be the caller
    _listener.clientGone();
}

std::size_t Worker::toClient(ClientId client, Bytes bytes)
{
    ClientSession* session = _clients.find(client);
    if (session == nullptr)
        return 0;
    count(_counters.bytesOut, bytes.size());
    if (!_gathers)
        return session->send(bytes);
    const bool gathered = session->isGathering();
    const std::size_t waiting = session->sendLater(bytes);
    if (!gathered && session->isGathering())
        _gatheringClients.push_back(client);
    return waiting;
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

TargetId Worker::openTarget(std::size_t target, std::size_t number, Instant deadline)
{
    const TargetId id =
        _targets.insert(std::make_unique<TargetConnection>(_reactor, _scratch, _exchange, _runtime, target));
    TargetConnection& connection = *_targets.find(id);
    connection.setId(id, number);
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
    logClosed(*connection, reason);
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
    if (!_gathers)
        return connection->send(bytes);
    const bool gathered = connection->isGathering();
    const std::size_t waiting = connection->sendLater(bytes);
    if (!gathered && connection->isGathering())
        _gatheringTargets.push_back(target);
    return waiting;
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
                       ->makeWatcher(configuration.exchange.framingInForce(), *report,
                                     {configuration.exchange.requestBuffer, configuration.log.dataLimit});
    session.setReport(std::move(report));
    return watcher;
}

// ------------------------------------------------------------------------------------------------ turns, the end

Instant Worker::turnEnded(Instant now)
{
    Instant next = _exchange.expire(now);
    while (flush())
        next = _exchange.expire(now);
    if (_draining && _exchange.size() == 0)
        _reactor.stop();
    return _warming && _mode.underWay() == 0 ? now : next; // warmUp() can return now
}

/// Sends gathered bytes. Returns true if the exchange was told of unsent ones, so that expire() must run again.
bool Worker::flush()
{
    bool told = false;
    for (std::size_t i = 0; i < _gatheringTargets.size(); ++i)
    {
        const TargetId id = _gatheringTargets[i];
        TargetConnection* connection = _targets.find(id);
        const std::size_t waiting = connection != nullptr && connection->isGathering() ? connection->flush() : 0;
        if (waiting == 0)
            continue;
        told = true;
        _exchange.targetSent(id, waiting, _reactor.now());
    }
    _gatheringTargets.clear();
    for (std::size_t i = 0; i < _gatheringClients.size(); ++i)
    {
        const ClientId id = _gatheringClients[i];
        ClientSession* session = _clients.find(id);
        const std::size_t waiting = session != nullptr && session->isGathering() ? session->flush() : 0;
        if (waiting == 0)
            continue;
        told = true;
        _exchange.clientSent(id, waiting, _reactor.now());
    }
    _gatheringClients.clear();
    return told || !_gatheringTargets.empty();
}

void Worker::warmUp()
{
    if (!_gathers)
        return;
    _warming = true;
    _reactor.post([this] { _exchange.warmUp(_reactor.now()); });
    do
        _reactor.turn(Instant::never());
    while (!_ended && _mode.underWay() > 0);
    _warming = false;
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
    _ended = true;
    const std::size_t left = _exchange.size();
    if (reason == CloseReason::drainTimeout && left > 0)
        _runtime.log.failure(LogScope::server, "DrainError",
                             "clients cut off at shutdown.drain_timeout: " + std::to_string(left));
    _exchange.closeAll(reason, _reactor.now());
    _reactor.stop();
}

// ------------------------------------------------------------------------------------------------ requests

SharedWiring::Quiet Worker::isQuiet(TargetId target)
{
    TargetConnection* connection = _targets.find(target);
    switch (connection != nullptr ? connection->peek() : IoResult::Kind::ended)
    {
    case IoResult::Kind::wouldBlock:
        return Quiet::yes;
    case IoResult::Kind::done:
        return Quiet::bytes;
    case IoResult::Kind::ended:
    case IoResult::Kind::failed:
        break;
    }
    return Quiet::ended;
}

void Worker::awaitsMore(TargetId target)
{
    if (TargetConnection* connection = _targets.find(target))
        connection->acknowledge();
}

std::size_t Worker::flushClient(ClientId client)
{
    ClientSession* session = _clients.find(client);
    return session != nullptr ? session->flush() : 0;
}

void Worker::limitClient(ClientId client, std::size_t bytes)
{
    if (ClientSession* session = _clients.find(client))
        session->limitReads(bytes);
}

std::uint64_t Worker::requestCame(ClientId client, Bytes bytes, std::uint64_t size)
{
    return _report.came(_clients.find(client)->info(), bytes, size, false);
}

void Worker::requestContinued(ClientId client, Bytes bytes)
{
    _report.came(_clients.find(client)->info(), bytes, bytes.size(), true);
}

void Worker::requestSent(ClientId client, std::uint64_t, TargetId target, Bytes bytes)
{
    _report.sent(_clients.find(client)->info(), _targets.find(target)->number(), bytes);
}

void Worker::requestEnded(std::uint64_t tag, const Outcome& outcome)
{
    const TargetConnection* connection = _targets.find(outcome.target);
    _report.ended(tag, connection != nullptr ? connection->number() : 0, outcome);
}

void Worker::clientMalformed(ClientId client, const char* why)
{
    _runtime.log.failure(LogScope::server, "ProtocolError",
                         "client " + nameOf(_clients.find(client)->info()) + " sent an invalid request: " + why);
}

void Worker::targetMalformed(TargetId target, const char* why)
{
    _runtime.log.failure(LogScope::pool, "ProtocolError",
                         "target " + std::to_string(_targets.find(target)->number()) +
                             " sent an invalid response: " + why);
}

void Worker::prologueRefused(TargetId target, Bytes came)
{
    _runtime.log.failure(LogScope::pool, "PrologueError",
                         "target " + std::to_string(_targets.find(target)->number()) +
                             ": unexpected reply to pool.prologue: \"" +
                             std::string(firstLine(came, _runtime.configuration->log.dataLimit)) + '"');
}

void Worker::requestRefused(ClientId client, const char* why, bool guess)
{
    if (!_runtime.log.wants(LogScope::server, guess ? LogLevel::error : LogLevel::info))
        return;
    const ClientInfo& info = _clients.find(client)->info();
    const auto before = (guess ? _guesses : _refusals).admit(info.address, _runtime.clock.now());
    if (!before)
        return;
    const std::string more =
        *before > 0 ? " (" + std::to_string(*before) + " more from this address since the last record)" : "";
    if (guess)
        _runtime.log.failure(LogScope::server, "AuthError", "client " + nameOf(info) + " sent " + why + more);
    else
        _runtime.log.text(LogScope::server, LogLevel::info,
                          "client " + nameOf(info) + ": request refused: " + why + more);
}

void Worker::protocolChosen(std::string_view name)
{
    _report.use(name);
    if (_runtime.log.wants(LogScope::exchange, LogLevel::info))
        _runtime.log.text(LogScope::exchange, LogLevel::info,
                          "exchange.protocol = auto: detected " + std::string(name));
}

void Worker::clientTied(ClientId client, TargetId target, unsigned reasons)
{
    const TargetConnection* connection = _targets.find(target);
    auto& counters = connection != nullptr ? _counters.tied : _counters.tiesRefused;
    std::string names;
    for (std::size_t i = 0; i < ties::COUNT; ++i)
    {
        if ((reasons >> i & 1U) == 0)
            continue;
        count(counters[i], 1);
        names += std::string(names.empty() ? "" : ", ") + ties::NAMES[i];
    }
    if (!_runtime.log.wants(LogScope::exchange, LogLevel::debug))
        return;
    const std::string name = nameOf(_clients.find(client)->info());
    _runtime.log.text(LogScope::exchange, LogLevel::debug,
                      connection != nullptr
                          ? "client " + name + ": pinned to target connection " + std::to_string(connection->number()) +
                                " (" + names + ")"
                          : "client " + name + ": request refused, it would pin a connection (" + names + ")");
}

void Worker::tieRefused(ClientId client, std::string_view why)
{
    _runtime.log.failure(LogScope::server, "TieError",
                         "client " + nameOf(_clients.find(client)->info()) +
                             ": no connection to pin within exchange.tie_timeout; " + std::string(why));
}

/// The first unknown id of a connection is logged at level 2, further ones at level 3: a bus may be busy.
void Worker::unknownId(TargetId target, bool ignored)
{
    count(_counters.unknownIds, 1);
    TargetConnection& connection = *_targets.find(target);
    const bool first = connection.heardUnknown();
    if (!_runtime.log.wants(LogScope::pool, first ? LogLevel::info : LogLevel::debug))
        return;
    _runtime.log.text(
        LogScope::pool, first ? LogLevel::info : LogLevel::debug,
        "target " + std::to_string(connection.number()) +
            " sent a response with an unknown id: exchange.unknown_id = " + (ignored ? "ignore" : "close"));
}

void Worker::partSilent(TargetId target, const std::string& part, Duration pause)
{
    _runtime.log.failure(LogScope::pool, "TargetError",
                         "target " + std::to_string(_targets.find(target)->number()) + ": " + part +
                             " did not answer within exchange.response_timeout; further requests to it fail for " +
                             std::to_string(pause.us / 1000) + " ms, then one is sent as a trial");
}

void Worker::partAnswers(TargetId target, const std::string& part)
{
    if (_runtime.log.wants(LogScope::pool, LogLevel::info))
        _runtime.log.text(LogScope::pool, LogLevel::info,
                          "target " + std::to_string(_targets.find(target)->number()) + ": " + part + " answers again");
}

void Worker::requestDropped(ClientId client, std::size_t bytes)
{
    if (_runtime.log.wants(LogScope::server, LogLevel::info))
        _runtime.log.text(LogScope::server, LogLevel::info,
                          "client " + nameOf(_clients.find(client)->info()) + " disconnected inside a request (" +
                              std::to_string(bytes) + " bytes received); request dropped");
}

// ------------------------------------------------------------------------------------------------ the log

/// Counts a closed client and logs it if the client did not cause it.
void Worker::logClosed(const ClientSession& session, CloseReason reason)
{
    count(_counters.clientsClosed[static_cast<std::size_t>(reason)], 1);
    if (reason == CloseReason::noTarget)
        count(_counters.failed, 1);
    if (reason == CloseReason::malformedRequest || reason == CloseReason::noTie)
        return; // its cause is already in the log
    const bool failure = reason == CloseReason::noTarget || reason >= CloseReason::targetEnded ||
                         (_gathers && reason == CloseReason::targetLost);
    if (failure)
        _runtime.log.failure(LogScope::server, "ExchangeError",
                             "client " + nameOf(session.info()) + ": " + toString(reason));
}

/// Counts a closed target connection and logs it if the target misbehaved.
void Worker::logClosed(const TargetConnection& connection, CloseReason reason)
{
    count(_counters.targetsClosed[static_cast<std::size_t>(reason)], 1);
    if (reason != CloseReason::greeted && reason != CloseReason::desync && reason != CloseReason::responseTimeout &&
        reason != CloseReason::earlyResponse)
        return;
    _runtime.log.failure(LogScope::pool, "TargetError",
                         "target " + std::to_string(connection.number()) + ": " + toString(reason));
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
