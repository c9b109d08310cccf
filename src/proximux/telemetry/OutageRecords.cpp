#include <proximux/telemetry/OutageRecords.h>

#include <utility>

namespace proximux
{

std::optional<std::uint64_t> OutageRecords::failed(std::size_t target, const std::string& cause, Instant now)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    Outage& outage = of(target);
    ++outage.attempts;
    if (cause == outage.cause && now < outage.next)
    {
        ++outage.unlogged;
        return std::nullopt;
    }
    outage.cause = cause;
    outage.next = now + INTERVAL;
    return std::exchange(outage.unlogged, 0);
}

OutageRecords::Outage& OutageRecords::of(std::size_t target)
{
    if (target >= _outages.size())
        _outages.resize(target + 1);
    return _outages[target];
}

std::uint64_t OutageRecords::succeeded(std::size_t target)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    Outage& outage = of(target);
    return outage.attempts == 0 ? 0 : std::exchange(outage, Outage()).attempts;
}

std::string OutageRecords::more(std::uint64_t unlogged)
{
    return unlogged > 0 ? " (" + std::to_string(unlogged) + " more attempts failed since the last record)" : "";
}

} // namespace proximux
