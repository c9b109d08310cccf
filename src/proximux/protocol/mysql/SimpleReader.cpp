#include <proximux/protocol/mysql/SimpleReader.h>

#include <algorithm>

namespace proximux::mysql
{

namespace
{

constexpr Bytes WORD = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$";

} // namespace

std::string inLowerCase(Bytes text)
{
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

SimpleReader::SimpleReader(Bytes sql)
    : _rest(sql)
{
    const std::size_t last = _rest.find_last_not_of(" \t\r\n;");
    _rest = _rest.substr(0, last == Bytes::npos ? 0 : last + 1);
    skip();
}

std::string SimpleReader::word()
{
    std::string taken = inLowerCase(take(WORD));
    skip();
    return taken;
}

bool SimpleReader::sign(Bytes sign)
{
    if (_rest.substr(0, sign.size()) != sign)
        return false;
    _rest.remove_prefix(sign.size());
    skip();
    return true;
}

std::string SimpleReader::value()
{
    const char quote = _rest.empty() ? '\0' : _rest.front();
    if (quote != '\'' && quote != '"')
    {
        std::string taken(take("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-+"));
        skip();
        return taken;
    }
    const std::size_t end = _rest.find(quote, 1);
    if (end == Bytes::npos || _rest.substr(0, end).find('\\') != Bytes::npos)
        return {};
    std::string taken(_rest.substr(0, end + 1));
    _rest.remove_prefix(taken.size());
    if (!_rest.empty() && _rest.front() == quote)
        return {};
    skip();
    return taken;
}

std::string SimpleReader::name()
{
    if (_rest.substr(0, 1) != "`")
    {
        std::string taken(take(WORD));
        skip();
        return taken;
    }
    const std::size_t end = _rest.find('`', 1);
    if (end == Bytes::npos || _rest.substr(end + 1, 1) == "`")
        return {};
    std::string taken(_rest.substr(1, end - 1));
    _rest.remove_prefix(end + 1);
    skip();
    return taken;
}

void SimpleReader::skip()
{
    _rest.remove_prefix(std::min(_rest.find_first_not_of(" \t\r\n"), _rest.size()));
}

Bytes SimpleReader::take(Bytes of)
{
    const Bytes taken = _rest.substr(0, std::min(_rest.find_first_not_of(of), _rest.size()));
    _rest.remove_prefix(taken.size());
    return taken;
}

} // namespace proximux::mysql
