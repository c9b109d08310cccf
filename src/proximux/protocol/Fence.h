#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <string>

namespace proximux
{

/// A marker for responses whose end the protocol does not show: a harmless request, sent after the one in question, and
/// its exact answer. Both contain random numbers, so that no peer can predict the answer. All bytes before the answer
/// belong to the request in question.
struct Fence
{
    std::string request;   ///< the marker
    std::string answer;    ///< the target's answer to the marker, and to nothing else; empty: no fence
    std::string seen = {}; ///< the beginning of the response, if it may prove something

    struct Place
    {
        std::size_t before; ///< bytes that belong to the response
        bool whole;         ///< the marker's answer follows completely; otherwise its beginning may follow
    };

    /// Looks for the answer in input that was not forwarded yet.
    [[nodiscard]] Place find(Bytes input) const;

    void clear()
    {
        request.clear();
        answer.clear();
        seen.clear();
    }
};

} // namespace proximux
