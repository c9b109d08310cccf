#pragma once

#include <proximux/Statistics.h>
#include <proximux/system/ProcessFacts.h>
#include <proximux/telemetry/Counters.h>
#include <proximux/telemetry/MetricWriter.h>

#include <string>
#include <vector>

namespace proximux
{

/// What metrics are read from.
struct MetricSource
{
    const Statistics& statistics;
    const ProcessFacts& process;
};

/// The statistics of a service, and its name among several; empty: it has none.
struct ServiceStatistics
{
    std::string service;
    Statistics statistics;
};

/// A metric: a row of the table in Metrics.cpp.
struct MetricInfo
{
    const char* name;
    CounterKind kind;
    const char* labels; ///< as in a document: "target, address"
    const char* help;
    void (*write)(MetricWriter& writer, const MetricSource& source); ///< its samples; none: there is nothing to say
    bool isOfProcess = false;                                        ///< and so without the label of a service
};

/// The table.
const std::vector<MetricInfo>& metrics();

/// All metrics in the text format of Prometheus (exposition 0.0.4), of at least one service. Any thread.
std::string metricsText(const std::vector<ServiceStatistics>& services, const ProcessFacts& process);

/// docs/metrics.md.
std::string metricsMarkdown();

} // namespace proximux
