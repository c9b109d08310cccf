#pragma once

#include <proximux/Bytes.h>

#include <cstddef>

namespace proximux
{

/// Takes an input apart, from its front. At its end all that comes is nought.
class Choices
{
public:
    explicit Choices(Bytes input)
        : _rest(input)
    {
    }

    [[nodiscard]] bool isEmpty() const { return _rest.empty(); }
    [[nodiscard]] Bytes rest() const { return _rest; }

    std::size_t byte()
    {
        if (_rest.empty())
            return 0;
        const auto value = static_cast<unsigned char>(_rest.front());
        _rest.remove_prefix(1);
        return value;
    }

    /// At most so many bytes.
    Bytes bytes(std::size_t n)
    {
        const Bytes taken = _rest.substr(0, n);
        _rest.remove_prefix(taken.size());
        return taken;
    }

private:
    Bytes _rest;
};

} // namespace proximux
