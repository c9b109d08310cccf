#pragma once

#include <cstdint>
#include <limits>

namespace proximux
{

/// A length of time in microseconds. Negative means "off" where a setting allows that.
struct Duration
{
    std::int64_t us = 0;

    static constexpr Duration microseconds(std::int64_t n) { return {n}; }
    static constexpr Duration milliseconds(std::int64_t n) { return {n * 1000}; }
    static constexpr Duration seconds(std::int64_t n) { return {n * 1000000}; }
    static constexpr Duration off() { return {-1}; }

    [[nodiscard]] constexpr bool isOff() const { return us < 0; }
    [[nodiscard]] constexpr double asMilliseconds() const { return static_cast<double>(us) / 1000.0; }
};

constexpr bool operator==(Duration a, Duration b)
{
    return a.us == b.us;
}
constexpr bool operator!=(Duration a, Duration b)
{
    return a.us != b.us;
}
constexpr bool operator<(Duration a, Duration b)
{
    return a.us < b.us;
}
constexpr bool operator<=(Duration a, Duration b)
{
    return a.us <= b.us;
}
constexpr bool operator>(Duration a, Duration b)
{
    return a.us > b.us;
}
constexpr bool operator>=(Duration a, Duration b)
{
    return a.us >= b.us;
}

constexpr Duration operator+(Duration a, Duration b)
{
    return {a.us + b.us};
}

/// A point on a monotonic clock with an arbitrary origin. The core receives instants as arguments; it never reads a
/// clock.
struct Instant
{
    std::int64_t us = 0;

    static constexpr Instant never() { return {std::numeric_limits<std::int64_t>::max()}; }
};

constexpr bool operator==(Instant a, Instant b)
{
    return a.us == b.us;
}
constexpr bool operator!=(Instant a, Instant b)
{
    return a.us != b.us;
}
constexpr bool operator<(Instant a, Instant b)
{
    return a.us < b.us;
}
constexpr bool operator<=(Instant a, Instant b)
{
    return a.us <= b.us;
}
constexpr bool operator>(Instant a, Instant b)
{
    return a.us > b.us;
}
constexpr bool operator>=(Instant a, Instant b)
{
    return a.us >= b.us;
}
constexpr Instant operator+(Instant a, Duration d)
{
    return {a.us + d.us};
}
constexpr Instant operator-(Instant a, Duration d)
{
    return {a.us - d.us};
}
constexpr Duration operator-(Instant a, Instant b)
{
    return {a.us - b.us};
}

} // namespace proximux
