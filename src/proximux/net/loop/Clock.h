#pragma once

#include <proximux/Instant.h>

#include <chrono>

namespace proximux
{

/// The source of a reactor's time.
class Clock
{
public:
    virtual ~Clock() = default;

    [[nodiscard]] virtual Instant now() const = 0;
};

/// The system's monotonic clock.
class SteadyClock : public Clock
{
public:
    [[nodiscard]] Instant now() const override
    {
        const auto since = std::chrono::steady_clock::now().time_since_epoch();
        return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
    }
};

} // namespace proximux
