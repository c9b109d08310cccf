#pragma once

#include <proximux/wire/Framer.h>

#include <algorithm>

namespace proximux
{

/// Frames messages of a fixed size.
class FixedFramer : public Framer
{
public:
    /// size: bytes of a message, at least 1. header: leading bytes that must be visible before any is taken; at most
    /// size.
    explicit FixedFramer(std::size_t size, std::size_t header = 0)
        : _size(size)
        , _header(header)
        , _left(size)
    {
    }

    Progress feed(Bytes input) override
    {
        if (_left == _size && input.size() < _header)
            return {};
        const std::size_t taken = std::min(input.size(), _left);
        _left -= taken;
        if (_left > 0)
            return {Progress::Kind::partial, taken, ""};
        _left = _size;
        return {Progress::Kind::complete, taken, ""};
    }

private:
    std::size_t _size;
    std::size_t _header;
    std::size_t _left; ///< bytes of the current message still to come
};

} // namespace proximux
