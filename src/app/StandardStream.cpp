#include <app/StandardStream.h>

#include <algorithm>

namespace proximux
{

StandardStream::StandardStream(Which which, Priority priority)
    : _which(which)
    , _priority(priority)
    , _isJournal(isJournal(which))
{
}

std::string StandardStream::write(std::string_view lines) noexcept
{
    return _isJournal ? writeAll(marked(lines)) : writeAll(lines);
}

/// The lines, each behind its priority.
std::string StandardStream::marked(std::string_view lines) const
{
    const std::string mark = "<" + std::to_string(static_cast<int>(_priority)) + ">";
    std::string text;
    for (std::size_t begin = 0; begin < lines.size();)
    {
        const std::size_t end = std::min(lines.find('\n', begin), lines.size() - 1) + 1;
        text.append(mark).append(lines, begin, end - begin);
        begin = end;
    }
    return text;
}

bool StandardStream::hasGivenUp() const
{
    return std::chrono::steady_clock::now().time_since_epoch().count() >= _giveUpAt.load(std::memory_order_relaxed);
}

void StandardStream::giveUpAt(std::chrono::steady_clock::time_point when) noexcept
{
    _giveUpAt.store(when.time_since_epoch().count(), std::memory_order_relaxed);
}

} // namespace proximux
