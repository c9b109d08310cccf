#pragma once

#include <proximux/admin/Table.h>
#include <proximux/proxy/ProxyInspector.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace proximux::admin
{

// What is shown of a Proxy: tables, and the object of /status.json.

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

/// Why the Proxy is not ready, one reason a line; empty: it is.
std::vector<std::string> obstacles(const ProxyInspector& proxy);

/// How a reactor is named to people: "thread 1".
std::string reactorName(std::size_t reactor);

} // namespace proximux::admin
