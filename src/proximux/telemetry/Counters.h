#pragma once

#include <proximux/Statistics.h>

#include <atomic>
#include <cstdint>

namespace proximux
{

/// A value that one thread adds to and any thread may read.
class LiveValue
{
public:
    /// Not an atomic read-modify-write: there is one writer.
    void operator+=(std::uint64_t n) { _value.store(get() + n, std::memory_order_relaxed); }

    [[nodiscard]] std::uint64_t get() const { return _value.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> _value{0};
};

/// The counters of one worker.
using LiveCounters = Counters<LiveValue>;

/// Adds the counters of a worker to a sum.
void add(Statistics& sum, const LiveCounters& counters);

enum class CounterKind
{
    counter, ///< only grows
    gauge
};

struct CounterInfo
{
    const char* name; ///< of the member
    CounterKind kind;
    const char* unit;
    const char* help;
};

/// The table of counters. Calls visit(row, member of the first set, member of the second ...) for each row. A new
/// counter is a member of Counters, a row here, and the line that counts.
template <class Visit, class... Sets>
void forEachCounter(const Visit& visit, Sets&... sets)
{
    constexpr CounterKind COUNTER = CounterKind::counter;
    constexpr CounterKind GAUGE = CounterKind::gauge;
    visit(CounterInfo{"accepted", COUNTER, "clients", "accepted since start"}, sets.accepted...);
    visit(CounterInfo{"dropped", COUNTER, "clients", "closed on arrival at local.max_connections"}, sets.dropped...);
    visit(CounterInfo{"refused", COUNTER, "clients", "refused by the access list, or by a listener of connected"},
          sets.refused...);
    visit(CounterInfo{"failed", COUNTER, "clients", "closed because no target connection could be opened"},
          sets.failed...);
    visit(CounterInfo{"current", GAUGE, "clients", "connected now"}, sets.current...);
    visit(CounterInfo{"bytesIn", COUNTER, "bytes", "from clients"}, sets.bytesIn...);
    visit(CounterInfo{"bytesOut", COUNTER, "bytes", "to clients"}, sets.bytesOut...);
    visit(CounterInfo{"unknownIds", COUNTER, "responses", "whose id matches no request"}, sets.unknownIds...);
    visit(CounterInfo{"clientsClosed", COUNTER, "clients", "closed, by close reason"}, sets.clientsClosed...);
    visit(CounterInfo{"targetsClosed", COUNTER, "target connections", "closed, by close reason"},
          sets.targetsClosed...);
    visit(CounterInfo{"tied", COUNTER, "clients", "pinned to a target connection, by the pin's reason"}, sets.tied...);
    visit(CounterInfo{"tiesRefused", COUNTER, "clients", "whose pin was refused, by the pin's reason"},
          sets.tiesRefused...);
}

} // namespace proximux
