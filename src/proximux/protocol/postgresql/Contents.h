#pragma once

#include <proximux/Bytes.h>
#include <proximux/protocol/postgresql/JudgedTexts.h>
#include <proximux/protocol/postgresql/SessionSettings.h>
#include <proximux/protocol/postgresql/Statements.h>

#include <cstddef>
#include <optional>

namespace proximux::postgresql
{

/// What a request holds, as far as its effects are concerned.
struct Contents
{
    /// Adds these messages.
    void look(Bytes request, JudgedTexts& judged);
    void look(char type, Bytes body, JudgedTexts& judged);

    /// Without what refers to bytes of its messages.
    [[nodiscard]] Contents withoutTexts() const;

    Effects effects;
    std::optional<SettingChange> change; ///< of the text, where it is the only one
    bool isPrepared = false;             ///< statements are prepared, bound, described or closed
    std::size_t named = 0;               ///< bytes of statements with a name
    bool namesState = false;             ///< one of them leaves something behind when it is executed
    bool namesEnd = false;               ///< one of them may end what ties
    bool namesTransaction = false;       ///< one of them may end, or divide, a transaction
    bool forgetsLater = false; ///< prepared statements may be ended by a later request, whose text does not say it
    Bytes prepared;            ///< the body of the last Parse
    Bytes sql;                 ///< the last text
    bool isPlain = true;       ///< each message is of the statement and the portal without a name, in their order
    unsigned messages = 0;
    unsigned texts = 0;
    unsigned runs = 0;   ///< how often something is executed
    bool isOpen = false; ///< more of it is to come
    bool isSynced = false;

    /// Whether one statement with a name is prepared, and nothing else is asked.
    [[nodiscard]] bool isPrepareAlone() const { return messages == 2 && named > 0 && !isOpen; }

    /// Whether one text is executed, once, and nothing else can be.
    [[nodiscard]] bool isSingle() const { return texts == 1 && runs == 1 && isPlain && !isOpen; }

private:
    void lookAtParse(Bytes body, JudgedTexts& judged);
    void lookAtBind(Bytes body);
    void add(Bytes text, const Effects& its);
};

} // namespace proximux::postgresql
