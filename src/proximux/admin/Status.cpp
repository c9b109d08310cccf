#include <proximux/admin/Status.h>

#include <proximux/Log.h>
#include <proximux/Pins.h>
#include <proximux/Version.h>
#include <proximux/telemetry/Counters.h>
#include <proximux/telemetry/Labels.h>

#include <Poco/NumberFormatter.h>
#include <Poco/String.h>

#include <algorithm>
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

constexpr const char* SEVERAL = "several";

/// "3 services", without those that leave.
std::string countOf(const std::vector<ServiceStatus>& services)
{
    const auto count = std::count_if(services.begin(), services.end(),
                                     [](const ServiceStatus& each) { return !each.service.isLeaving; });
    return std::to_string(count) + (count == 1 ? " service" : " services");
}

Table targetsOf(const ServiceStatus& seen)
{
    return targetsTable(seen.targets, seen.workers);
}

Table lanesTableOf(const ServiceStatus& seen)
{
    return lanesTable(lanesOf(seen.workers, StatusView::MOST_LANES));
}

Table errorsOf(const ServiceStatus& seen)
{
    return errorsTable(seen.errors);
}

std::string phaseText(ProxyInspector::Phase phase, bool paused)
{
    return toString(phase) + std::string(paused ? ", paused" : "");
}

/// What is known of each service as a whole.
Table servicesTable(const StatusView& seen)
{
    Table table({"service", "phase", "listen", "mode", "protocol", "clients", "maxClients", "queued", "oldestWait"});
    for (const ServiceStatus& each : seen.services)
    {
        const Configuration& configuration = *each.configuration;
        const QueueTotal waiting = queueTotal(each.workers);
        table.add({each.service.name, phaseText(each.phase, each.statistics.paused), configuration.local.toString(),
                   modeName(configuration), configuration.exchange.protocol, each.statistics.current,
                   Table::Cell::unlessZero(static_cast<std::uint64_t>(std::max(configuration.local.maxConnections, 0))),
                   std::uint64_t{waiting.length}, waiting.oldest});
    }
    return table;
}

/// The connections of all services, by state.
StateCounts statesOf(const StatusView& seen)
{
    StateCounts all;
    for (const ServiceStatus& each : seen.services)
        for (const auto& [state, number] : connectionStates(each.workers))
            all[state] += number;
    return all;
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

ServiceStatus::ServiceStatus(const ServiceView& view)
    : ServiceView(view)
    , configuration(service.proxy->configuration())
    , phase(service.proxy->phase())
    , statistics(service.proxy->statistics())
    , targets(service.proxy->targets())
    , errors(service.proxy->errors())
{
}

StatusView::StatusView(const std::vector<ServiceView>& views, Survey::Silent itsSilent, Duration itsUptime)
    : services(views.begin(), views.end())
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
    for (ServiceStatus& service : still.services)
    {
        for (TargetView& target : service.targets)
            stop(target.retryIn);
        for (WorkerView& worker : service.workers)
        {
            stop(worker.waits);
            for (ConnectionView& connection : worker.connections)
                connection.age = connection.pinned = {};
        }
    }
    return still;
}

StatusTotals::StatusTotals(const StatusView& seen)
{
    const ServiceStatus& first = seen.services.front();
    listen = seen.isNamed() ? countOf(seen.services) : first.configuration->local.toString();
    mode = modeName(*first.configuration);
    protocol = first.configuration->exchange.protocol;
    phase = ProxyInspector::Phase::ended;
    bool isLimited = true;
    for (const ServiceStatus& each : seen.services)
    {
        const Configuration& configuration = *each.configuration;
        mode = mode == modeName(configuration) ? mode : SEVERAL;
        protocol = protocol == configuration.exchange.protocol ? protocol : SEVERAL;
        phase = std::min(phase, each.phase); // one that a reload has removed is draining, and the process is not
        isLimited = isLimited && configuration.local.maxConnections > 0;
        maxClients += configuration.local.maxConnections;
        add(counted, each.statistics);
        paused = paused || each.statistics.paused;
        const QueueTotal waiting = queueTotal(each.workers);
        queue.length += waiting.length;
        queue.oldest = std::max(queue.oldest, waiting.oldest);
    }
    maxClients = isLimited || !seen.isNamed() ? maxClients : 0;
}

std::string statusJson(const StatusView& seen)
{
    const StatusTotals totals(seen);
    JsonText queue;
    queue.add("requests", static_cast<std::int64_t>(totals.queue.length));
    queue.add("oldestWait", seconds(totals.queue.oldest.value_or(Duration{})));
    JsonText object;
    object.add("version", VERSION)
        .add("phase", toString(totals.phase))
        .add("draining", totals.phase == ProxyInspector::Phase::draining)
        .add("paused", totals.paused)
        .add("uptime", seconds(seen.uptime))
        .add("listen", totals.listen)
        .add("mode", totals.mode)
        .add("protocol", totals.protocol)
        .add("clients", static_cast<std::int64_t>(totals.counted.current))
        .add("maxClients", totals.maxClients)
        .add("silentThreads", static_cast<std::int64_t>(seen.silent.size()))
        .add("queue", queue);
    std::string text = withMembers(object, {{"connections", toJson(statesOf(seen))},
                                            {"counters", counters(totals.counted).toString()},
                                            {"buckets", bucketsJson(totals.counted)},
                                            {"targets", tableOf(seen.services, &targetsOf).toJson()},
                                            {"lanes", tableOf(seen.services, &lanesTableOf).toJson()},
                                            {"errors", tableOf(seen.services, &errorsOf).toJson()}});
    if (seen.isNamed())
        text.replace(text.size() - 1, 1, ",\"services\":" + servicesTable(seen).toJson() + "}");
    return text;
}

std::string statusText(const StatusView& seen)
{
    const StatusTotals totals(seen);
    const Statistics& counted = totals.counted;
    std::string text = std::string("version   ") + VERSION + "\n";
    text += "phase     " + phaseText(totals.phase, totals.paused) + "\n";
    text += "uptime    " + shortText(seen.uptime) + "\n";
    text += "mode      " + totals.mode + ", protocol " + totals.protocol + "\n";
    text += "clients   " + std::to_string(counted.current) +
            (totals.maxClients > 0 ? " of " + std::to_string(totals.maxClients) : "") + ", " +
            std::to_string(counted.accepted) + " accepted since the start\n";
    text += "queue     " + std::to_string(totals.queue.length) + " requests" +
            (totals.queue.oldest ? ", the oldest waits for " + shortText(*totals.queue.oldest) : "") + "\n";
    for (const SilentReactor& reactor : seen.silent)
        text += "warning   " + reactor.name + " does not respond\n";
    if (seen.isNamed())
        text += "\n" + servicesTable(seen).toText();
    return text + "\n" + tableOf(seen.services, &targetsOf).toText();
}

std::string statusTag(const StatusView& seen)
{
    return Poco::NumberFormatter::formatHex(Poco::UInt64{std::hash<std::string>()(statusJson(seen.withoutAges()))});
}

} // namespace proximux::admin
