#pragma once

#include <proximux/Instant.h>

#include <algorithm>
#include <cstdint>

namespace proximux
{

/// How often something may happen: so many times a second, and as many at once. It costs an Instant, and no deadline.
class TokenBucket
{
public:
    /// perSecond: 0 and less for without a limit.
    explicit TokenBucket(std::int64_t perSecond)
        : _each(perSecond > 0 ? Duration::microseconds(std::max<std::int64_t>(1000000 / perSecond, 1)) : Duration{0})
    {
    }

    /// Whether it may happen now.
    [[nodiscard]] bool has(Instant now) const { return _full.us + _each.us <= now.us + ALL; }

    /// It happened, whether it might or not.
    void take(Instant now) { _full.us = std::max(_full.us, now.us) + _each.us; }

private:
    static constexpr std::int64_t ALL = 1000000; ///< the time in which an empty one is full

    Duration _each;
    Instant _full; ///< when it is full again
};

} // namespace proximux
