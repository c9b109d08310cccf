#pragma once

#include <proximux/wire/Framer.h>

#include <string>
#include <vector>

namespace proximux
{

/// Frames messages that end with a delimiter. The delimiter is part of the message.
class LineFramer : public Framer
{
public:
    /// delimiter: at least one byte. max: maximum size of a message in bytes, including the delimiter.
    LineFramer(const std::string& delimiter, std::size_t max);

    Progress feed(Bytes input) override;

private:
    [[nodiscard]] std::size_t advance(Bytes input);

    std::string _delimiter;
    std::vector<std::size_t> _fallback; ///< Knuth-Morris-Pratt table: length of the match that remains after a mismatch
    std::size_t _max;
    std::size_t _size = 0;    ///< of the current message so far
    std::size_t _matched = 0; ///< bytes of the delimiter seen
};

} // namespace proximux
