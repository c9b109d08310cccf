#include <proximux/admin/Request.h>

#include <proximux/protocol/http/Head.h>

#include <algorithm>

namespace proximux::admin
{

namespace
{

/// The value of a field in a head that was found correct; empty: there is none.
std::string fieldOf(Bytes head, Bytes name)
{
    std::size_t at = 0;
    while (const auto line = http::lineAt(head, at))
    {
        const std::size_t colon = line->find(':');
        if (colon != Bytes::npos && http::sameText(line->substr(0, colon), name))
            return std::string(http::trimmed(line->substr(colon + 1)));
        if (at >= head.size())
            break;
    }
    return {};
}

bool isCapital(char c)
{
    return c >= 'A' && c <= 'Z';
}

} // namespace

bool RequestReader::isHttp() const
{
    return !_takesLines || (!_input.empty() && isCapital(_input.front()));
}

RequestReader::Kind RequestReader::feed(Bytes bytes)
{
    _input.append(bytes);
    if (_input.empty())
        return Kind::more;
    if (!isHttp())
    {
        const std::size_t end = _input.find('\n');
        if (std::min(end, _input.size()) > MAX_LINE)
            return refuse(400, "the command is longer than 4096 bytes");
        return end == std::string::npos ? Kind::more : readLine(end);
    }
    if (_whole == 0)
    {
        const std::size_t end = http::Head::find(_input, _scanned);
        if (std::max(end, end == 0 ? _input.size() : 0) > http::Head::MAX)
            return refuse(431, "the head of the request is larger than 64 KB");
        const Kind kind = end == 0 ? Kind::more : readHead(end);
        if (kind != Kind::request)
            return kind;
    }
    return _input.size() >= _whole ? Kind::request : Kind::more;
}

RequestReader::Kind RequestReader::finish()
{
    return isHttp() || _input.empty() ? Kind::more : readLine(_input.size());
}

RequestReader::Kind RequestReader::readLine(std::size_t end)
{
    _line = _input.substr(0, end);
    if (!_line.empty() && _line.back() == '\r')
        _line.pop_back();
    return Kind::line;
}

/// Reads a complete head. Kind::request: the body may still be missing.
RequestReader::Kind RequestReader::readHead(std::size_t end)
{
    const Bytes text = Bytes(_input).substr(0, end);
    http::Head head;
    if (const char* wrong = head.readRequest(text))
        return refuse(400, wrong);
    if (head.target.front() != '/')
        return refuse(400, "the target of the request is not a path");
    if (head.chunked)
        return refuse(411, "a chunked body is not supported; expected Content-Length");
    if (head.length.value_or(0) > MAX_BODY)
        return refuse(413, "the body is larger than 64 KB");
    _request.method = head.method;
    const Bytes target = head.target.substr(0, head.target.find('#'));
    const std::size_t mark = std::min(target.find('?'), target.size());
    _request.path = target.substr(0, mark);
    _request.query = target.substr(std::min(mark + 1, target.size()));
    _request.host = fieldOf(text, "host");
    _request.contentType = fieldOf(text, "content-type");
    _request.authorization = fieldOf(text, "authorization");
    _request.ifNoneMatch = fieldOf(text, "if-none-match");
    _whole = end + static_cast<std::size_t>(head.length.value_or(0));
    return Kind::request;
}

RequestReader::Kind RequestReader::refuse(int status, const std::string& why)
{
    _refusal = textReply(status, why);
    _refusal.exitCode = UNKNOWN_COMMAND;
    return Kind::refused;
}

} // namespace proximux::admin
