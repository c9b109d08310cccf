#include <proximux/protocol/mysql/Renumbering.h>

#include <proximux/Number.h>

#include <algorithm>

namespace proximux::mysql
{

std::string Renumbering::pass(Bytes bytes)
{
    std::string passed;
    while (!bytes.empty() && !_hasEnded)
    {
        if (_left == 0)
        {
            takeHeader(bytes.front());
            passed += _header[_headerSize == 0 ? _header.size() - 1 : _headerSize - 1];
            bytes.remove_prefix(1);
            continue;
        }
        if (_isAtPayload && _whose == Of::server)
            _isLast = bytes.front() == '\0' || bytes.front() == '\xFF';
        _isAtPayload = false;
        const std::size_t some = std::min(_left, bytes.size());
        passed += bytes.substr(0, some);
        bytes.remove_prefix(some);
        _left -= some;
        _hasEnded = _left == 0 && _isLast;
    }
    return passed.append(bytes);
}

void Renumbering::takeHeader(char byte)
{
    const bool isNumber = _headerSize == _header.size() - 1;
    const auto number = static_cast<unsigned char>(byte);
    _header[_headerSize++] = isNumber && number != 0 ? static_cast<char>(number + _by) : byte;
    if (!isNumber)
        return;
    _headerSize = 0;
    _left = static_cast<std::size_t>(readNumber({_header.data(), _header.size() - 1}, ByteOrder::little));
    _isAtPayload = true;
}

} // namespace proximux::mysql
