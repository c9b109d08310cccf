#pragma once

#include <proximux/Bytes.h>

namespace proximux::postgresql
{

/// What the statements of a text leave behind in their session, as far as the text tells.
struct Effects
{
    unsigned ties = 0;      ///< pins:: reasons: state that lasts beyond the transaction
    unsigned frees = 0;     ///< pins:: reasons that the text ends, where it is one statement
    bool copies = false;    ///< it may ask for data (COPY FROM STDIN)
    bool readsLast = false; ///< it asks for the last number that this session took from a sequence
    bool isLocal = false;   ///< it sets something for the rest of the transaction
    bool forgets = false;   ///< it may end prepared statements
    bool ends = false;      ///< it may end what ties
    bool transacts = false; ///< it may end, or divide, the transaction in which it is executed

    void add(const Effects& more);
};

/// Looks at each word of a text once, without a grammar; comments, strings and quoted names are told apart. What is not
/// known for harmless counts as state of an unknown kind: statements that are not known, functions that are not built
/// in. No input makes it throw.
Effects effectsOf(Bytes sql);

/// How a statement ends, or divides, a transaction.
enum class TransactionEnd
{
    none, ///< otherwise, or not alone
    commit,
    rollback,
    savepoint ///< a part of it begins or ends
};

/// What this text is, if it is one statement in its usual form. No input makes it throw.
TransactionEnd transactionEndIn(Bytes sql);

} // namespace proximux::postgresql
