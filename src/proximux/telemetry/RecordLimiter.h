#pragma once

#include <proximux/Instant.h>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace proximux
{

/// Admits one log record per period and address, so that a peer cannot flood the log. Single-threaded.
class RecordLimiter
{
public:
    explicit RecordLimiter(Duration period = Duration::seconds(1))
        : _period(period)
    {
    }

    /// Returns the number of records of this address that were suppressed since the last one, or nothing: suppress this
    /// one, too.
    std::optional<std::uint64_t> admit(const std::string& address, Instant now);

    /// What a record says of so many that were suppressed; empty: there were none.
    static std::string more(std::uint64_t suppressed)
    {
        return suppressed > 0 ? " (" + std::to_string(suppressed) + " more from this address since the last record)"
                              : std::string();
    }

    /// Number of addresses tracked separately; further ones share one entry.
    static constexpr std::size_t MOST = 1024;

private:
    struct Entry
    {
        Instant next;
        std::uint64_t keptBack = 0;
    };

    Entry& find(const std::string& address, Instant now);

    const Duration _period;
    std::unordered_map<std::string, Entry> _entries;
    Instant _cleaned;
};

} // namespace proximux
