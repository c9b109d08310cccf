#pragma once

#include <proximux/Bytes.h>

#include <string>

namespace proximux::postgresql
{

/// Why a statement is refused.
struct Refusal
{
    const char* reason; ///< for the log
    Bytes code;         ///< SQLSTATE
    std::string text;
    Bytes hint = {};
};

inline Refusal tooLarge()
{
    return {"a statement larger than exchange.request_buffer", "54000",
            "proximux: the statement is larger than exchange.request_buffer"};
}

inline Refusal copyInParts()
{
    return {"COPY within a batch that is passed on in parts (not supported)", "0A000",
            "proximux: COPY behind a Flush, or within a large or slow batch, is not supported"};
}

inline Refusal noPin()
{
    return {"a statement that leaves state behind (exchange.stateful)", "0A000",
            "proximux: a statement that leaves state behind requires a dedicated target connection, which is not "
            "available",
            "See exchange.stateful and pool.max_tied."};
}

} // namespace proximux::postgresql
