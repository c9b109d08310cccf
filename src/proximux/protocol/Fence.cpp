#include <proximux/protocol/Fence.h>

#include <algorithm>

namespace proximux
{

/// Without a complete answer, keeps back the longest suffix of the input that may be its beginning.
Fence::Place Fence::find(Bytes input) const
{
    const std::size_t at = input.find(answer);
    if (at != Bytes::npos)
        return {at, true};
    for (std::size_t n = std::min(input.size(), answer.size() - 1); n > 0; --n)
        if (input.substr(input.size() - n) == Bytes(answer).substr(0, n))
            return {input.size() - n, false};
    return {input.size(), false};
}

} // namespace proximux
