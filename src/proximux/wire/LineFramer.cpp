#include <proximux/wire/LineFramer.h>

namespace proximux
{

LineFramer::LineFramer(const std::string& delimiter, std::size_t max)
    : _delimiter(delimiter)
    , _fallback(delimiter.size(), 0)
    , _max(max)
{
    for (std::size_t i = 1, matched = 0; i < _delimiter.size(); ++i)
    {
        while (matched > 0 && _delimiter[i] != _delimiter[matched])
            matched = _fallback[matched - 1];
        if (_delimiter[i] == _delimiter[matched])
            ++matched;
        _fallback[i] = matched;
    }
}

Framer::Progress LineFramer::feed(Bytes input)
{
    const Bytes looked = input.substr(0, _max - _size);
    const std::size_t taken = advance(looked);
    _size += taken;
    if (_matched == _delimiter.size())
    {
        _matched = 0;
        _size = 0;
        return {Progress::Kind::complete, taken, ""};
    }
    if (looked.size() < input.size())
        return {Progress::Kind::malformed, 0, "a line longer than exchange.max_message"};
    return {Progress::Kind::partial, taken, ""};
}

/// Advances until the delimiter is complete or the input is used up. Returns the number of bytes examined.
std::size_t LineFramer::advance(Bytes input)
{
    std::size_t i = 0;
    while (i < input.size())
    {
        if (_matched == 0)
        {
            i = input.find(_delimiter.front(), i);
            if (i == Bytes::npos)
                return input.size();
        }
        while (_matched > 0 && input[i] != _delimiter[_matched])
            _matched = _fallback[_matched - 1];
        if (input[i] == _delimiter[_matched])
            ++_matched;
        ++i;
        if (_matched == _delimiter.size())
            return i;
    }
    return i;
}

} // namespace proximux
