#include <proximux/protocol/http/Head.h>

#include <algorithm>

namespace proximux::http
{

namespace
{

/// Number of bytes of empty lines before a request.
std::size_t blankBefore(Bytes input)
{
    std::size_t blank = 0;
    while (input.substr(blank, 2) == "\r\n")
        blank += 2;
    return blank;
}

constexpr std::size_t MAX_BLANK = 4; ///< bytes
constexpr const char* NO_REQUEST = "an invalid HTTP request line (RFC 9112 section 3)";
constexpr const char* NO_STATUS = "an invalid HTTP status line (RFC 9112 section 4)";

} // namespace

std::size_t Head::find(Bytes input, std::size_t& scanned)
{
    std::size_t begin = 0;
    while (input.substr(begin, 2) == "\r\n")
        begin += 2;
    // accepts a bare line feed, so that a malformed head is found as soon as it is complete
    for (std::size_t at = std::max(begin, scanned > 3 ? scanned - 3 : 0); at < input.size(); ++at)
    {
        at = input.find('\n', at);
        if (at == Bytes::npos)
            break;
        if (input.substr(at + 1, 1) == "\n")
            return at + 2;
        if (input.substr(at + 1, 2) == "\r\n")
            return at + 3;
    }
    scanned = input.size();
    return 0;
}

const char* Head::readBeginning(Bytes input, std::size_t& at)
{
    blank = blankBefore(input);
    if (blank > MAX_BLANK)
        return "too many empty lines before an HTTP request";
    constexpr std::size_t ENOUGH = 32; // twice the length of the longest methods
    const Bytes beginning = input.substr(blank, ENOUGH);
    const auto end = std::find_if_not(beginning.begin(), beginning.end(), isTokenChar);
    if (end != beginning.end() && (*end != ' ' || end == beginning.begin()) && beginning != "\r")
        return NO_REQUEST;
    if (input.find('\n', blank) == Bytes::npos)
        return nullptr;
    at = blank;
    const auto line = lineAt(input, at);
    return line ? readRequestLine(*line) : BAD_LINE;
}

const char* Head::judgeChunkLine(Bytes line)
{
    return isClean(line) ? nullptr : "an HTTP chunk or trailer line containing a control character";
}

/// Rejects fields that delimit or route: they come too late, but a server that merges trailers into the head might obey
/// them.
const char* Head::judgeTrailer(Bytes line)
{
    if (const char* wrong = judgeChunkLine(line))
        return wrong;
    if (const char* wrong = judgeField(line))
        return wrong;
    const Bytes name = line.substr(0, line.find(':'));
    if (!isToken(name))
        return NO_NAME;
    if (sameText(name, "content-length") || sameText(name, "transfer-encoding") || sameText(name, "host"))
        return "a forbidden field in an HTTP trailer (RFC 9110 section 6.5.1)";
    return nullptr;
}

const char* Head::readRequest(Bytes head)
{
    size = head.size();
    std::size_t at = 0;
    if (const char* wrong = readBeginning(head, at))
        return wrong;
    if (const char* wrong = readFields(head, at))
        return wrong;
    return judgeRequest();
}

const char* Head::readRequestLine(Bytes line)
{
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == Bytes::npos || first == last)
        return NO_REQUEST;
    method = line.substr(0, first);
    target = line.substr(first + 1, last - first - 1);
    const Bytes version = line.substr(last + 1);
    if (version.substr(0, 7) == "HTTP/2." && method == "PRI")
        return "HTTP/2 (not supported)";
    if (!isToken(method) || target.empty() || target.find_first_of(" \t") != Bytes::npos)
        return NO_REQUEST;
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return "an unsupported HTTP version (expected 1.0 or 1.1)";
    is10 = version == "HTTP/1.0";
    return nullptr;
}

const char* Head::judgeRequest()
{
    if (_hosts > 1 || (_hosts == 0 && !is10))
        return "an HTTP request without exactly one Host field (RFC 9112 section 3.2)";
    if (_codings > 0 && length)
        return "an HTTP request with both Transfer-Encoding and Content-Length (RFC 9112 section 6.1)";
    // some servers know only `chunked` and ignore all other codings
    if (_codings > 0 && (_codings > 1 || !sameText(coding.value, "chunked")))
        return "an HTTP request with a Transfer-Encoding other than chunked (RFC 9112 section 6.1)";
    if (_codings > 0 && is10)
        return "an HTTP/1.0 request with Transfer-Encoding (RFC 9112 section 6.1)";
    return nullptr;
}

const char* Head::judgeResponse() const
{
    if (_codings > 0 && length)
        return "an HTTP response with both Transfer-Encoding and Content-Length (RFC 9112 section 6.1)";
    return nullptr;
}

const char* Head::readResponse(Bytes head)
{
    size = head.size();
    _isResponse = true;
    std::size_t at = 0;
    const auto line = lineAt(head, at);
    if (!line)
        return BAD_LINE;
    const Bytes version = line->substr(0, 9);
    if ((version != "HTTP/1.1 " && version != "HTTP/1.0 ") || line->size() < 12)
        return NO_STATUS;
    is10 = version == "HTTP/1.0 ";
    for (const char c : line->substr(9, 3))
    {
        if (c < '0' || c > '9')
            return NO_STATUS;
        status = status * 10 + static_cast<unsigned>(c - '0');
    }
    if (status < 100 || (line->size() > 12 && (*line)[12] != ' '))
        return NO_STATUS;
    if (const char* wrong = readFields(head, at))
        return wrong;
    return judgeResponse();
}

} // namespace proximux::http
