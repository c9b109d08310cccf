#include <proximux/telemetry/RecordLimiter.h>

#include <iterator>
#include <utility>

namespace proximux
{

std::optional<std::uint64_t> RecordLimiter::admit(const std::string& address, Instant now)
{
    Entry& entry = find(address, now);
    if (now < entry.next)
    {
        ++entry.keptBack;
        return std::nullopt;
    }
    entry.next = now + _period;
    return std::exchange(entry.keptBack, 0);
}

/// Removes addresses that may have a record again, at most once in a period.
RecordLimiter::Entry& RecordLimiter::find(const std::string& address, Instant now)
{
    const auto found = _entries.find(address);
    if (found != _entries.end())
        return found->second;
    if (_entries.size() >= MOST && _cleaned + _period <= now)
    {
        _cleaned = now;
        for (auto entry = _entries.begin(); entry != _entries.end();)
            entry = entry->second.next <= now ? _entries.erase(entry) : std::next(entry);
    }
    return _entries[_entries.size() < MOST ? address : std::string()];
}

} // namespace proximux
