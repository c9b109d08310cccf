#include <proximux/protocol/http/Head.h>

#include <algorithm>

namespace proximux::http
{

namespace
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

/// Calls `call` with each element of a comma-separated list.
template <class F>
void eachElement(Bytes list, F call)
{
    while (!list.empty())
    {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (const Bytes element = trimmed(list.substr(0, comma)); !element.empty())
            call(element);
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
}

/// Whether these credentials use a scheme that authenticates the connection.
bool isOfConnection(Bytes credentials)
{
    const Bytes scheme = credentials.substr(0, credentials.find(' '));
    return sameText(scheme, "ntlm") || sameText(scheme, "negotiate");
}

bool isClean(Bytes line)
{
    return std::all_of(line.begin(), line.end(),
                       [](char c) { return (static_cast<unsigned char>(c) >= ' ' && c != 0x7F) || c == '\t'; });
}

/// One line of a complete head, without CRLF; moves `at` after it. Returns nothing if the line is malformed.
std::optional<Bytes> lineAt(Bytes head, std::size_t& at)
{
    const std::size_t end = head.find('\n', at);
    if (end == Bytes::npos || end == at || head[end - 1] != '\r')
        return std::nullopt;
    const Bytes line = head.substr(at, end - 1 - at);
    at = end + 1;
    return isClean(line) ? std::optional(line) : std::nullopt;
}

/// Number of bytes of empty lines before a request.
std::size_t blankBefore(Bytes input)
{
    std::size_t blank = 0;
    while (input.substr(blank, 2) == "\r\n")
        blank += 2;
    return blank;
}

const char* judgeField(Bytes line)
{
    if (line.front() == ' ' || line.front() == '\t')
        return "an obsolete folded HTTP field";
    const std::size_t colon = line.find(':');
    if (colon == Bytes::npos || !isToken(line.substr(0, colon)))
        return "an invalid HTTP field name";
    return nullptr;
}

constexpr std::size_t MAX_BLANK = 4; ///< bytes
/// Limits both the options of Connection, because each is compared with each field, and the fields that are not
/// forwarded, because each costs an edit.
constexpr std::size_t MAX_OPTIONS = 32;
constexpr const char* NO_REQUEST = "an invalid HTTP request line";
constexpr const char* BAD_LINE = "an HTTP head containing a control character or a line that does not end in CRLF";

} // namespace

bool sameText(Bytes a, Bytes b)
{
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == y; });
}

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
    if (sameText(name, "content-length") || sameText(name, "transfer-encoding") || sameText(name, "host"))
        return "a forbidden field in an HTTP trailer";
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
        return "an HTTP request without exactly one Host field";
    if (_codings > 0 && length)
        return "an HTTP request with both Transfer-Encoding and Content-Length";
    // some servers know only `chunked` and ignore all other codings
    if (_codings > 0 && (_codings > 1 || !sameText(coding.value, "chunked")))
        return "an HTTP request with a Transfer-Encoding other than chunked";
    if (_codings > 0 && is10)
        return "an HTTP/1.0 request with Transfer-Encoding";
    return nullptr;
}

const char* Head::readResponse(Bytes head)
{
    size = head.size();
    std::size_t at = 0;
    const auto line = lineAt(head, at);
    if (!line)
        return BAD_LINE;
    const Bytes version = line->substr(0, 9);
    if ((version != "HTTP/1.1 " && version != "HTTP/1.0 ") || line->size() < 12)
        return "an invalid HTTP status line";
    is10 = version == "HTTP/1.0 ";
    for (const char c : line->substr(9, 3))
    {
        if (c < '0' || c > '9')
            return "an invalid HTTP status line";
        status = status * 10 + static_cast<unsigned>(c - '0');
    }
    if (status < 100 || (line->size() > 12 && (*line)[12] != ' '))
        return "an invalid HTTP status line";
    if (const char* wrong = readFields(head, at))
        return wrong;
    if (_codings > 0 && length)
        return "an HTTP response with both Transfer-Encoding and Content-Length";
    return nullptr;
}

const char* Head::readFields(Bytes head, std::size_t at)
{
    thread_local std::vector<Field> fields; // used again: no head allocates for its fields
    thread_local std::vector<Bytes> named;  // options of Connection
    fields.clear();
    named.clear();
    for (;;)
    {
        const std::size_t offset = at;
        const auto line = lineAt(head, at);
        if (!line)
            return BAD_LINE;
        if (line->empty())
            break;
        if (const char* wrong = judgeField(*line))
            return wrong;
        const std::size_t colon = line->find(':');
        fields.push_back({line->substr(0, colon), trimmed(line->substr(colon + 1)), offset, at - offset});
        if (sameText(fields.back().name, "connection"))
            eachElement(fields.back().value, [](Bytes each) { named.push_back(each); });
    }
    if (named.size() > MAX_OPTIONS)
        return "an HTTP Connection field with too many options";
    for (const Bytes each : named)
    {
        close = close || sameText(each, "close");
        keepAlive = keepAlive || sameText(each, "keep-alive");
        upgrade = upgrade || sameText(each, "upgrade");
    }
    std::size_t hops = 0;
    for (const Field& field : fields)
    {
        const auto sameName = [&field](Bytes each)
        {
            return each.size() == field.name.size() && std::equal(each.begin(), each.end(), field.name.begin(),
                                                                  [](char x, char y) { return lower(x) == lower(y); });
        };
        constexpr Bytes ALWAYS[] = {"connection", "keep-alive", "proxy-connection", "te", "upgrade"};
        const bool always = std::any_of(std::begin(ALWAYS), std::end(ALWAYS),
                                        [&field](Bytes each) { return sameText(field.name, each); });
        const bool framing = sameText(field.name, "transfer-encoding") || sameText(field.name, "content-length") ||
                             sameText(field.name, "host");
        const bool goes = always || (!framing && std::any_of(named.begin(), named.end(), sameName)) ||
                          (sameText(field.name, "expect") && sameText(field.value, "100-continue"));
        if (const char* wrong = take(field, !goes))
            return wrong;
        if (goes)
            fields[hops++] = field; // it has been looked at, as all before it
    }
    hopByHop = {fields.data(), hops};
    upgrade = upgrade && _upgradeField && !_toHttp2;
    return hops > MAX_OPTIONS ? "an HTTP head with too many hop-by-hop fields" : nullptr;
}

/// Evaluates a field.
const char* Head::take(const Field& field, bool passes)
{
    if (sameText(field.name, "content-length"))
        return takeLength(field);
    if (sameText(field.name, "transfer-encoding"))
        return takeCoding(field);
    if (sameText(field.name, "host"))
        ++_hosts;
    else if (sameText(field.name, "upgrade"))
        eachElement(field.value,
                    [this](Bytes each)
                    {
                        _upgradeField = true;
                        _toHttp2 = _toHttp2 || sameText(each.substr(0, 2), "h2");
                    });
    else if (sameText(field.name, "expect"))
        expectsContinue = sameText(field.value, "100-continue");
    else if (passes && (sameText(field.name, "authorization") || sameText(field.name, "proxy-authorization")))
        authenticates = authenticates || isOfConnection(field.value);
    else if (sameText(field.name, "www-authenticate") || sameText(field.name, "proxy-authenticate"))
        eachElement(field.value, [this](Bytes each) { challenges = challenges || isOfConnection(each); });
    return nullptr;
}

const char* Head::takeLength(const Field& field)
{
    constexpr std::size_t DIGITS = 18;
    const Bytes text = field.value;
    if (text.empty() || text.size() > DIGITS || text.find_first_not_of("0123456789") != Bytes::npos)
        return "an invalid HTTP Content-Length";
    std::uint64_t value = 0;
    for (const char c : text)
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    if (length)
        return "an HTTP message with two Content-Length fields"; // even if equal: servers differ
    length = value;
    return nullptr;
}

const char* Head::takeCoding(const Field& field)
{
    const char* wrong = nullptr;
    ++_codings;
    coding = field;
    eachElement(field.value,
                [this, &wrong](Bytes each)
                {
                    if (chunked)
                        wrong = "Transfer-Encoding: chunked is not the last coding";
                    chunked = sameText(each, "chunked");
                });
    return wrong;
}

} // namespace proximux::http
