#pragma once

#include <proximux/Instant.h>

#include <algorithm>
#include <cstdint>

namespace proximux
{

/// How long a target connection's place was kept from others by clients that read or send slowly. Each of them adds to
/// it, so that many cannot do one after the other what one may not do alone; a quarter of the time in which nobody does
/// so is given back. Bytes pay for the time before them, so that transfers at a fair speed add nothing.
///
/// Up to the limit it is first come, first served. Beyond that a client still has half of what is left of an eighth
/// more: a client that is held only for a moment is not closed for what others did, and all of it together is bounded.
class StallBudget
{
public:
    /// Somebody kept the place from others in this time, at whose end so many bytes passed.
    void charge(Instant since, Instant now, std::uint64_t bytes)
    {
        const auto paid = static_cast<std::int64_t>(std::min(bytes, MANY) * 1000000 / FAIR);
        _used = {used(since).us + std::max<std::int64_t>((now - since).us - paid, 0)};
        _until = now;
    }

    /// How long a client may keep it from others from now on.
    [[nodiscard]] Duration left(Duration limit, Instant now) const
    {
        const std::int64_t spent = used(now).us;
        const std::int64_t most = limit.us + limit.us / 8;
        return {std::max({limit.us - spent, (most - spent) / 2, std::int64_t{0}})};
    }

private:
    static constexpr std::int64_t RECOVERY = 4;           ///< a second is given back in so many
    static constexpr std::uint64_t FAIR = 65536;          ///< bytes a second
    static constexpr std::uint64_t MANY = FAIR * 1000000; ///< pays for any time that there can be

    [[nodiscard]] Duration used(Instant now) const
    {
        return {std::max<std::int64_t>(_used.us - std::max<std::int64_t>((now - _until).us, 0) / RECOVERY, 0)};
    }

    Duration _used;
    Instant _until; ///< when somebody kept it last
};

} // namespace proximux
