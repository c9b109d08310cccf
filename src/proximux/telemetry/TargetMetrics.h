#pragma once

#include <proximux/telemetry/Metrics.h>

#include <vector>

namespace proximux
{

/// The rows of the table of metrics that have a sample for each target.
std::vector<MetricInfo> targetMetrics();

} // namespace proximux
