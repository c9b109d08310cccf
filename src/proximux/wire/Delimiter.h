#pragma once

#include <proximux/wire/Framer.h>

#include <algorithm>
#include <cstddef>

namespace proximux
{

/// What the beginning of a message says of it.
struct Beginning
{
    std::size_t size = 0;        ///< bytes of the whole message; 0: more bytes must be visible first
    const char* wrong = nullptr; ///< it is no message: why, fixed text
};

/// Delimits messages whose beginning tells their size. None of their bytes is taken before that is visible. Part of a
/// Framer.
class Delimiter
{
public:
    /// As Framer::feed(). look: called with the input at the start of each message, until it returns the size or says
    /// what is wrong.
    template <class Look>
    Framer::Progress feed(Bytes input, Look look)
    {
        using Kind = Framer::Progress::Kind;
        if (_left == 0)
        {
            const Beginning beginning = look(input);
            if (beginning.wrong != nullptr)
                return {Kind::malformed, 0, beginning.wrong};
            if (beginning.size == 0)
                return {};
            _left = beginning.size;
        }
        const std::size_t taken = std::min(_left, input.size());
        _left -= taken;
        return {_left == 0 ? Kind::complete : Kind::partial, taken, ""};
    }

private:
    std::size_t _left = 0; ///< bytes of the current message still to come; 0: its beginning is not known yet
};

/// Frames messages of which this function looks at the beginning, and nothing else is to be known.
template <Beginning (*LOOK)(Bytes)>
class DelimitedFramer : public Framer
{
public:
    Progress feed(Bytes input) override { return _delimiter.feed(input, LOOK); }

private:
    Delimiter _delimiter;
};

} // namespace proximux
