#pragma once

#include <proximux/Instant.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace proximux
{

/// Decides which failed attempts to connect to a target are logged: the first, one for each other cause, and then one a
/// minute, so that a target that is down does not fill the log. Any thread.
class OutageRecords
{
public:
    static constexpr Duration INTERVAL = Duration::seconds(60);

    /// An attempt has failed for this cause. Returns the number of attempts that were not logged since the last record,
    /// or nothing: do not log this one, either. target: its index.
    std::optional<std::uint64_t> failed(std::size_t target, const std::string& cause, Instant now);

    /// The target was connected. Returns the number of attempts that had failed since the last time it was.
    std::uint64_t connected(std::size_t target);

private:
    struct Outage
    {
        std::uint64_t attempts = 0;
        std::uint64_t unlogged = 0;
        std::string cause; ///< of the last record
        Instant next;
    };

    /// Of a target, which is made if there is none. With the lock.
    Outage& of(std::size_t target);

    std::mutex _mutex;
    std::vector<Outage> _outages;
};

} // namespace proximux
