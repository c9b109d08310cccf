#include <proximux/exchange/mux/MemoryBudget.h>

#include <algorithm>

namespace proximux
{

/// What may come in one read. There is always room left for that, and for the replies to it.
std::size_t MemoryBudget::mostAtOnce() const
{
    return std::min(_limits.request, _limits.total / 8);
}

std::size_t MemoryBudget::roomFor(const Share& share, std::size_t input) const
{
    const std::size_t room = _limits.request - std::min(_limits.request, input);
    if (!_crowded)
        return std::min(room, mostAtOnce());
    return std::min(room, _limits.reserve - std::min(_limits.reserve, share.kept));
}

bool MemoryBudget::update()
{
    const std::size_t shared = _usage.shared + _others.shared;
    const bool crowded = _crowded ? shared > mostOf() : shared + mostAtOnce() + mostReplies() > _limits.total;
    const bool changed = crowded != _crowded;
    _crowded = crowded;
    return changed;
}

} // namespace proximux
