#pragma once

#include <proximux/admin/Survey.h>
#include <proximux/admin/Views.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace proximux::admin
{

/// What is seen of a service at one time.
struct ServiceStatus : ServiceView
{
    std::shared_ptr<const Configuration> configuration;
    ProxyInspector::Phase phase{};
    Statistics statistics;
    std::vector<TargetView> targets;
    std::vector<RecentError> errors;

    explicit ServiceStatus(const ServiceView& view);
};

/// What is seen of all services at one time: all pages with the status show the same.
struct StatusView
{
    static constexpr std::size_t MOST_LANES = 100; ///< of a service that are shown one by one

    std::vector<ServiceStatus> services; ///< at least one
    Survey::Silent silent;
    Duration uptime;

    /// views, silent: what a Survey has found.
    StatusView(const std::vector<ServiceView>& views, Survey::Silent silent, Duration uptime);

    /// Whether services have names.
    [[nodiscard]] bool isNamed() const { return !services.front().service.name.empty(); }

    /// The same with all times set to 0 that only pass: equal as long as nothing happens.
    [[nodiscard]] StatusView withoutAges() const;
};

/// All services together; of one without a name: that.
struct StatusTotals
{
    std::string listen;   ///< the address, or how many services there are
    std::string mode;     ///< "several" if they differ
    std::string protocol; ///< likewise
    ProxyInspector::Phase phase{};
    bool paused = false;         ///< one of them is
    std::int64_t maxClients = 0; ///< 0 or less: no limit
    Statistics counted;          ///< the counters
    QueueTotal queue;

    explicit StatusTotals(const StatusView& seen);
};

/// The object of /status.json.
std::string statusJson(const StatusView& seen);

/// The same, shorter, for people.
std::string statusText(const StatusView& seen);

/// A row of numbers for each service and one for each of its targets, behind a line of names.
std::string statusCsv(const StatusView& seen);

/// A hash that differs as soon as something has happened; time alone does not change it.
std::string statusTag(const StatusView& seen);

} // namespace proximux::admin
