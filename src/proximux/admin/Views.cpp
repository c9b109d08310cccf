#include <proximux/admin/Views.h>

#include <proximux/Log.h>
#include <proximux/Pins.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace proximux::admin
{

namespace
{

using Cell = Table::Cell;

/// Of a UNIX socket that is its process, since it has no address.
std::string addressOrProcess(const ClientInfo& info)
{
    if (info.process)
        return info.address + " uid=" + std::to_string(info.process->uid) + " pid=" + std::to_string(info.process->pid);
    if (info.port == 0)
        return info.address;
    return Endpoint{info.address, info.port}.toString();
}

/// With the name of its certificate.
std::string peerOf(const ClientInfo& info)
{
    return addressOrProcess(info) + (info.tls && !info.tls->name.empty() ? " certificate=" + info.tls->name : "");
}

std::optional<Duration> pinnedFor(unsigned reasons, Duration time)
{
    return reasons != 0 ? std::optional<Duration>(time) : std::nullopt;
}

} // namespace

std::string pinNames(unsigned reasons)
{
    std::string names;
    for (std::size_t i = 0; i < pins::COUNT; ++i)
        if ((reasons >> i & 1U) != 0)
            names.append(names.empty() ? "" : ", ").append(pins::NAMES[i]);
    return names;
}

Table clientsTable(const std::vector<WorkerView>& views)
{
    Table table({"id", "address", "since", "state", "requests", "inFlight", "queued", "waits", "bytesIn", "bytesOut",
                 "connection", "pinned", "pinnedFor"});
    for (const WorkerView& view : views)
        for (const ClientView& each : view.clients)
            table.add({each.info.number, peerOf(each.info), Cell(each.age), each.state, each.requests,
                       std::uint64_t{each.inFlight}, std::uint64_t{each.queued}, each.waits, each.bytesIn,
                       each.bytesOut, Cell::unlessZero(each.connection), pinNames(each.pins),
                       pinnedFor(each.pins, each.pinned)});
    return table;
}

Table targetsTable(const std::vector<TargetView>& targets, const std::vector<WorkerView>& views)
{
    Table table({"target", "address", "state", "connections", "states", "retryIn", "lastErrorTime", "lastError"});
    for (std::size_t i = 0; i < targets.size(); ++i)
    {
        const TargetView& each = targets[i];
        const StateCounts states = connectionStates(views, i + 1);
        Cell inStates(toText(states));
        inStates.json = toJson(states);
        table.add({std::uint64_t{i + 1}, each.address, each.state, std::uint64_t{each.connections}, inStates,
                   each.retryIn, each.lastError ? timeText(each.lastError->time) : "",
                   each.lastError ? each.lastError->text : ""});
    }
    return table;
}

Table connectionsTable(const std::vector<WorkerView>& views)
{
    Table table({"connection", "target", "address", "state", "since", "inFlight", "client", "pinned", "pinnedFor"});
    for (const WorkerView& view : views)
        for (const ConnectionView& each : view.connections)
            table.add({std::uint64_t{each.number}, std::uint64_t{each.target}, each.address, each.state, Cell(each.age),
                       std::uint64_t{each.inFlight}, Cell::unlessZero(each.client), pinNames(each.pins),
                       pinnedFor(each.pins, each.pinned)});
    return table;
}

std::vector<LaneView> lanesOf(const std::vector<WorkerView>& views, std::size_t most)
{
    std::vector<const ConnectionView*> all;
    for (const WorkerView& view : views)
        for (const ConnectionView& each : view.connections)
            all.push_back(&each);
    const auto isFirst = [](const ConnectionView* a, const ConnectionView* b) {
        return std::make_tuple(a->pins == 0, b->pinned, a->number) <
               std::make_tuple(b->pins == 0, a->pinned, b->number);
    };
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(most, all.size()));
    std::partial_sort(all.begin(), end, all.end(), isFirst);
    std::vector<LaneView> lanes;
    std::map<std::uint64_t, std::string> addresses; ///< by the number of the client
    for (auto each = all.begin(); each != end; ++each)
    {
        lanes.push_back({**each, ""});
        addresses[(*each)->client];
    }
    for (const WorkerView& view : views)
        for (const ClientView& each : view.clients)
            if (const auto found = addresses.find(each.info.number); found != addresses.end())
                found->second = peerOf(each.info);
    for (LaneView& lane : lanes)
        lane.clientAddress = addresses[lane.connection.client];
    return lanes;
}

Table lanesTable(const std::vector<LaneView>& lanes)
{
    Table table({"connection", "target", "address", "state", "inFlight", "client", "clientAddress", "pinned",
                 "pinnedFor", "since"});
    for (const LaneView& lane : lanes)
    {
        const ConnectionView& each = lane.connection;
        table.add({std::uint64_t{each.number}, std::uint64_t{each.target}, each.address, each.state,
                   std::uint64_t{each.inFlight}, Cell::unlessZero(each.client), lane.clientAddress, pinNames(each.pins),
                   pinnedFor(each.pins, each.pinned), Cell(each.age)});
    }
    return table;
}

Table queueTable(const std::vector<WorkerView>& views)
{
    std::vector<const ClientView*> waiting;
    for (const WorkerView& view : views)
        for (const ClientView& each : view.clients)
            if (each.waits)
                waiting.push_back(&each);
    std::sort(waiting.begin(), waiting.end(),
              [](const ClientView* a, const ClientView* b) { return *a->waits > *b->waits; });
    Table table({"id", "address", "waits", "queued", "inFlight"});
    for (const ClientView* each : waiting)
        table.add({each->info.number, peerOf(each->info), each->waits, std::uint64_t{each->queued},
                   std::uint64_t{each->inFlight}});
    return table;
}

Table errorsTable(const std::vector<RecentError>& errors)
{
    Table table({"time", "name", "text"});
    for (const RecentError& each : errors)
        table.add({timeText(each.time), each.name, each.text});
    return table;
}

QueueTotal queueTotal(const std::vector<WorkerView>& views)
{
    QueueTotal total;
    for (const WorkerView& view : views)
    {
        total.length += view.queued;
        if (view.waits && (!total.oldest || *total.oldest < *view.waits))
            total.oldest = view.waits;
    }
    return total;
}

StateCounts connectionStates(const std::vector<WorkerView>& views, std::size_t target)
{
    StateCounts states;
    for (const WorkerView& view : views)
        for (const ConnectionView& each : view.connections)
            if (target == 0 || each.target == target)
                ++states[each.state];
    return states;
}

std::string toText(const StateCounts& states)
{
    std::string text;
    for (const auto& [state, number] : states)
        text.append(text.empty() ? "" : ", ").append(std::to_string(number)).append(" ").append(state);
    return text;
}

std::string toJson(const StateCounts& states)
{
    JsonText object;
    for (const auto& [state, number] : states)
        object.add(state, static_cast<std::int64_t>(number));
    return object.toString();
}

std::vector<std::string> obstacles(const InspectedService& service)
{
    using Phase = ProxyInspector::Phase;
    const ProxyInspector& proxy = *service.proxy;
    std::vector<std::string> found;
    switch (proxy.phase())
    {
    case Phase::starting:
        found.emplace_back("starting: it does not listen yet");
        break;
    case Phase::serving:
        break;
    case Phase::draining:
        found.emplace_back("draining: it is about to end");
        break;
    case Phase::ended:
        found.emplace_back("it has ended");
        break;
    }
    const std::vector<TargetView> targets = proxy.targets();
    const auto usable = static_cast<std::size_t>(
        std::count_if(targets.begin(), targets.end(), [](const TargetView& each) { return each.mayBeTried; }));
    const std::size_t wanted = proxy.configuration()->admin.readyTargets;
    if (usable < wanted)
        found.push_back("targets that can be used: " + std::to_string(usable) + " of " +
                        std::to_string(targets.size()) + "; expected at least " + std::to_string(wanted) +
                        " (admin.ready_targets)");
    for (std::string& each : found)
        each.insert(0, service.name.empty() ? "" : service.name + ": ");
    return found;
}

std::string reactorName(const std::string& service, std::size_t reactor)
{
    return (service.empty() ? "" : service + " ") + "thread " + std::to_string(reactor + 1);
}

} // namespace proximux::admin
