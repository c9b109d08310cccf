#pragma once

#include <proximux/wire/Bytes.h>

#include <cstddef>
#include <string>

namespace proximux
{

/// A marker that ends a response whose end the protocol does not show: a harmless request sent behind the one in
/// question, and its exact answer. Both contain random numbers, so that no peer can write that answer in advance.
/// Everything before the answer belongs to the request in question.
struct Fence
{
    std::string request;   ///< the marker
    std::string answer;    ///< what the target says to it, and to nothing else; empty: there is no fence
    std::string seen = {}; ///< the beginning of the response, where it may prove something

    struct Place
    {
        std::size_t before; ///< bytes that belong to the response
        bool whole;         ///< the marker's answer follows them; otherwise its beginning may
    };

    /// Looks for the answer in what came and was not passed on.
    [[nodiscard]] Place find(Bytes input) const;

    void clear()
    {
        request.clear();
        answer.clear();
        seen.clear();
    }
};

} // namespace proximux
