#pragma once

#include <proximux/Statistics.h>
#include <proximux/base/LiveValue.h>
#include <proximux/telemetry/LiveHistogram.h>

#include <cstdint>

namespace proximux
{

/// The counters of one worker.
using LiveCounters = Counters<LiveValue>;

/// Adds the counters of a worker to a sum.
void add(Statistics& sum, const LiveCounters& counters);

/// Adds the counters of a proxy to those of others; what is not among Counters is left alone.
void add(Statistics& sum, const Statistics& part);

/// The counters of one worker for one target.
using LiveTargetCounters = TargetCounters<LiveValue>;

/// Likewise, for a target.
void add(TargetStatistics& sum, const LiveTargetCounters& counters);

enum class CounterKind
{
    counter, ///< only grows
    gauge,
    histogram
};

const char* toString(CounterKind kind);

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
    constexpr CounterKind HISTOGRAM = CounterKind::histogram;
    visit(CounterInfo{"accepted", COUNTER, "clients", "accepted since start"}, sets.accepted...);
    visit(CounterInfo{"dropped", COUNTER, "clients", "closed on arrival at local.max_connections"}, sets.dropped...);
    visit(CounterInfo{"refused", COUNTER, "clients", "refused by the access list, or by a listener of connected"},
          sets.refused...);
    visit(CounterInfo{"limited", COUNTER, "clients", "closed on arrival at a limit of their address"}, sets.limited...);
    visit(CounterInfo{"untracked", COUNTER, "clients", "closed on arrival because limits.table was full"},
          sets.untracked...);
    visit(CounterInfo{"unaffordable", COUNTER, "clients", "closed on arrival at limits.memory"}, sets.unaffordable...);
    visit(CounterInfo{"unannounced", COUNTER, "clients", "refused because of their PROXY header"}, sets.unannounced...);
    visit(
        CounterInfo{"balancerChecks", COUNTER, "connections", "of load balancers' checks, without a byte for a target"},
        sets.balancerChecks...);
    visit(CounterInfo{"clientHandshakes", COUNTER, "handshakes", "of TLS with clients, done"},
          sets.clientHandshakes...);
    visit(CounterInfo{"targetHandshakes", COUNTER, "handshakes", "of TLS with targets, done"},
          sets.targetHandshakes...);
    visit(CounterInfo{"clientHandshakesFailed", COUNTER, "handshakes", "of TLS with clients, failed, by reason"},
          sets.clientHandshakesFailed...);
    visit(CounterInfo{"targetHandshakesFailed", COUNTER, "handshakes", "of TLS with targets, failed, by reason"},
          sets.targetHandshakesFailed...);
    visit(CounterInfo{"failed", COUNTER, "clients", "closed because no target connection could be opened"},
          sets.failed...);
    visit(CounterInfo{"current", GAUGE, "clients", "connected now"}, sets.current...);
    visit(CounterInfo{"bytesIn", COUNTER, "bytes", "from clients"}, sets.bytesIn...);
    visit(CounterInfo{"bytesOut", COUNTER, "bytes", "to clients"}, sets.bytesOut...);
    visit(CounterInfo{"targetBytesIn", COUNTER, "bytes", "from targets"}, sets.targetBytesIn...);
    visit(CounterInfo{"targetBytesOut", COUNTER, "bytes", "to targets"}, sets.targetBytesOut...);
    visit(CounterInfo{"unknownIds", COUNTER, "responses", "whose id matches no request"}, sets.unknownIds...);
    visit(CounterInfo{"repeated", COUNTER, "requests", "sent again, because they were lost with their connection"},
          sets.repeated...);
    visit(CounterInfo{"cancelled", COUNTER, "requests", "that their clients have cancelled"}, sets.cancelled...);
    visit(CounterInfo{"queued", GAUGE, "requests", "that wait to be sent now"}, sets.queued...);
    visit(CounterInfo{"clientsClosed", COUNTER, "clients", "closed, by close reason"}, sets.clientsClosed...);
    visit(CounterInfo{"targetsClosed", COUNTER, "target connections", "closed, by close reason"},
          sets.targetsClosed...);
    visit(CounterInfo{"requests", COUNTER, "requests", "that ended, by outcome"}, sets.requests...);
    visit(CounterInfo{"tied", COUNTER, "clients", "pinned to a target connection, by the pin's reason"}, sets.tied...);
    visit(CounterInfo{"tiedNow", GAUGE, "clients", "pinned now, by the pin's reason"}, sets.tiedNow...);
    visit(CounterInfo{"tiesRefused", COUNTER, "clients", "whose pin was refused, by the pin's reason"},
          sets.tiesRefused...);
    visit(CounterInfo{"queueDuration", HISTOGRAM, "microseconds", "from a request's last byte to its being sent"},
          sets.queueDuration...);
    visit(CounterInfo{"requestDuration", HISTOGRAM, "microseconds", "from its being sent to its response's last byte"},
          sets.requestDuration...);
    visit(CounterInfo{"connectDuration", HISTOGRAM, "microseconds", "of target connections that were opened"},
          sets.connectDuration...);
}

} // namespace proximux
