#include <proximux/protocol/Sniffer.h>

#include <algorithm>

namespace proximux
{

namespace
{

constexpr std::size_t MOST = 8192; ///< maximum bytes for a decision

/// Parses "*2\r\n$3\r\nGET\r\n", or the beginning of it.
class CommandName
{
public:
    explicit CommandName(Bytes bytes)
        : _left(bytes)
    {
    }

    Sniffed look()
    {
        const std::size_t words = number('*');
        const std::size_t size = words > 0 ? number('$') : 0;
        if (words > 0 && size > 0)
            name(size);
        return _found;
    }

private:
    /// Reads a type, digits and CRLF; returns 0 if they are invalid or incomplete.
    std::size_t number(char type)
    {
        constexpr std::size_t DIGITS = 7;
        std::size_t value = 0;
        if (!take(type))
            return 0;
        std::size_t digits = 0;
        for (; digits < _left.size() && digits < DIGITS && _left[digits] >= '0' && _left[digits] <= '9'; ++digits)
            value = value * 10 + static_cast<std::size_t>(_left[digits] - '0');
        if ((digits == 0 && !_left.empty()) || _left.substr(0, 1) == "0")
            return wrong();
        _left.remove_prefix(digits);
        return take('\r') && take('\n') ? value : 0;
    }

    void name(std::size_t size)
    {
        constexpr std::size_t LONGEST = 64;
        if (size > LONGEST)
            return static_cast<void>(wrong());
        for (std::size_t i = 0; i < size; ++i, _left.remove_prefix(1))
        {
            if (_left.empty())
                return;
            if (_left.front() <= ' ' || _left.front() == '\x7F')
                return static_cast<void>(wrong());
        }
        if (take('\r') && take('\n'))
            _found = Sniffed::resp;
    }

    bool take(char c)
    {
        if (_left.empty())
            return false;
        if (_left.front() != c)
            return wrong() != 0;
        _left.remove_prefix(1);
        return true;
    }

    std::size_t wrong()
    {
        _found = Sniffed::raw;
        return 0;
    }

    Bytes _left;
    Sniffed _found = Sniffed::more;
};

/// Parses "GET /path HTTP/1.1", or the beginning of such a line.
Sniffed sniffHttp(Bytes bytes)
{
    constexpr std::size_t LONGEST_METHOD = 20;
    const std::size_t method = std::min(bytes.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ-"), bytes.size());
    if (method > LONGEST_METHOD || method == 0)
        return Sniffed::raw;
    if (method == bytes.size())
        return Sniffed::more;
    if (bytes[method] != ' ')
        return Sniffed::raw;
    const std::size_t end = bytes.find('\n');
    if (end == Bytes::npos)
        return bytes.size() < MOST ? Sniffed::more : Sniffed::raw;
    const Bytes line = bytes.substr(0, end > 0 && bytes[end - 1] == '\r' ? end - 1 : end);
    constexpr std::size_t VERSION = 9; // " HTTP/1.1"
    if (line.size() <= method + VERSION || line.substr(line.size() - VERSION, 6) != " HTTP/")
        return Sniffed::raw;
    return line.substr(0, 4) == "PRI " && line.substr(line.size() - 3) == "2.0" ? Sniffed::http2 : Sniffed::http;
}

} // namespace

Sniffed sniff(Bytes bytes)
{
    if (bytes.empty())
        return Sniffed::more;
    if (bytes.front() == '*')
        return CommandName(bytes).look();
    if (bytes.front() == '\x16')
    {
        if (bytes.size() < 2)
            return Sniffed::more;
        return bytes[1] == '\3' ? Sniffed::tls : Sniffed::raw;
    }
    return sniffHttp(bytes);
}

} // namespace proximux
