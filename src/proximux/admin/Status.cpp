// Views: the status.

#include <proximux/admin/Views.h>

#include <proximux/Log.h>
#include <proximux/Pins.h>
#include <proximux/Version.h>
#include <proximux/telemetry/Counters.h>
#include <proximux/telemetry/Labels.h>

#include <Poco/String.h>

#include <array>
#include <map>
#include <numeric>
#include <type_traits>

namespace proximux::admin
{

namespace
{

/// The names of the values of a counter that has one for each reason.
template <std::size_t SIZE>
const char* nameAt(const std::array<std::uint64_t, SIZE>&, std::size_t index)
{
    if constexpr (SIZE == CLOSE_REASONS)
        return infoOf(static_cast<CloseReason>(index)).name;
    else if constexpr (SIZE == REQUEST_OUTCOMES)
        return toString(static_cast<RequestOutcome>(index));
    else
        return pins::NAMES[index];
}

void addCounter(JsonText& into, const char* name, std::uint64_t value)
{
    into.add(name, static_cast<std::int64_t>(value));
}

/// Those that are not 0.
template <std::size_t SIZE>
void addCounter(JsonText& into, const char* name, const std::array<std::uint64_t, SIZE>& values)
{
    JsonText object;
    for (std::size_t i = 0; i < SIZE; ++i)
        if (values[i] != 0)
            addCounter(object, nameAt(values, i), values[i]);
    into.add(name, object);
}

/// Their number and sum; the buckets are in /metrics.
void addCounter(JsonText& into, const char* name, const Histogram<std::uint64_t>& durations)
{
    JsonText object;
    addCounter(object, "count", std::accumulate(durations.buckets.begin(), durations.buckets.end(), std::uint64_t{0}));
    addCounter(object, "sum", durations.sum);
    into.add(name, object);
}

JsonText counters(const Statistics& statistics)
{
    JsonText object;
    forEachCounter([&object](const CounterInfo& info, const auto& value) { addCounter(object, info.name, value); },
                   statistics);
    return object;
}

/// How many target connections are in which state.
JsonText connectionStates(const std::vector<WorkerView>& views)
{
    std::map<std::string, std::int64_t> states;
    for (const WorkerView& view : views)
        for (const ConnectionView& each : view.connections)
            ++states[each.state];
    JsonText object;
    for (const auto& [state, number] : states)
        object.add(state, number);
    return object;
}

double seconds(Duration duration)
{
    return duration.asMilliseconds() / 1000;
}

std::string modeName(const Configuration& configuration)
{
    return Poco::toLower(std::string(toString(configuration.exchange.mode)));
}

/// An object whose last member is a list that is text already.
std::string withList(const JsonText& object, const char* name, const std::string& list)
{
    std::string text = object.toString();
    text.pop_back();
    return text + "," + toJsonString(name) + ":" + list + "}";
}

} // namespace

std::string statusJson(const StatusSource& source)
{
    const auto inForce = source.proxy.configuration();
    const Configuration& configuration = *inForce;
    const Statistics statistics = source.proxy.statistics();
    const QueueTotal waiting = queueTotal(source.views);
    JsonText queue;
    queue.add("requests", static_cast<std::int64_t>(waiting.length));
    queue.add("oldestWait", seconds(waiting.oldest.value_or(Duration{})));
    JsonText object;
    object.add("version", VERSION)
        .add("phase", toString(source.proxy.phase()))
        .add("draining", source.proxy.phase() == ProxyInspector::Phase::draining)
        .add("uptime", seconds(source.uptime))
        .add("listen", configuration.local.endpoint.toString())
        .add("mode", modeName(configuration))
        .add("protocol", configuration.exchange.protocol)
        .add("clients", static_cast<std::int64_t>(statistics.current))
        .add("maxClients", static_cast<std::int64_t>(configuration.local.maxConnections))
        .add("silentThreads", static_cast<std::int64_t>(source.silent.size()))
        .add("queue", queue)
        .add("connections", connectionStates(source.views))
        .add("counters", counters(statistics));
    return withList(object, "targets", targetsTable(source.proxy.targets()).toJson());
}

std::string statusText(const StatusSource& source)
{
    const auto inForce = source.proxy.configuration();
    const Configuration& configuration = *inForce;
    const Statistics statistics = source.proxy.statistics();
    const QueueTotal waiting = queueTotal(source.views);
    const int most = configuration.local.maxConnections;
    std::string text = std::string("version   ") + VERSION + "\n";
    text += std::string("phase     ") + toString(source.proxy.phase()) + "\n";
    text += "uptime    " + shortText(source.uptime) + "\n";
    text += "mode      " + modeName(configuration) + ", protocol " + configuration.exchange.protocol + "\n";
    text += "clients   " + std::to_string(statistics.current) + (most > 0 ? " of " + std::to_string(most) : "") + ", " +
            std::to_string(statistics.accepted) + " accepted since the start\n";
    text += "queue     " + std::to_string(waiting.length) + " requests" +
            (waiting.oldest ? ", the oldest waits for " + shortText(*waiting.oldest) : "") + "\n";
    for (const std::size_t reactor : source.silent)
        text += "warning   " + reactorName(reactor) + " does not respond\n";
    return text + "\n" + targetsTable(source.proxy.targets()).toText();
}

} // namespace proximux::admin
