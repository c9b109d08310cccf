#include <proximux/protocol/RespSubscription.h>

namespace proximux
{

void RespSubscription::begin()
{
    _asked.clear();
    _lasting = false;
}

/// Subscriptions to shards are counted for themselves, and end unasked when a shard moves.
void RespSubscription::asked(RespEffect effect, Bytes request)
{
    const std::size_t words = respCount(request);
    const Bytes name = respWords(request, 1).empty() ? Bytes() : respWords(request, 1).front();
    const bool shard = sameWord(name, "SSUBSCRIBE") || sameWord(name, "SUNSUBSCRIBE");
    if (effect == RespEffect::unsubscribe && !shard)
        add(sameWord(name, "UNSUBSCRIBE") ? 'u' : 'p', words - 1);
    else if (effect == RespEffect::none || (effect == RespEffect::subscribe && !shard))
        add(OTHER, 0);
    else
        _lasting = true;
}

void RespSubscription::add(char kind, std::size_t answers)
{
    Asked* last = _asked.empty() ? nullptr : &_asked.back();
    const bool same = last != nullptr && last->kind == kind;
    if (same && (kind == OTHER || (last->answers > 0 && answers > 0)))
        last->answers += answers;
    else if (_asked.size() < MOST)
        _asked.push_back({kind, answers});
    else
        _lasting = true;
}

bool RespSubscription::told(const Unsubscribed& what)
{
    if (_lasting)
        return false;
    while (!_asked.empty() && _asked.front().kind != what.kind)
        _asked.erase(_asked.begin()); // answers come in order
    if (_asked.empty())
        return false;
    Asked& first = _asked.front();
    if (first.answers == 0 ? what.last || what.none : --first.answers == 0)
        _asked.erase(_asked.begin());
    return what.last && _asked.empty();
}

} // namespace proximux
