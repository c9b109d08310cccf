#pragma once

#include <proximux/Histogram.h>

#include <cstdint>
#include <optional>

namespace proximux
{

/// The duration that this share of all counted durations does not exceed: 0.5 is the median. Within a bucket they are
/// taken to be spread evenly; those above the last bound are taken to be that bound. Nothing: none was counted.
std::optional<Duration> quantileOf(const Histogram<std::uint64_t>& histogram, double share);

} // namespace proximux
