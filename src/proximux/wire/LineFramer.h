#pragma once

#include <proximux/wire/Framer.h>

#include <string>
#include <vector>

namespace proximux
{

/// A message ends with a delimiter, which belongs to it.
class LineFramer : public Framer
{
public:
    /// The delimiter has one byte or more. max: bytes of a message, the delimiter included.
    LineFramer(const std::string& delimiter, std::size_t max);

    Progress feed(Bytes input) override;

private:
    [[nodiscard]] std::size_t advance(Bytes input);

    std::string _delimiter;
    std::vector<std::size_t> _fallback; ///< Knuth, Morris, Pratt: how much still matches where the next byte does not
    std::size_t _max;
    std::size_t _size = 0;    ///< of the present message so far
    std::size_t _matched = 0; ///< bytes of the delimiter seen
};

} // namespace proximux
