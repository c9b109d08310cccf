#include <proximux/protocol/mysql/Traces.h>

#include <iterator>

namespace proximux::mysql
{

namespace
{

/// First words of statements that use tables, which clears the messages of earlier ones.
constexpr Bytes CLEARING[] = {"delete", "insert", "load", "replace", "truncate", "update"};

} // namespace

/// What was unknown before is so for longer: nobody knows which connection has served it.
void Traces::leaves(const Effects& effects)
{
    counts(true);
    if (effects.first == "select")
    {
        _foundBefore = _foundAt;
        _foundAt = _sent + 1;
    }
    _isClean = _isClean || std::binary_search(std::begin(CLEARING), std::end(CLEARING), Bytes(effects.first));
    if (effects.setsInserted && _insertedAt == 0)
        _insertedAt = _sent + 1;
    _setsAmongOthers = effects.setsInserted && !effects.isSingle();
}

/// A query that fails early leaves the number of rows that the one before it has found.
void Traces::failed()
{
    _countedAt = 0; // its transaction is asked for
    if (_foundAt == _sent)
        _foundAt = _foundBefore;
}

void Traces::inserted(std::uint64_t id)
{
    _inserted = id;
    if (!_setsAmongOthers) // else that may have been before
        _insertedAt = 0;
}

void Traces::unsent()
{
    leavesNothing();
    if (_insertedAt == _sent)
        _insertedAt = 0;
}

std::optional<Refusal> Traces::refusalOf(const Effects& effects, bool countsFound) const
{
    const bool isCounted = _countedAt != 0 && _countedAt == _sent;
    if ((effects.readsCount && !isCounted) || (effects.readsMessages && _messagesAt == 0))
        return Refusal{"a question about an earlier statement, which may be another client's",
                       "proximux: ROW_COUNT(), SHOW WARNINGS and their like are known behind a statement that has "
                       "left something, for connections are shared"};
    if (effects.readsFound && !countsFound && _foundAt == 0)
        return Refusal{"FOUND_ROWS() without a query before it, whose number may be another client's",
                       "proximux: FOUND_ROWS() is known behind a query only, for connections are shared"};
    return std::nullopt;
}

unsigned Traces::home(const Effects& effects, bool countsFound, bool asksInserted) const
{
    constexpr std::uint64_t MOST = 1000000000;
    std::uint64_t first = _sent;
    if (effects.readsMessages)
        first = std::min(first, _messagesAt);
    if (effects.readsFound && !countsFound)
        first = std::min(first, _foundAt);
    if (asksInserted && !isInsertedKnown())
        first = std::min(first, _insertedAt);
    return static_cast<unsigned>(std::min(_sent + 1 - first, MOST));
}

} // namespace proximux::mysql
