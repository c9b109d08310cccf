#include <proximux/telemetry/TargetMetrics.h>

#include <proximux/telemetry/Labels.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace proximux
{

namespace
{

/// Calls visit(target, number) for each target.
template <class Visit>
void eachTarget(const MetricSource& source, const Visit& visit)
{
    std::size_t number = 0;
    for (const TargetStatistics& target : source.statistics.targets)
        visit(target, std::to_string(++number));
}

/// One sample for each target, of a number or a duration.
template <class Member, class Owner>
void byTarget(MetricWriter& writer, const MetricSource& source, Member Owner::*member)
{
    eachTarget(source,
               [&writer, member](const TargetStatistics& target, const std::string& number) {
                   writer.sample(target.*member, {{"target", number}, {"address", target.address}});
               });
}

/// One sample for each target and each value of a further label.
template <class Values>
void byTargetAnd(MetricWriter& writer, const MetricSource& source, std::string_view label, const Values& values)
{
    eachTarget(
        source,
        [&writer, label, &values](const TargetStatistics& target, const std::string& number)
        {
            for (const auto& [name, count] : values(target))
                writer.sample(std::uint64_t{count}, {{"target", number}, {"address", target.address}, {label, name}});
        });
}

using Named = std::vector<std::pair<const char*, std::uint64_t>>;

/// A connection of a pinned client counts as tied alone; the two numbers may be of different moments.
Named connectionsOf(const TargetStatistics& target)
{
    return {{"opening", target.opening},
            {"idle", target.idle},
            {"busy", target.busy - std::min(target.busy, target.tied)},
            {"tied", target.tied}};
}

Named movesOf(const TargetStatistics& target)
{
    return {{"living", target.living}, {"dead", target.dead},      {"trial", target.trials},
            {"down", target.downs},    {"drained", target.drains}, {"closed", target.closes}};
}

Named connectFailuresOf(const TargetStatistics& target)
{
    Named named;
    for (std::size_t i = 0; i < CONNECT_FAILURES; ++i)
        named.emplace_back(toString(static_cast<ConnectFailure>(i)), target.connectFailures[i]);
    return named;
}

void targetLimits(MetricWriter& writer, const MetricSource& source)
{
    eachTarget(source,
               [&writer](const TargetStatistics& target, const std::string& number)
               {
                   if (target.limit > 0)
                       writer.sample(target.limit, {{"target", number}, {"address", target.address}});
               });
}

void targetsUp(MetricWriter& writer, const MetricSource& source)
{
    eachTarget(source,
               [&writer](const TargetStatistics& target, const std::string& number) {
                   writer.sample(std::uint64_t{target.up}, {{"target", number}, {"address", target.address}});
               });
}

} // namespace

std::vector<MetricInfo> targetMetrics()
{
    return {
        {"proximux_target_up", CounterKind::gauge, "target, address",
         "0 after a failed attempt to connect, until one succeeds, while health checks find the target down, and while "
         "an administrator has drained or closed it; otherwise 1.",
         targetsUp},
        {"proximux_target_connections", CounterKind::gauge, "target, address, state",
         "Connections to the target. opening: also open ones that are not in use yet; idle: no request; busy: requests "
         "in flight, or in proxy mode a client; tied: a pinned client.",
         [](MetricWriter& w, const MetricSource& s) { byTargetAnd(w, s, "state", connectionsOf); }},
        {"proximux_target_connections_limit", CounterKind::gauge, "target, address",
         "Connections that the target may have: 1 in fifo, target.N.connections in funnel. Absent in proxy mode.",
         targetLimits},
        {"proximux_target_state_changes_total", CounterKind::counter, "target, address, to",
         "Changes of the target's health. dead: an attempt failed; trial: one connection tests it; living: it is "
         "back; down: health checks have failed (check.fall); drained, closed: by the admin commands target drain and "
         "target close.",
         [](MetricWriter& w, const MetricSource& s) { byTargetAnd(w, s, "to", movesOf); }},
        {"proximux_target_down_seconds_total", CounterKind::counter, "target, address",
         "Time in which the target was not living.",
         [](MetricWriter& w, const MetricSource& s) { byTarget(w, s, &TargetStatistics::down); }},
        {"proximux_target_connect_failures_total", CounterKind::counter, "target, address, reason",
         "Failed attempts to connect. shortage: of descriptors, ports or memory on this host, which is no failure of "
         "the target.",
         [](MetricWriter& w, const MetricSource& s) { byTargetAnd(w, s, "reason", connectFailuresOf); }},
        {"proximux_target_check_failures_total", CounterKind::counter, "target, address",
         "Failed health checks of the target (check.interval).",
         [](MetricWriter& w, const MetricSource& s) { byTarget(w, s, &TargetStatistics::checksFailed); }},
        {"proximux_target_desyncs_total", CounterKind::counter, "target, address",
         "Connections closed because the target sent unsolicited bytes: two responses to one request, a late one, an "
         "unknown id.",
         [](MetricWriter& w, const MetricSource& s) { byTarget(w, s, &TargetStatistics::desyncs); }},
    };
}

} // namespace proximux
