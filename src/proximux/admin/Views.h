#pragma once

#include <proximux/admin/Survey.h>
#include <proximux/admin/Table.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace proximux::admin
{

// What is shown of services: tables, and the object of /status.json.

inline const std::string& nameOf(const InspectedService& service)
{
    return service.name;
}

inline const std::string& nameOf(const ServiceView& view)
{
    return view.service.name;
}

/// The tables of all services as one. Of those with names the first column says whose a row is. services: a list, not
/// empty, of anything that has a name; make: makes the table of one.
template <class List, class Make>
Table tableOf(const List& services, const Make& make)
{
    Table first = make(services.front());
    if (nameOf(services.front()).empty())
        return first;
    Table all = first.behind("service");
    for (const auto& service : services)
        all.addAll(nameOf(service), make(service));
    return all;
}

Table clientsTable(const std::vector<WorkerView>& views);

/// The targets themselves. views: their connections.
Table targetsTable(const std::vector<TargetView>& targets, const std::vector<WorkerView>& views);

/// Their connections.
Table connectionsTable(const std::vector<WorkerView>& views);

/// A target connection with the address of the client that has it alone.
struct LaneView
{
    ConnectionView connection;
    std::string clientAddress; ///< or empty
};

/// At most this many of them: those of pinned clients first, the longest pin first.
std::vector<LaneView> lanesOf(const std::vector<WorkerView>& views, std::size_t most);
Table lanesTable(const std::vector<LaneView>& lanes);

/// The reasons of a pin (pins::), by name: "transaction, watch".
std::string pinNames(unsigned reasons);

/// The clients whose requests wait.
Table queueTable(const std::vector<WorkerView>& views);
Table errorsTable(const std::vector<RecentError>& errors);

/// The requests that wait, of all workers.
struct QueueTotal
{
    std::size_t length = 0;
    std::optional<Duration> oldest; ///< for which the oldest waits
};
QueueTotal queueTotal(const std::vector<WorkerView>& views);

/// How many target connections are in which state.
using StateCounts = std::map<std::string, std::uint64_t>;

/// target: its number; 0: all.
StateCounts connectionStates(const std::vector<WorkerView>& views, std::size_t target = 0);

/// "2 idle, 1 pinned"; empty: none.
std::string toText(const StateCounts& states);

/// An object of JSON.
std::string toJson(const StateCounts& states);

/// Why a service is not ready, one reason a line; empty: it is.
std::vector<std::string> obstacles(const InspectedService& service);

/// How a reactor is named to people: "thread 1", and of a service that has a name "plc1 thread 1".
std::string reactorName(const std::string& service, std::size_t reactor);

} // namespace proximux::admin
