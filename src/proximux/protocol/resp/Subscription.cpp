#include <proximux/protocol/resp/Subscription.h>

#include <proximux/protocol/resp/ClientCommand.h>

namespace proximux::resp
{

void Subscription::begin()
{
    *this = Subscription();
}

/// Whether the number and the form of the replies are known. Shard subscriptions are not counted: they may end unasked
/// when a shard moves.
bool Subscription::isCounted(Effect effect, Bytes request, bool isResp3)
{
    const std::vector<Bytes> words = wordsOf(request, 1);
    const Bytes name = words.empty() ? Bytes() : words.front();
    switch (effect)
    {
    case Effect::subscribe:
        return !sameWord(name, "SSUBSCRIBE");
    case Effect::unsubscribe:
        return !sameWord(name, "SUNSUBSCRIBE");
    case Effect::ping:
        return true;
    case Effect::none:
    case Effect::read:
    case Effect::blocks:
    case Effect::blocksIfSaid:
        return isResp3;
    case Effect::client:
        switch (clientCommandOf(request).effect)
        {
        case ClientEffect::reply:
        case ClientEffect::state:
            return false;
        default:
            return isResp3;
        }
    default:
        return false;
    }
}

/// Of a command with one reply.
Subscription::Asked::Kind Subscription::plain(Effect effect, Bytes request)
{
    if (effect != Effect::client || clientCommandOf(request).effect != ClientEffect::tracking)
        return Asked::Kind::other;
    const std::vector<Bytes> words = wordsOf(request, 3);
    return words.size() > 2 && sameWord(words[2], "ON") ? Asked::Kind::track : Asked::Kind::untrack;
}

void Subscription::asked(Effect effect, Bytes request, bool isResp3)
{
    _resp3 = isResp3;
    if (_lasting || !isCounted(effect, request, isResp3) || _asked.size() >= MOST)
    {
        keep();
        return _asked.clear();
    }
    const std::size_t names = wordCount(request) - 1;
    const bool subscribes = effect == Effect::subscribe;
    const std::vector<Bytes> words = wordsOf(request, 1);
    const char first = words.empty() || words.front().empty() ? '\0' : words.front().front();
    const char of = first == 'P' || first == 'p' ? 'p' : 'c';
    if ((!subscribes && effect != Effect::unsubscribe) || (subscribes && names == 0))
        _asked.push_back({plain(effect, request), 0, 1});
    else if (names == 0)
        _asked.push_back({Asked::Kind::all, of, 0});
    else
        _asked.push_back({subscribes ? Asked::Kind::begin : Asked::Kind::end, of, names});
}

bool Subscription::told(const Notice& told)
{
    Notice notice = told;
    if (_resp3 && !notice.pushed && notice.kind != Notice::Kind::error)
        notice.kind = Notice::Kind::answer; // whatever it looks like
    const bool counts = notice.kind == Notice::Kind::begun || notice.kind == Notice::Kind::ended;
    if (_lasting || notice.kind == Notice::Kind::published || (notice.pushed && !counts))
        return false;
    if (_asked.empty() || !take(notice))
    {
        keep(); // an unexpected message: counting is impossible
        _asked.clear();
    }
    return !_lasting && _asked.empty() && _channels == 0 && _patterns == 0 && !_tracks;
}

/// Returns false if this message cannot come next.
bool Subscription::take(const Notice& notice)
{
    Asked& asked = _asked.front();
    const bool plain =
        asked.kind == Asked::Kind::other || asked.kind == Asked::Kind::track || asked.kind == Asked::Kind::untrack;
    const bool whole = notice.kind == Notice::Kind::error || plain;
    if (whole && _begun)
        return false;
    if (whole && notice.kind != Notice::Kind::error && notice.kind != Notice::Kind::answer)
        return false;
    if (!whole && !confirm(asked, notice))
        return false;
    if (notice.kind != Notice::Kind::error && plain)
        _tracks = asked.kind == Asked::Kind::track || (_tracks && asked.kind == Asked::Kind::other);
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
