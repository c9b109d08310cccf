#pragma once

#include <proximux/admin/Table.h>
#include <proximux/proxy/ProxyInspector.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace proximux::admin
{

// What is shown of a Proxy: tables, and the object of /status.json.

Table clientsTable(const std::vector<WorkerView>& views);

/// The targets themselves.
Table targetsTable(const std::vector<TargetView>& targets);

/// Their connections.
Table connectionsTable(const std::vector<WorkerView>& views);

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

/// What a status is made of.
struct StatusSource
{
    const ProxyInspector& proxy;
    const std::vector<WorkerView>& views;
    const std::vector<std::size_t>& silent; ///< reactors that did not respond
    Duration uptime;
};

/// The object of /status.json.
std::string statusJson(const StatusSource& source);

/// The same, shorter, for people.
std::string statusText(const StatusSource& source);

/// Why the Proxy is not ready, one reason a line; empty: it is.
std::vector<std::string> obstacles(const ProxyInspector& proxy);

/// How a reactor is named to people: "thread 1".
std::string reactorName(std::size_t reactor);

} // namespace proximux::admin
