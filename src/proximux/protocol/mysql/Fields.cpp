#include <proximux/protocol/mysql/Fields.h>

namespace proximux::mysql
{

std::uint64_t Fields::number(std::size_t width)
{
    const Bytes taken = bytes(width);
    std::uint64_t value = 0;
    for (std::size_t i = taken.size(); i > 0; --i)
        value = value << 8U | static_cast<unsigned char>(taken[i - 1]);
    return value;
}

std::uint64_t Fields::lengthEncodedNumber()
{
    const std::uint64_t first = number(1);
    switch (first)
    {
    case 0xFC:
        return number(2);
    case 0xFD:
        return number(3);
    case 0xFE:
        return number(8);
    case 0xFB:
    case 0xFF:
        _good = false;
        return 0;
    default:
        return first;
    }
}

Bytes Fields::bytes(std::uint64_t n)
{
    if (!_good || n > _rest.size())
    {
        _good = false;
        return {};
    }
    const Bytes taken = _rest.substr(0, static_cast<std::size_t>(n));
    _rest.remove_prefix(taken.size());
    return taken;
}

Bytes Fields::zeroTerminated()
{
    const std::size_t end = _rest.find('\0');
    if (end == Bytes::npos)
    {
        _good = false;
        return {};
    }
    const Bytes text = bytes(end);
    skip(1);
    return text;
}

} // namespace proximux::mysql
