#include <proximux/protocol/http/Text.h>

namespace proximux::http
{

bool isTokenChar(char c)
{
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        return true;
    return Bytes("!#$%&'*+-.^_`|~").find(c) != Bytes::npos;
}

bool isToken(Bytes text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), isTokenChar);
}

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

Bytes trimmed(Bytes text)
{
    const std::size_t from = text.find_first_not_of(" \t");
    if (from == Bytes::npos)
        return {};
    return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

bool sameText(Bytes a, Bytes b)
{
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == y; });
}

bool isClean(Bytes line)
{
    return std::all_of(line.begin(), line.end(),
                       [](char c) { return (static_cast<unsigned char>(c) >= ' ' && c != 0x7F) || c == '\t'; });
}

std::optional<Bytes> lineAt(Bytes head, std::size_t& at)
{
    const std::size_t end = head.find('\n', at);
    if (end == Bytes::npos || end == at || head[end - 1] != '\r')
        return std::nullopt;
    const Bytes line = head.substr(at, end - 1 - at);
    at = end + 1;
    return isClean(line) ? std::optional(line) : std::nullopt;
}
const char* judgeField(Bytes line)
{
    if (line.front() == ' ' || line.front() == '\t')
        return "an obsolete folded HTTP field (RFC 9112 section 5.2)";
    const std::size_t colon = line.find(':');
    return colon == Bytes::npos ? NO_NAME : nullptr;
}

} // namespace proximux::http
