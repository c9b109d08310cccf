#include <proximux/proxy/Worker.h>

#include <proximux/protocol/Registry.h>
#include <proximux/proxy/TargetHeader.h>

#include <Poco/Exception.h>

#include <algorithm>
#include <utility>

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

/// Whether the client is there and has sent nothing yet.
bool isAwaited(const ClientSession* session)
{
    return session != nullptr && !session->hasSent();
}

} // namespace

Worker::Worker(Runtime& runtime, WorkerListener& listener, bool checks)
    : _runtime(runtime)
    , _configuration(runtime.configuration())
    , _listener(listener)
    , _reactor(makePoller(_configuration->io.backend), runtime.clock)
    , _scratch(_configuration->io.readSize)
    , _report(runtime)
    , _gauges(_report)
    , _requests(runtime, _report.counters())
    , _arrivals(_reactor, _scratch, _report, _configuration, listener, *this)
    , _silence(_reactor, _report, _clients,
               _configuration->exchange.mode != Mode::proxy &&
                   findProtocol(_configuration->exchange.protocol)->mayGreet)
    , _observer(_clients, _targets, _report, _requests, _silence)
    , _mode(makeExchange(_configuration, runtime.targets, *this, *this, *this, _observer))
    , _exchange(*_mode.exchange)
    , _errands(runtime, _reactor, _scratch, _exchange)
    , _gathers(_mode.underWay != nullptr)
{
    _reactor.setTurnListener(this);
    _reactor.setFaultReport([this](const std::exception& exception) { _report.fault(exception); });
    if (!checks)
        return;
    _checks = std::make_unique<HealthChecks>(runtime, _reactor, _scratch, _report, _exchange);
    _checks->use(_configuration, runtime.directory.first().indices);
}

Worker::~Worker() = default;

// ------------------------------------------------------------------------------------------------ clients

void Worker::closeClient(ClientId client, CloseReason reason, How how)
{
    std::unique_ptr<ClientSession> session = _clients.take(client);
    if (!session)
        return;
    session->close(how == How::abort);
    _report.clientClosed(session->info(), session->tally(), reason);
    const AddressLimits::Place place = session->place();
    _reactor.dispose(std::move(session)); // deferred: it may be the caller
    clientGone(place);
}

std::size_t Worker::toClient(ClientId client, Bytes bytes)
{
    ClientSession* session = _clients.find(client);
    if (session == nullptr)
        return 0;
    _report.counters().bytesOut += bytes.size();
    session->tally().bytesOut += bytes.size();
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

TargetId Worker::openTarget(std::size_t target, std::size_t number, Instant deadline, ClientId client)
{
    if (_checks)
        _checks->connectionBegins(target);
    const TargetId id =
        _targets.insert(std::make_unique<TargetConnection>(_reactor, _scratch, _exchange, _report, target));
    TargetConnection& connection = *_targets.find(id);
    connection.setId(id, number);
    connection.limitReads(_configuration->exchange.responseBuffer);
    const auto settings = _runtime.directory.of(target);
    const ClientSession* session = _clients.find(client);
    connection.dial(settings, deadline,
                    session != nullptr ? targetHeaderFor(*settings, session->info(), session->handle()) : "");
    return id;
}

void Worker::closeTarget(TargetId target, CloseReason reason, How how)
{
    std::unique_ptr<TargetConnection> connection = _targets.take(target);
    if (!connection)
        return;
    connection->close(how == How::abort);
    _report.targetClosed(connection->target(), connection->number(), connection->wasOpen(), reason);
    _reactor.dispose(std::move(connection));
}

std::size_t Worker::toTarget(TargetId target, Bytes bytes)
{
    TargetConnection* connection = _targets.find(target);
    if (connection == nullptr)
        return 0;
    _report.counters().targetBytesOut += bytes.size();
    if (!_gathers || connection->isStarting())
        return connection->pass(bytes);
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
    session.tally().target = number;
    session.tally().paired = _reactor.now();
    session.beginStart();
    _report.paired(session.info(), number);
    auto listener = _requests.watch(session.info(), session.tally(), number);
    if (!listener)
        return nullptr;
    const Configuration& configuration = *_configuration;
    auto watcher = findProtocol(configuration.exchange.protocol)
                       ->makeWatcher(configuration.exchange.framingInForce(), *listener,
                                     {configuration.exchange.requestBufferInForce(), configuration.log.dataLimit});
    session.setListener(std::move(listener));
    return watcher;
}

void Worker::reconfigure(const std::shared_ptr<const Configuration>& configuration, const TargetAssignment& assignment)
{
    _configuration = configuration;
    _report.use(*configuration);
    for (const std::size_t target : assignment.changes.fresh)
        _report.targets().begin(target);
    _requests.use(*configuration);
    for (const TargetId id : _targets.ids())
        _targets.find(id)->limitReads(configuration->exchange.responseBuffer);
    _mode.reconfigure(configuration, assignment, _reactor.now());
    if (_checks)
        _checks->use(configuration, assignment.indices);
}

// ------------------------------------------------------------------------------------------------ turns, the end

Instant Worker::turnEnded(Instant now)
{
    if (_drainAsked && !_draining)
        beginDrain(true);
    if (_checks)
        _checks->expire(now);
    Instant next = _exchange.expire(now);
    while (flush())
        next = _exchange.expire(now);
    if (_checks)
        next = std::min(next, _checks->next());
    _gauges.publish(_exchange, *_mode.counts);
    if (_targets.isEmpty())
        _whenUnconnected.callAll();
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
    if (std::exchange(_drainAsked, true))
        return;
    const Duration timeout = _configuration->shutdown.drainTimeout;
    if (!timeout.isOff())
        _reactor.at(_reactor.now() + timeout, [this] { end(CloseReason::drainTimeout); });
    const Instant now = _reactor.now();
    const Duration patience = _configuration->shutdown.firstRequestTimeout;
    for (const ClientId client : _clients.ids())
        if (ClientSession* session = _clients.find(client);
            isAwaited(session) && session->tally().opened + patience > now)
            _newcomers.push_back(client);
    if (!_newcomers.empty() || !_arrivals.areAllWelcomed())
        _reactor.at(now + patience, [this] { beginDrain(false); });
    beginDrain(true);
}

/// patient: not before each newcomer has sent something or has gone.
void Worker::beginDrain(bool patient)
{
    while (!_newcomers.empty() && !isAwaited(_clients.find(_newcomers.back())))
        _newcomers.pop_back();
    if (patient && !(_newcomers.empty() && _arrivals.areAllWelcomed()))
        return;
    if (std::exchange(_draining, true))
        return;
    _arrivals.closeAll(CloseReason::drained);
    _exchange.drain(_reactor.now());
}

void Worker::end(CloseReason reason)
{
    _ended = true;
    const std::size_t left = _exchange.size();
    if (reason == CloseReason::drainTimeout && left > 0)
        _report.cutOff(left);
    _arrivals.closeAll(reason);
    _exchange.closeAll(reason, _reactor.now());
    _reactor.stop();
}

// ------------------------------------------------------------------------------------------------ requests

MultiplexerEffects::Quiet Worker::isQuiet(TargetId target)
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

Bytes Worker::addressOf(ClientId client) const
{
    const ClientSession* session = _clients.find(client);
    return session != nullptr ? Bytes(session->info().address) : Bytes();
}

void Worker::awaitsMore(ClientId client)
{
    if (ClientSession* session = _clients.find(client))
        session->acknowledge();
}

bool Worker::mayAsk(ClientId client, Instant now) const
{
    const ClientSession* session = _clients.find(client);
    return session == nullptr || _runtime.addresses.mayAsk(session->place(), now);
}

void Worker::asked(ClientId client, Instant now)
{
    if (const ClientSession* session = _clients.find(client))
        _runtime.addresses.asked(session->place(), now);
}

void Worker::checkEnded(std::size_t target, bool lost, Bytes response)
{
    if (_checks)
        _checks->requestEnded(target, lost, response);
}

void Worker::beginErrand(std::uint64_t number, std::size_t target, const std::string& says, Instant deadline)
{
    _errands.begin(number, target, says, deadline);
}

std::size_t Worker::flushClient(ClientId client)
{
    ClientSession* session = _clients.find(client);
    return session != nullptr ? session->flush() : 0;
}

void Worker::limitClient(ClientId client, std::size_t bytes)
{
    if (ClientSession* session = _clients.find(client))
        session->limit(bytes);
}

} // namespace proximux
