#include <proximux/protocol/resp/Subscription.h>

namespace proximux::resp
{

void Subscription::begin()
{
    *this = Subscription();
}

/// Does not count shard subscriptions, which may end unasked when a shard moves.
void Subscription::asked(Effect effect, Bytes request)
{
    using Kind = Asked::Kind;
    const std::size_t names = wordCount(request) - 1;
    const bool subscribes = effect == Effect::subscribe;
    const bool counts = subscribes || effect == Effect::unsubscribe || effect == Effect::ping;
    const std::vector<Bytes> words = wordsOf(request, 1);
    const char first = words.empty() || words.front().empty() ? '\0' : words.front().front();
    const bool shard = sameWord(words.empty() ? Bytes() : words.front(), subscribes ? "SSUBSCRIBE" : "SUNSUBSCRIBE");
    if (_lasting || !counts || shard || _asked.size() >= MOST)
    {
        keep();
        return _asked.clear();
    }
    const char of = first == 'P' || first == 'p' ? 'p' : 'c';
    if (effect == Effect::ping || (subscribes && names == 0))
        _asked.push_back({Kind::other, 0, 1});
    else if (names == 0)
        _asked.push_back({Kind::all, of, 0});
    else
        _asked.push_back({subscribes ? Kind::begin : Kind::end, of, names});
}

bool Subscription::told(const Notice& notice)
{
    if (_lasting || notice.kind == Notice::Kind::published)
        return false;
    if (_asked.empty() || !take(notice))
    {
        keep(); // an unexpected message: counting is impossible
        _asked.clear();
    }
    return !_lasting && _asked.empty() && _channels == 0 && _patterns == 0;
}

/// Returns false if this message cannot come next.
bool Subscription::take(const Notice& notice)
{
    Asked& asked = _asked.front();
    const bool whole = notice.kind == Notice::Kind::error || asked.kind == Asked::Kind::other;
    if (whole && _begun)
        return false;
    if (whole && notice.kind != Notice::Kind::error && notice.kind != Notice::Kind::answer)
        return false;
    if (!whole && !confirm(asked, notice))
        return false;
    _begun = !whole && asked.replies > 0;
    if (!_begun)
        _asked.erase(_asked.begin());
    return true;
}

/// Uses the reported total to find out whether this subscription existed before.
bool Subscription::confirm(Asked& asked, const Notice& notice)
{
    const bool begins = asked.kind == Asked::Kind::begin;
    if (notice.kind != (begins ? Notice::Kind::begun : Notice::Kind::ended) || notice.of != asked.of)
        return false;
    std::int64_t& own = asked.of == 'p' ? _patterns : _channels;
    const std::int64_t change = notice.count - (_channels + _patterns);
    if (change != 0 && change != (begins ? 1 : -1))
        return false;
    own += change;
    if (own < 0 || (notice.nameless && own > 0))
        return false;
    if (asked.kind == Asked::Kind::all)
        asked.replies = static_cast<std::size_t>(own);
    else
        --asked.replies;
    return true;
}

} // namespace proximux::resp
