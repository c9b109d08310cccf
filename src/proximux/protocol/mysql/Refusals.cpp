#include <proximux/protocol/mysql/Refusals.h>

namespace proximux::mysql
{

std::optional<Refusal> refusalOf(const Effects& effects)
{
    if (effects.kills)
        return Refusal{
            "KILL (not supported)",
            "proximux: KILL is supported with exchange.mysql_kill, and the number of a connection alone, as a "
            "statement of its own that is not prepared"};
    if (effects.hides)
        return Refusal{
            "a text that servers may read differently",
            "proximux: a quote or a comment that is open at the end of an executed comment, or a byte outside of "
            "quotes that is no character, is not supported, for connections are shared"};
    if (effects.readsSequence)
        return Refusal{"LASTVAL(), whose number may be another client's",
                       "proximux: LASTVAL() is not known, for connections are shared"};
    return std::nullopt;
}

Refusal refusalOfTies()
{
    return {"a statement that leaves state behind (exchange.stateful)",
            "proximux: a statement that leaves state behind requires a dedicated target connection, which is not "
            "available; see exchange.stateful and pool.max_tied"};
}

} // namespace proximux::mysql
