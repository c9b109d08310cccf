#include <proximux/exchange/mux/MemoryBudget.h>

#include <algorithm>

namespace proximux
{

void MemoryBudget::count(Share& share, std::size_t kept, std::size_t unfinished)
{
    _usage.kept += kept - share.kept;
    _usage.shared += beyondReserve(kept) - beyondReserve(share.kept);
    share.kept = kept;
    const std::size_t parts = beyondReserve(unfinished);
    _usage.unfinished += parts - share.unfinished;
    share.unfinished = parts;
}

std::size_t MemoryBudget::beyondReserve(std::size_t bytes) const
{
    return bytes - std::min(bytes, _limits.reserve);
}

/// What may come in one read. There is always room left for that, and for the replies to it.
std::size_t MemoryBudget::mostAtOnce() const
{
    return std::min(_limits.request, _limits.total / 8);
}

std::size_t MemoryBudget::mostReplies() const
{
    return std::min(_limits.response, _limits.total / 8);
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
