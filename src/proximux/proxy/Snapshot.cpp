#include <proximux/proxy/Snapshot.h>

#include <proximux/net/TlsCertificates.h>

#include <algorithm>

namespace proximux
{

namespace
{

Duration toDuration(const LiveValue& microseconds)
{
    return {static_cast<std::int64_t>(microseconds.get())};
}

TargetStatistics snapshotOf(std::size_t index, const Runtime& runtime,
                            const std::vector<std::unique_ptr<Worker>>& workers)
{
    const auto settings = runtime.directory.of(index);
    const Targets::History history = runtime.targets.history(index, runtime.clock.now());
    const auto moves = [&history](Targets::Health to) { return history.moves[static_cast<std::size_t>(to)]; };
    TargetStatistics target;
    for (const auto& worker : workers)
        worker->targets().addTo(target, index);
    target.address = settings->endpoint.toString();
    target.limit = connectionLimit(*runtime.configuration(), *settings);
    target.up = history.health == Targets::Health::living;
    target.living = moves(Targets::Health::living);
    target.dead = moves(Targets::Health::dead);
    target.trials = moves(Targets::Health::trial);
    target.downs = moves(Targets::Health::down);
    target.drains = moves(Targets::Health::drained);
    target.closes = moves(Targets::Health::closed);
    target.down = history.down;
    return target;
}

} // namespace

Statistics snapshot(const Runtime& runtime, const TCPServer& server,
                    const std::vector<std::unique_ptr<Worker>>& workers)
{
    Statistics all;
    all.accepted = server.totalConnections();
    all.dropped = server.refusedConnections();
    all.current = static_cast<std::uint64_t>(server.currentConnections());
    all.clientLimit = server.limit();
    const auto configuration = runtime.configuration();
    const ExchangeSettings& exchange = configuration->exchange;
    if (exchange.mode != Mode::proxy && !exchange.queueTimeout.isOff())
        all.queueTimeout = exchange.queueTimeout;
    all.paused = runtime.targets.isPaused();
    all.clientCertificates = certificatesForClients(*configuration);
    all.targetCertificates = certificatesForTargets(*configuration);
    const Instant now = runtime.clock.now();
    for (const auto& worker : workers)
    {
        const Worker& one = *worker;
        add(all, one.counters());
        all.oldestWait = std::max(all.oldestWait, one.gauges().oldestWait(now));
        all.threads.push_back({toDuration(one.reactor().load().busy), toDuration(one.reactor().load().longest)});
        all.ioBackend = one.reactor().poller().name();
    }
    for (const std::size_t index : runtime.targets.inOrder())
        all.targets.push_back(snapshotOf(index, runtime, workers));
    return all;
}

} // namespace proximux
