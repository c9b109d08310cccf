#include <proximux/admin/Status.h>

#include <proximux/Log.h>
#include <proximux/Pins.h>
#include <proximux/Version.h>
#include <proximux/admin/Views.h>
#include <proximux/telemetry/Counters.h>
#include <proximux/telemetry/Labels.h>

#include <Poco/NumberFormatter.h>
#include <Poco/String.h>

#include <array>
#include <functional>
#include <numeric>
#include <optional>
#include <type_traits>
#include <utility>

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

/// Their number and sum.
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

/// A list of JSON.
template <class Numbers>
std::string listOf(const Numbers& numbers)
{
    std::string text;
    for (const auto number : numbers)
        text.append(text.empty() ? "" : ",").append(std::to_string(number));
    return "[" + text + "]";
}

/// How often, since the start, by bucket. What is no histogram has none.
template <class Value>
void addBuckets(std::string&, const char*, const Value&)
{
}

void addBuckets(std::string& into, const char* name, const Histogram<std::uint64_t>& durations)
{
    into += "," + toJsonString(name) + ":" + listOf(durations.buckets);
}

/// The buckets of all histograms, and their bounds in microseconds.
std::string bucketsJson(const Statistics& statistics)
{
    std::string text = "{\"bounds\":" + listOf(HISTOGRAM_BOUNDS);
    forEachCounter([&text](const CounterInfo& info, const auto& value) { addBuckets(text, info.name, value); },
                   statistics);
    return text + "}";
}

double seconds(Duration duration)
{
    return duration.asMilliseconds() / 1000;
}

std::string modeName(const Configuration& configuration)
{
    return Poco::toLower(std::string(toString(configuration.exchange.mode)));
}

/// An object with further members, which are text already.
std::string withMembers(const JsonText& object, std::initializer_list<std::pair<const char*, std::string>> members)
{
    std::string text = object.toString();
    text.pop_back();
    for (const auto& [name, value] : members)
        text += "," + toJsonString(name) + ":" + value;
    return text + "}";
}

} // namespace

StatusView::StatusView(const ProxyInspector& proxy, std::vector<WorkerView> itsWorkers,
                       std::vector<std::size_t> itsSilent, Duration itsUptime)
    : configuration(proxy.configuration())
    , phase(proxy.phase())
    , statistics(proxy.statistics())
    , targets(proxy.targets())
    , errors(proxy.errors())
    , workers(std::move(itsWorkers))
    , silent(std::move(itsSilent))
    , uptime(itsUptime)
{
}

StatusView StatusView::withoutAges() const
{
    StatusView still = *this;
    const auto stop = [](std::optional<Duration>& duration)
    { duration = duration ? std::optional(Duration{}) : duration; };
    still.uptime = {};
    for (TargetView& target : still.targets)
        stop(target.retryIn);
    for (WorkerView& worker : still.workers)
    {
        stop(worker.waits);
        for (ConnectionView& connection : worker.connections)
            connection.age = connection.pinned = {};
    }
    return still;
}

std::string statusJson(const StatusView& seen)
{
    const Configuration& configuration = *seen.configuration;
    const QueueTotal waiting = queueTotal(seen.workers);
    JsonText queue;
    queue.add("requests", static_cast<std::int64_t>(waiting.length));
    queue.add("oldestWait", seconds(waiting.oldest.value_or(Duration{})));
    JsonText object;
    object.add("version", VERSION)
        .add("phase", toString(seen.phase))
        .add("draining", seen.phase == ProxyInspector::Phase::draining)
        .add("paused", seen.statistics.paused)
        .add("uptime", seconds(seen.uptime))
        .add("listen", configuration.local.endpoint.toString())
        .add("mode", modeName(configuration))
        .add("protocol", configuration.exchange.protocol)
        .add("clients", static_cast<std::int64_t>(seen.statistics.current))
        .add("maxClients", static_cast<std::int64_t>(configuration.local.maxConnections))
        .add("silentThreads", static_cast<std::int64_t>(seen.silent.size()))
        .add("queue", queue);
    return withMembers(object, {{"connections", toJson(connectionStates(seen.workers))},
                                {"counters", counters(seen.statistics).toString()},
                                {"buckets", bucketsJson(seen.statistics)},
                                {"targets", targetsTable(seen.targets, seen.workers).toJson()},
                                {"lanes", lanesTable(lanesOf(seen.workers, StatusView::MOST_LANES)).toJson()},
                                {"errors", errorsTable(seen.errors).toJson()}});
}

std::string statusText(const StatusView& seen)
{
    const Configuration& configuration = *seen.configuration;
    const QueueTotal waiting = queueTotal(seen.workers);
    const int most = configuration.local.maxConnections;
    std::string text = std::string("version   ") + VERSION + "\n";
    text += std::string("phase     ") + toString(seen.phase) + (seen.statistics.paused ? ", paused" : "") + "\n";
    text += "uptime    " + shortText(seen.uptime) + "\n";
    text += "mode      " + modeName(configuration) + ", protocol " + configuration.exchange.protocol + "\n";
    text += "clients   " + std::to_string(seen.statistics.current) + (most > 0 ? " of " + std::to_string(most) : "") +
            ", " + std::to_string(seen.statistics.accepted) + " accepted since the start\n";
    text += "queue     " + std::to_string(waiting.length) + " requests" +
            (waiting.oldest ? ", the oldest waits for " + shortText(*waiting.oldest) : "") + "\n";
    for (const std::size_t reactor : seen.silent)
        text += "warning   " + reactorName(reactor) + " does not respond\n";
    return text + "\n" + targetsTable(seen.targets, seen.workers).toText();
}

std::string statusTag(const StatusView& seen)
{
    return Poco::NumberFormatter::formatHex(Poco::UInt64{std::hash<std::string>()(statusJson(seen.withoutAges()))});
}

} // namespace proximux::admin
