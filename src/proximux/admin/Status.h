#pragma once

#include <proximux/proxy/ProxyInspector.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace proximux::admin
{

/// What is seen of a Proxy at one time: all pages with the status show the same.
struct StatusView
{
    static constexpr std::size_t MOST_LANES = 100; ///< that are shown one by one

    std::shared_ptr<const Configuration> configuration;
    ProxyInspector::Phase phase{};
    Statistics statistics;
    std::vector<TargetView> targets;
    std::vector<RecentError> errors;
    std::vector<WorkerView> workers;
    std::vector<std::size_t> silent; ///< reactors that did not respond
    Duration uptime;

    /// workers, silent: what a Survey has found.
    StatusView(const ProxyInspector& proxy, std::vector<WorkerView> workers, std::vector<std::size_t> silent,
               Duration uptime);

    /// The same with all times set to 0 that only pass: equal as long as nothing happens.
    [[nodiscard]] StatusView withoutAges() const;
};

/// The object of /status.json.
std::string statusJson(const StatusView& seen);

/// The same, shorter, for people.
std::string statusText(const StatusView& seen);

/// A row of numbers for the proxy and one for each target, behind a line of names.
std::string statusCsv(const StatusView& seen);

/// A hash that differs as soon as something has happened; time alone does not change it.
std::string statusTag(const StatusView& seen);

} // namespace proximux::admin
