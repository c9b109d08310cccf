#include <app/StatusSample.h>

#include <proximux/telemetry/Quantile.h>

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <algorithm>
#include <utility>

namespace proximux
{

namespace
{

using Poco::JSON::Array;
using Poco::JSON::Object;

/// Empty: it is missing, or null.
std::string textOf(const Object& object, const char* name)
{
    return object.has(name) && !object.isNull(name) ? object.getValue<std::string>(name) : std::string();
}

template <class Number>
Number numberOf(const Object& object, const char* name)
{
    return object.has(name) && !object.isNull(name) ? object.getValue<Number>(name) : Number{};
}

std::optional<Duration> secondsOf(const Object& object, const char* name)
{
    constexpr double SECOND = 1e6;
    if (!object.has(name) || object.isNull(name))
        return std::nullopt;
    return Duration{static_cast<std::int64_t>(object.getValue<double>(name) * SECOND)};
}

Object::Ptr objectOf(const Object& object, const char* name)
{
    const Object::Ptr found = object.getObject(name);
    return found.isNull() ? Object::Ptr(new Object()) : found;
}

Array::Ptr listOf(const Object& object, const char* name)
{
    const Array::Ptr found = object.getArray(name);
    return found.isNull() ? Array::Ptr(new Array()) : found;
}

template <class Row>
std::vector<Row> rowsOf(const Object& object, const char* name, Row (*make)(const Object& object))
{
    const Array::Ptr list = listOf(object, name);
    std::vector<Row> rows;
    for (unsigned i = 0; i < list->size(); ++i)
        rows.push_back(make(*list->getObject(i)));
    return rows;
}

/// A name with that of its service in front, if that has one.
std::string nameIn(const Object& object, const std::string& name)
{
    const std::string service = textOf(object, "service");
    return service.empty() ? name : service + " " + name;
}

StatusSample::Target targetOf(const Object& object)
{
    StatusSample::Target target;
    target.name = nameIn(object, textOf(object, "target") + ": " + textOf(object, "address"));
    target.state = textOf(object, "state");
    const Object::Ptr states = objectOf(object, "states");
    for (const auto& [state, number] : *states)
        target.connections += (target.connections.empty() ? "" : ", ") + number.toString() + " " + state;
    target.retryIn = secondsOf(object, "retryIn");
    if (const std::string error = textOf(object, "lastError"); !error.empty())
        target.lastError = textOf(object, "lastErrorTime") + " " + error;
    return target;
}

StatusSample::Lane laneOf(const Object& object)
{
    const std::string client = textOf(object, "client");
    StatusSample::Lane lane;
    lane.connection = nameIn(object, textOf(object, "connection"));
    lane.target = textOf(object, "target") + ": " + textOf(object, "address");
    lane.state = textOf(object, "state");
    lane.inFlight = textOf(object, "inFlight");
    lane.client = client.empty() ? client : client + " at " + textOf(object, "clientAddress");
    lane.pinned = textOf(object, "pinned");
    lane.pinnedFor = secondsOf(object, "pinnedFor");
    return lane;
}

void readCounters(StatusSample& sample, const Object& counters)
{
    const Object::Ptr outcomes = objectOf(counters, "requests");
    for (const auto& [outcome, number] : *outcomes)
        sample.requests += number.convert<std::uint64_t>();
    sample.errors = numberOf<std::uint64_t>(*outcomes, "error") + numberOf<std::uint64_t>(counters, "failed");
    sample.accepted = numberOf<std::uint64_t>(counters, "accepted");
    sample.bytesIn = numberOf<std::uint64_t>(counters, "bytesIn");
    sample.bytesOut = numberOf<std::uint64_t>(counters, "bytesOut");
}

/// A proxy of another version may have other buckets; then there are none.
void readBuckets(StatusSample& sample, const Object& buckets)
{
    const Array::Ptr bounds = listOf(buckets, "bounds");
    const Array::Ptr counts = listOf(buckets, "requestDuration");
    bool isSame = bounds->size() == HISTOGRAM_BOUNDS.size() && counts->size() == HISTOGRAM_BUCKETS;
    for (unsigned i = 0; isSame && i < HISTOGRAM_BOUNDS.size(); ++i)
        isSame = bounds->getElement<std::int64_t>(i) == HISTOGRAM_BOUNDS[i];
    for (unsigned i = 0; isSame && i < HISTOGRAM_BUCKETS; ++i)
        sample.responses.buckets[i] = counts->getElement<std::uint64_t>(i);
}

StatusSample read(const Object& object)
{
    StatusSample sample;
    sample.version = textOf(object, "version");
    sample.phase = textOf(object, "phase");
    sample.paused = object.optValue("paused", false);
    sample.listen = textOf(object, "listen");
    sample.mode = textOf(object, "mode");
    sample.protocol = textOf(object, "protocol");
    sample.uptime = secondsOf(object, "uptime").value_or(Duration{});
    sample.clients = numberOf<std::uint64_t>(object, "clients");
    sample.maxClients = numberOf<std::int64_t>(object, "maxClients");
    sample.silentThreads = numberOf<std::uint64_t>(object, "silentThreads");
    const Object::Ptr queue = objectOf(object, "queue");
    sample.queued = numberOf<std::uint64_t>(*queue, "requests");
    sample.oldestWait = secondsOf(*queue, "oldestWait").value_or(Duration{});
    readCounters(sample, *objectOf(object, "counters"));
    readBuckets(sample, *objectOf(object, "buckets"));
    sample.targets = rowsOf(object, "targets", &targetOf);
    sample.lanes = rowsOf(object, "lanes", &laneOf);
    return sample;
}

std::uint64_t grown(std::uint64_t from, std::uint64_t to)
{
    return to > from ? to - from : 0;
}

} // namespace

std::optional<StatusSample> StatusSample::parse(const std::string& json)
{
    try
    {
        return read(*Poco::JSON::Parser().parse(json).extract<Object::Ptr>());
    }
    catch (const Poco::Exception&)
    {
        return std::nullopt; // the caller says so
    }
}

StatusTrend::StatusTrend(const StatusSample& from, const StatusSample& to)
    : span{std::max<std::int64_t>(to.uptime.us - from.uptime.us, 0)}
    , errors(grown(from.errors, to.errors))
{
    constexpr double SECOND = 1e6;
    const auto perSecond = [this](std::uint64_t before, std::uint64_t after)
    { return span.us > 0 ? static_cast<double>(grown(before, after)) * SECOND / static_cast<double>(span.us) : 0; };
    requests = perSecond(from.requests, to.requests);
    bytesIn = perSecond(from.bytesIn, to.bytesIn);
    bytesOut = perSecond(from.bytesOut, to.bytesOut);
    Histogram<std::uint64_t> between;
    for (std::size_t i = 0; i < HISTOGRAM_BUCKETS; ++i)
        between.buckets[i] = grown(from.responses.buckets[i], to.responses.buckets[i]);
    median = quantileOf(between, 0.5);
    p99 = quantileOf(between, 0.99);
}

void StatusHistory::add(StatusSample sample)
{
    if (!_samples.empty() && sample.uptime < _samples.back().uptime)
        _samples.clear();
    while (!_samples.empty() && _samples.front().uptime + KEPT < sample.uptime)
        _samples.pop_front();
    _samples.push_back(std::move(sample));
}

StatusTrend StatusHistory::now() const
{
    return {_samples.size() > 1 ? _samples[_samples.size() - 2] : StatusSample(), latest()};
}

StatusTrend StatusHistory::minute() const
{
    return {_samples.size() > 1 ? _samples.front() : StatusSample(), latest()};
}

} // namespace proximux
