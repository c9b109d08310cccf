#include <proximux/proxy/WorkerGauges.h>

#include <algorithm>

namespace proximux
{

void WorkerGauges::publish(const Exchange& exchange, ConnectionCounts& connections)
{
    const Backlog backlog = exchange.backlog();
    _report.counters().queued.set(backlog.queued);
    _oldest.set(backlog.oldest == Instant::never() ? 0 : static_cast<std::uint64_t>(backlog.oldest.us));
    connections.takeChanges(
        [this](std::size_t target, const ConnectionCounts::Counts& counts)
        {
            LiveTargetCounters& live = _report.targets().of(target);
            live.opening.set(counts.opening);
            live.idle.set(counts.idle);
            live.busy.set(counts.busy);
            live.tied.set(counts.pinned);
        });
    connections.takeReasons(
        [this](const ConnectionCounts::Reasons& reasons)
        {
            for (std::size_t i = 0; i < reasons.size(); ++i)
                _report.counters().tiedNow[i].set(reasons[i]);
        });
}

Duration WorkerGauges::oldestWait(Instant now) const
{
    const auto oldest = static_cast<std::int64_t>(_oldest.get());
    return {oldest != 0 ? std::max<std::int64_t>(now.us - oldest, 0) : 0};
}

} // namespace proximux
