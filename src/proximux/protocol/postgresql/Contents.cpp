#include <proximux/protocol/postgresql/Contents.h>

#include <proximux/Pins.h>
#include <proximux/protocol/postgresql/Messages.h>

namespace proximux::postgresql
{

void Contents::look(Bytes request, JudgedTexts& judged)
{
    eachMessage(request, [&](char type, Bytes body) { look(type, body, judged); });
}

Contents Contents::withoutTexts() const
{
    Contents copy = *this;
    copy.prepared = copy.sql = {};
    return copy;
}

void Contents::look(char type, Bytes body, JudgedTexts& judged)
{
    ++messages;
    switch (type)
    {
    case 'Q':
        ++runs;
        add(textAt(body, 0), effectsOf(textAt(body, 0))); // its values are mostly others each time
        return;
    case 'F':
        effects.ties |= pins::UNKNOWN;
        return;
    case 'P':
        return lookAtParse(body, judged);
    case 'B':
        return lookAtBind(body);
    case 'D':
        isPrepared = true;
        return;
    case 'C':
        isPrepared = true;
        isPlain = false;
        return;
    case 'E':
        isPlain = isPlain && textAt(body, 0).empty();
        ++runs;
        return;
    case 'S':
        isSynced = true;
        return;
    default:
        return;
    }
}

/// A statement with a name ties here for what it leaves behind, since nobody knows when it is executed. One without a
/// name that leaves something behind is executed in this request alone (ClientStatements).
void Contents::lookAtParse(Bytes body, JudgedTexts& judged)
{
    const bool isNamed = !textAt(body, 0).empty();
    const Bytes text = statementIn('P', body);
    const Effects its = judged.effectsOf(text);
    add(text, its);
    const bool leavesState = isNamed && (its.ties != 0 || its.isLocal);
    effects.ties |= leavesState ? pins::STATEMENT : 0;
    namesState = namesState || leavesState;
    forgetsLater = forgetsLater || (isNamed && its.forgets);
    namesEnd = namesEnd || (isNamed && its.ends);
    namesTransaction = namesTransaction || (isNamed && its.transacts);
    isPlain = isPlain && !isNamed && messages == 1;
    isPrepared = true;
    named += isNamed ? body.size() : 0;
    prepared = body;
}

void Contents::lookAtBind(Bytes body)
{
    isPlain = isPlain && boundIn(body).empty() && textAt(body, 0).empty() && messages == 2;
    isPrepared = true;
    forgetsLater = forgetsLater || (effects.forgets && !textAt(body, 0).empty());
}

void Contents::add(Bytes text, const Effects& its)
{
    effects.add(its);
    ++texts;
    sql = text;
    if (its.ties == pins::SETTING)
        change = settingChangeIn(text);
}

} // namespace proximux::postgresql
