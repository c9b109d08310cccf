#include <proximux/proxy/ProxyImpl.h>

#include <proximux/config/Values.h>
#include <proximux/net/TlsCertificates.h>
#include <proximux/protocol/Registry.h>
#include <proximux/proxy/DescriptorPlan.h>

#include <Poco/Delegate.h>
#include <Poco/Exception.h>
#include <Poco/Timestamp.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <limits>
#include <mutex>
#include <random>
#include <system_error>

namespace proximux
{

namespace
{

std::uint64_t randomSeed()
{
    return std::random_device()();
}

/// The protocols that auto detects, as in a text.
std::string detectable()
{
    std::vector<std::string_view> titles;
    for (const ProtocolInfo* each : choicesOfAuto())
        if (each->isDetected())
            titles.push_back(each->detection.title);
    return listed(titles, " or ");
}

} // namespace

Proxy::Impl::Impl(const std::shared_ptr<const Configuration>& configuration)
    : runtime(configuration, randomSeed())
    , view(runtime, workers)
    , gate(runtime)
    , accessList(configuration->access)
    , requestLog(runtime.log, configuration->exchange.mode != Mode::proxy)
    , pulses(configuration->io.threads)
{
    for (std::size_t i = 0; i < pulses.size(); ++i)
        workers.push_back(std::make_unique<Worker>(runtime, *this, i == 0));
    server = std::make_unique<TCPServer>(workers.front()->reactor(), serverSettings(configuration->local), *this);
    gate.use(configuration->limits);
    // always, and before all others: they see whom it has refused, also after a reload that sets it
    runtime.events.connected += Poco::delegate(&accessList, &AccessList::onConnected);
    listenTo();
}

TCPServerSettings Proxy::Impl::serverSettings(const LocalSettings& local)
{
    return {local.endpoint,
            local.ipv6Only,
            local.backlog,
            local.maxConnections,
            local.socket,
            0,
            {local.pathMode, local.pathGroup},
            local.otherHosts};
}

Proxy::Impl::~Impl()
{
    stop();
    for (std::thread& thread : threads)
        thread.join();
    runtime.resolver.close(); // before the reactors, to which it posts, are destroyed
}

/// Has our own listeners listen as the configuration in force wants them.
void Proxy::Impl::listenTo()
{
    const auto configuration = runtime.configuration();
    accessList.use(configuration->access);
    logs.set(requestLog.use(*configuration), runtime.events.request,
             Poco::delegate(&requestLog, &RequestLog::onRequest));
}

void Proxy::Impl::start(const std::function<void()>& listen)
{
    const auto configuration = runtime.configuration();
    descriptors = sockets::descriptors();
    if (configuration->pool.warmup)
        workers.front()->warmUp();
    listen();
    view.started(); // before the log says so
    if (runtime.log.wants(LogScope::server, LogLevel::info))
        runtime.log.text(LogScope::server, LogLevel::info,
                         "Server is running on " + whereItListens(*configuration) + " in " +
                             toString(configuration->exchange.mode) + " mode");
    for (const std::string& host : configuration->local.otherHosts)
        runtime.log.text(LogScope::server, LogLevel::info,
                         "Server listens on " + Endpoint{host, server->port()}.toString() + ", too");
    listening = server->listening();
    dealOutDescriptors(*configuration);
    warnOfRaw();
    warnOfTls(*configuration);
    running = workers.size();
    for (std::size_t number = 0; number < workers.size(); ++number)
        threads.emplace_back([this, number] { runWorker(number); });
}

/// In the original's text an IPv6 address has no brackets.
std::string Proxy::Impl::whereItListens(const Configuration& configuration) const
{
    const Endpoint& endpoint = configuration.local.endpoint;
    return endpoint.isLocal() ? endpoint.toString() : endpoint.host + ":" + std::to_string(server->port());
}

/// Limits the clients so that they never take the last descriptor.
void Proxy::Impl::dealOutDescriptors(const Configuration& configuration)
{
    const auto plan = DescriptorPlan::make(configuration, descriptors);
    server->limitOpen(static_cast<int>(std::min<std::size_t>(plan.clients, std::numeric_limits<int>::max())));
    const std::string notice = plan.notice(configuration.local).value_or("");
    if (std::exchange(told, notice + std::to_string(plan.lacking)) == told)
        return; // as before the reload
    if (plan.lacking > 0)
        runtime.log.failure(LogScope::server, "DescriptorError",
                            std::to_string(plan.limit) + " descriptors (ulimit -n) are too few; expected at least " +
                                std::to_string(plan.limit + plan.lacking));
    if (!notice.empty())
        runtime.log.text(LogScope::server, LogLevel::info, notice);
}

/// Warns when the configuration cannot guarantee delivery.
void Proxy::Impl::warnOfRaw() const
{
    const auto configuration = runtime.configuration();
    const ExchangeSettings& exchange = configuration->exchange;
    if (exchange.mode == Mode::proxy || findProtocol(exchange.protocol)->delimited)
        return;
    const char* setting = nullptr;
    if (exchange.mode == Mode::funnel && exchange.funnelAsync)
        setting = "exchange.funnel_async";
    else if (exchange.rawGap == Duration{0})
        setting = "exchange.raw_gap = 0";
    if (setting != nullptr && runtime.log.wants(LogScope::server, LogLevel::info))
        runtime.log.text(LogScope::server, LogLevel::info,
                         "Warning: with exchange.protocol = " + exchange.protocol + " and " + setting +
                             ", responses may reach the wrong client" +
                             (exchange.protocol == AUTO ? " (unless auto detects " + detectable() + ")" : ""));
}

namespace
{

/// Warns of a private key that not only its owner may read. A platform may mount it so, therefore it is no mistake.
void warnOfReaders(const Log& log, const std::string& file)
{
    namespace fs = std::filesystem;
    std::error_code error;
    const fs::perms permissions = fs::status(file, error).permissions();
    if (!error && (permissions & (fs::perms::group_all | fs::perms::others_all)) != fs::perms::none)
        log.failure(LogScope::server, "TlsWarning",
                    file + ": others than its owner may read or change this private key");
}

/// Warns of those that have expired, or will soon.
void warnOfExpiry(const Log& log, const std::vector<TlsCertificate>& certificates)
{
    const std::int64_t now = Poco::Timestamp().epochTime();
    for (const TlsCertificate& each : certificates)
        if (const std::string notice = expiryNotice(each, now); !notice.empty())
            log.failure(LogScope::server, "TlsWarning", notice);
}

} // namespace

/// Warns of encryption without a check of whom it is with, of keys that others may read, and of certificates that end.
void Proxy::Impl::warnOfTls(const Configuration& configuration) const
{
    const LocalTls& local = configuration.local.tls;
    if (local.isOn())
        for (const std::string& file : local.keys.empty() ? local.certificates : local.keys)
            warnOfReaders(runtime.log, file);
    warnOfExpiry(runtime.log, certificatesForClients(configuration));
    warnOfExpiry(runtime.log, certificatesForTargets(configuration));
    for (std::size_t i = 0; i < configuration.targets.size(); ++i)
    {
        const TargetSettings& target = configuration.targets[i];
        if (target.tls.isOn() && target.tls.verify == TargetTls::Verify::none)
            runtime.log.failure(LogScope::server, "TlsWarning",
                                "target." + std::to_string(i + 1) + ".tls_verify = none: anybody on the way to " +
                                    target.endpoint.toString() + " can pretend to be the target");
    }
}

void Proxy::Impl::runWorker(std::size_t number)
{
    workers[number]->reactor().run();
    const std::lock_guard<std::mutex> lock(mutex);
    pulses[number].ended = true;
    view.ended(number);
    if (--running == 0 && runtime.log.wants(LogScope::server, LogLevel::info))
        runtime.log.text(LogScope::server, LogLevel::info, "Server stopped");
    ended.notify_all();
}

bool Proxy::Impl::isResponsive()
{
    const auto responds = [](const Pulse& pulse) { return pulse.answered || pulse.ended; };
    if (!std::all_of(pulses.begin(), pulses.end(), responds))
        return false;
    for (std::size_t number = 0; number < workers.size(); ++number)
    {
        pulses[number].answered = false;
        workers[number]->reactor().post([&pulse = pulses[number]] { pulse.answered = true; });
    }
    return true;
}

void Proxy::Impl::accepted(std::unique_ptr<Transport> transport, const Poco::Net::SocketAddress& peer)
{
    const auto place = gate.admit(*transport, peer);
    if (!place)
    {
        transport.reset();
        return server->released();
    }
    const auto process = sockets::isLocal(peer) ? sockets::peerProcess(transport->handle()) : std::nullopt;
    const Arrival arrival{peer, ++accepts, *place, process};
    Worker& worker = *workers[arrival.number % workers.size()];
    if (&worker == workers.front().get())
        return worker.adopt(std::move(transport), arrival);
    // std::function must be copyable, so it cannot own a unique_ptr
    const auto handed = std::make_shared<std::unique_ptr<Transport>>(std::move(transport));
    worker.reactor().post([&worker, handed, arrival] { worker.adopt(std::move(*handed), arrival); });
}

void Proxy::Impl::dropped(const Poco::Net::SocketAddress& peer)
{
    const ClientInfo info{sockets::hostOf(peer), peer.port(), 0};
    if (runtime.log.wants(LogScope::server, LogLevel::info))
        runtime.log.text(LogScope::server, LogLevel::info,
                         "Connection from " + runtime.log.address(info.address, info.port) + " dropped");
    runtime.errors.add("Dropped",
                       "client " + runtime.log.address(info.address, info.port) + ": local.max_connections is reached");
    announce(runtime, runtime.events.dropped, DroppedArgs{info});
}

void Proxy::Impl::exhausted(const std::string& why)
{
    runtime.log.failure(LogScope::server, "AcceptError", why + "; accepting paused until descriptors are available");
}

void Proxy::Impl::drain(Duration delay)
{
    view.ending();
    {
        const std::lock_guard<std::mutex> lock(mutex);
        draining = true;
    }
    if (delay == Duration{0})
        return workers.front()->reactor().post([this] { beginDrain(); });
    if (runtime.log.wants(LogScope::server, LogLevel::info))
        runtime.log.text(LogScope::server, LogLevel::info,
                         "Server is stopping: clients are accepted for another " + values::toText(delay) +
                             " (shutdown.delay)");
    workers.front()->reactor().post(
        [this, delay]
        {
            Reactor& reactor = workers.front()->reactor();
            reactor.at(reactor.now() + delay, [this] { beginDrain(); });
        });
}

/// In two steps, so that accepted clients reach their worker before it is told to drain.
void Proxy::Impl::beginDrain()
{
    if (runtime.log.wants(LogScope::server, LogLevel::info))
        runtime.log.text(LogScope::server, LogLevel::info, "Server is stopping: no further clients are accepted");
    server->stop();
    for (const auto& worker : workers)
        worker->reactor().post([each = worker.get()] { each->drain(); });
}

/// Posts to each worker directly: the accepting one may have ended already.
void Proxy::Impl::stop()
{
    view.ending();
    workers.front()->reactor().post([this] { server->stop(); });
    for (const auto& worker : workers)
        worker->reactor().post([each = worker.get()] { each->end(CloseReason::stopped); });
}

} // namespace proximux
