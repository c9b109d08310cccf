#pragma once

#include <proximux/wire/Instant.h>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace proximux
{

/// Admits one log record per second for each address, so that a peer can't fill the log. Used in one thread.
class RecordLimiter
{
public:
    /// How many records of this address were kept back since the last one, or nothing: this one is kept back, too.
    std::optional<std::uint64_t> admit(const std::string& address, Instant now);

    /// Addresses that are remembered. Further ones share a place.
    static constexpr std::size_t MOST = 1024;

private:
    struct Entry
    {
        Instant next;
        std::uint64_t keptBack = 0;
    };

    Entry& find(const std::string& address, Instant now);

    std::unordered_map<std::string, Entry> _entries;
    Instant _cleaned;
};

} // namespace proximux
