#pragma once

#include <proximux/Histogram.h>
#include <proximux/base/LiveValue.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

namespace proximux
{

/// The histogram of one worker.
using LiveHistogram = Histogram<LiveValue>;

namespace histogram
{

/// The first bucket whose bound is greater than the value.
constexpr std::size_t firstAbove(std::uint64_t value)
{
    std::size_t i = 0;
    while (i < HISTOGRAM_BOUNDS.size() && static_cast<std::uint64_t>(HISTOGRAM_BOUNDS[i]) <= value)
        ++i;
    return i;
}

/// For each highest bit of a value, the result of firstAbove() for the smallest such value.
constexpr std::array<std::uint8_t, 64> firstByBit()
{
    std::array<std::uint8_t, 64> first{};
    for (std::size_t bit = 0; bit < first.size(); ++bit)
        first[bit] = static_cast<std::uint8_t>(firstAbove(std::uint64_t{1} << bit));
    return first;
}

constexpr bool hasOneBoundPerBit()
{
    for (std::size_t bit = 0; bit + 1 < 64; ++bit)
        if (firstAbove((std::uint64_t{1} << (bit + 1)) - 1) > firstAbove(std::uint64_t{1} << bit) + 1)
            return false;
    return true;
}

static_assert(hasOneBoundPerBit(), "at most one bound between a power of two and the next");

inline constexpr std::array<std::uint8_t, 64> FIRST_BY_BIT = firstByBit();

/// The highest bit of a value that is not 0, by the exponent of a floating-point number.
inline std::size_t highestBit(std::int64_t value)
{
    static_assert(std::numeric_limits<double>::is_iec559);
    constexpr unsigned MANTISSA = 52;
    constexpr std::uint64_t BIAS = 1023;
    const auto number = static_cast<double>(value);
    std::uint64_t bits = 0;
    std::memcpy(&bits, &number, sizeof(bits));
    return static_cast<std::size_t>((bits >> MANTISSA) - BIAS);
}

/// The bucket of a duration; a negative one counts as 0. No loop and no division: a table by the highest bit and one
/// comparison.
inline std::size_t bucketOf(Duration duration)
{
    const std::int64_t below = duration.us > 0 ? duration.us - 1 : 0;
    const std::size_t first = FIRST_BY_BIT[highestBit(below | 1)];
    const bool above = first < HISTOGRAM_BOUNDS.size() && below >= HISTOGRAM_BOUNDS[first];
    return first + (above ? 1 : 0);
}

} // namespace histogram

/// Counts a duration. In the thread of the worker.
inline void count(LiveHistogram& histogram, Duration duration)
{
    histogram.buckets[histogram::bucketOf(duration)] += 1;
    histogram.sum += static_cast<std::uint64_t>(duration.us > 0 ? duration.us : 0);
}

} // namespace proximux
