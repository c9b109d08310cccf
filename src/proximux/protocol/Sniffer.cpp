#include <proximux/protocol/Sniffer.h>

#include <proximux/protocol/HttpHead.h>
#include <proximux/protocol/RespFramer.h>

#include <algorithm>

namespace proximux
{

namespace
{

constexpr std::size_t MOST = 65536; ///< bytes in which it must show

Sniffed sniffResp(Bytes bytes)
{
    switch (RespRequestFramer().feed(bytes).kind)
    {
    case Framer::Progress::Kind::complete:
        return bytes.size() > 1 && bytes[1] >= '1' ? Sniffed::resp : Sniffed::raw;
    case Framer::Progress::Kind::malformed:
        return Sniffed::raw;
    default:
        return bytes.size() < MOST ? Sniffed::more : Sniffed::raw;
    }
}

/// "GET /path HTTP/1.1", or the beginning of such a line.
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
    if (line.substr(0, 4) == "PRI " && line.substr(line.size() - 3) == "2.0")
        return Sniffed::http2;
    std::size_t scanned = 0;
    const std::size_t size = HttpHead::find(bytes, scanned);
    if (size == 0)
        return bytes.size() < MOST ? Sniffed::more : Sniffed::broken;
    HttpHead head;
    return head.readRequest(bytes.substr(0, size)) == nullptr ? Sniffed::http : Sniffed::broken;
}

} // namespace

Sniffed sniff(Bytes bytes)
{
    if (bytes.empty())
        return Sniffed::more;
    if (bytes.front() == '*')
        return sniffResp(bytes);
    if (bytes.front() == '\x16')
    {
        if (bytes.size() < 2)
            return Sniffed::more;
        return bytes[1] == '\3' ? Sniffed::tls : Sniffed::raw;
    }
    return sniffHttp(bytes);
}

} // namespace proximux
