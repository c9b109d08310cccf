#include <proximux/telemetry/Counters.h>

#include <array>
#include <cstddef>

namespace proximux
{

namespace
{

void addTo(std::uint64_t& sum, const LiveValue& part)
{
    sum += part.get();
}

void addTo(std::uint64_t& sum, std::uint64_t part)
{
    sum += part;
}

template <class Value, std::size_t SIZE>
void addTo(std::array<std::uint64_t, SIZE>& sum, const std::array<Value, SIZE>& part)
{
    for (std::size_t i = 0; i < SIZE; ++i)
        addTo(sum[i], part[i]);
}

template <class Value>
void addTo(Histogram<std::uint64_t>& sum, const Histogram<Value>& part)
{
    addTo(sum.buckets, part.buckets);
    addTo(sum.sum, part.sum);
}

} // namespace

void add(Statistics& sum, const LiveCounters& counters)
{
    forEachCounter([](const CounterInfo&, auto& to, const auto& from) { addTo(to, from); }, sum, counters);
}

void add(Statistics& sum, const Statistics& part)
{
    forEachCounter([](const CounterInfo&, auto& to, const auto& from) { addTo(to, from); }, sum, part);
}

void add(TargetStatistics& sum, const LiveTargetCounters& counters)
{
    addTo(sum.opening, counters.opening);
    addTo(sum.idle, counters.idle);
    addTo(sum.busy, counters.busy);
    addTo(sum.tied, counters.tied);
    addTo(sum.desyncs, counters.desyncs);
    addTo(sum.checksFailed, counters.checksFailed);
    addTo(sum.connectFailures, counters.connectFailures);
}

const char* toString(CounterKind kind)
{
    switch (kind)
    {
    case CounterKind::counter:
        return "counter";
    case CounterKind::gauge:
        return "gauge";
    case CounterKind::histogram:
        return "histogram";
    }
    return "";
}

} // namespace proximux
