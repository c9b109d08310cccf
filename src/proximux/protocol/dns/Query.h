#pragma once

#include <proximux/protocol/dns/Message.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace proximux::dns
{

/// The end of the first question, or nothing if it is incomplete, invalid or compressed.
std::optional<std::size_t> questionEnd(Bytes message);

/// A parsed request, and whether all servers read it alike: one question and nothing superfluous.
struct Query
{
    /// message: the request, or its kept beginning, which includes the header.
    Query(Bytes message, bool whole);

    /// The code of a local error reply; 0: the request is one well-formed question.
    unsigned refusal = 0;

    std::size_t end = HEADER;            ///< end of its question, or of its header
    unsigned type = 0;                   ///< type of the question; 0: no question
    bool isSigned = false;               ///< its last record signs the message, including its id
    std::optional<std::uint32_t> serial; ///< IXFR: serial of the client's zone
};

} // namespace proximux::dns
