#pragma once

#include <proximux/Instant.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace proximux
{

/// Decides which failed attempts to connect to a target, or to log in there, are logged: the first, one for each other
/// cause, and then one a minute, so that a target that is down does not fill the log. Any thread.
class OutageRecords
{
public:
    static constexpr Duration INTERVAL = Duration::seconds(60);

    /// An attempt has failed for this cause. Returns the number of attempts that were not logged since the last record,
    /// or nothing: do not log this one, either. target: its index.
    std::optional<std::uint64_t> failed(std::size_t target, const std::string& cause, Instant now);

    /// An attempt has succeeded. Returns the number of attempts that had failed since the last time one did.
    std::uint64_t succeeded(std::size_t target);

    /// What a record says of the attempts that were not logged: " (2 more attempts failed since the last record)".
    static std::string more(std::uint64_t unlogged);

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
