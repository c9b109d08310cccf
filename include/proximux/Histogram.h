#pragma once

#include <proximux/Instant.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace proximux
{

/// The upper bounds of the buckets of all histograms, in microseconds: 50 us to 30 s. A duration belongs to the first
/// bucket whose bound it does not exceed; the last bucket has no bound.
constexpr std::array<std::int64_t, 18> HISTOGRAM_BOUNDS{50,     100,     250,     500,     1000,     2500,
                                                        5000,   10000,   25000,   50000,   100000,   250000,
                                                        500000, 1000000, 2500000, 5000000, 10000000, 30000000};

constexpr std::size_t HISTOGRAM_BUCKETS = HISTOGRAM_BOUNDS.size() + 1;

/// How often durations were counted, by bucket, and their sum.
template <class Value>
struct Histogram
{
    std::array<Value, HISTOGRAM_BUCKETS> buckets{};
    Value sum{}; ///< microseconds
};

} // namespace proximux
