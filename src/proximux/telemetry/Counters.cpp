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

template <std::size_t SIZE>
void addTo(std::array<std::uint64_t, SIZE>& sum, const std::array<LiveValue, SIZE>& part)
{
    for (std::size_t i = 0; i < SIZE; ++i)
        addTo(sum[i], part[i]);
}

} // namespace

void add(Statistics& sum, const LiveCounters& counters)
{
    forEachCounter([](const CounterInfo&, auto& to, const auto& from) { addTo(to, from); }, sum, counters);
}

} // namespace proximux
