#include <proximux/protocol/http/Framers.h>

#include <algorithm>

namespace proximux::http
{

using Kind = Framer::Progress::Kind;

namespace
{

constexpr const char* TOO_LONG = "an HTTP head longer than 64 KiB";

std::uint64_t hexadecimal(Bytes digits)
{
    std::uint64_t value = 0;
    for (const char c : digits)
        value = value * 16 + static_cast<std::uint64_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    return value;
}

} // namespace

// ------------------------------------------------------------------------------------------------ bodies

void Body::begin(const Head& head, bool untilClose)
{
    _trailer = 0;
    _left = head.length.value_or(0);
    if (head.chunked)
        _state = State::chunkSize;
    else if (untilClose)
        _state = State::untilClose;
    else
        _state = _left > 0 ? State::counted : State::done;
}

const char* Body::take(Bytes input, std::size_t& at)
{
    constexpr std::size_t MAX_LINE = 8192;
    while (_state != State::done && at < input.size())
    {
        if (_state == State::untilClose)
        {
            at = input.size();
            return nullptr;
        }
        if (_state == State::counted || _state == State::chunk)
        {
            const std::uint64_t crlf = _state == State::chunk ? 2 : 0;
            if (_left > crlf)
            {
                const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(_left - crlf, input.size() - at));
                at += n;
                _left -= n;
            }
            for (; _left > 0 && _left <= crlf && at < input.size(); ++at, --_left)
                if (input[at] != (_left == 2 ? '\r' : '\n'))
                    return "an HTTP chunk without its final CRLF (RFC 9112 section 7.1)";
            if (_left == 0)
                _state = _state == State::chunk ? State::chunkSize : State::done;
            continue;
        }
        const std::size_t end = input.find('\n', at);
        if (std::min(end, input.size()) - at > MAX_LINE)
            return "an HTTP chunk or trailer line longer than 8 KiB";
        if (end == Bytes::npos)
            return nullptr; // incomplete
        if (end == at || input[end - 1] != '\r' || input.substr(at, end - 1 - at).find('\r') != Bytes::npos)
            return "an HTTP chunk or trailer line that does not end in CRLF (RFC 9112 section 7.1)";
        if (const char* wrong = takeLine(input.substr(at, end - 1 - at)))
            return wrong;
        at = end + 1;
    }
    return nullptr;
}

const char* Body::takeLine(Bytes line)
{
    if (_state == State::chunkSize)
        return takeChunkSize(line);
    if (line.empty())
        _state = State::done;
    else if ((_trailer += line.size()) > Head::MAX)
        return "an HTTP trailer longer than 64 KiB";
    else
        return Head::judgeTrailer(line);
    return nullptr;
}

const char* Body::takeChunkSize(Bytes line)
{
    const std::size_t digits = std::min(line.find_first_not_of("0123456789abcdefABCDEF"), line.size());
    constexpr std::size_t MOST = 15;
    Bytes rest = line.substr(digits);
    if (_fromTarget) // old servers pad the line
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    if (digits == 0 || digits > MOST || (!rest.empty() && rest.front() != ';'))
        return "an invalid HTTP chunk size (RFC 9112 section 7.1)";
    if (const char* wrong = Head::judgeChunkLine(line))
        return wrong;
    _left = hexadecimal(line.substr(0, digits));
    _state = _left > 0 ? State::chunk : State::trailer;
    _left += _left > 0 ? 2 : 0;
    return nullptr;
}

Chunks readChunks(Bytes body, std::string* data)
{
    Chunks found;
    for (;;)
    {
        const std::size_t end = body.find("\r\n");
        if (end == Bytes::npos)
            return found;
        const std::size_t digits = std::min(body.find_first_not_of("0123456789abcdefABCDEF"), end);
        const std::uint64_t size = hexadecimal(body.substr(0, digits));
        body.remove_prefix(end + 2);
        if (size == 0)
        {
            found.trailer = body != "\r\n";
            return found;
        }
        if (size + 2 < size || size + 2 > body.size())
            return found;
        found.size += size;
        if (data != nullptr)
            data->append(body, 0, static_cast<std::size_t>(size));
        body.remove_prefix(static_cast<std::size_t>(size) + 2);
    }
}

// ------------------------------------------------------------------------------------------------ requests

Framer::Progress RequestFramer::feed(Bytes input)
{
    std::size_t at = 0;
    if (!_inBody)
    {
        at = Head::find(input, _scanned);
        Head head;
        if (at == 0 || at > Head::MAX)
        {
            const char* wrong = head.readBeginning(input, at);
            if (wrong == nullptr && input.size() > Head::MAX)
                wrong = TOO_LONG;
            return wrong != nullptr ? Progress{Kind::malformed, 0, wrong} : Progress{};
        }
        _scanned = 0;
        if (const char* wrong = head.readRequest(input.substr(0, at)))
            return {Kind::malformed, 0, wrong};
        _body.begin(head, false);
        _inBody = !_body.isDone();
        if (!_inBody)
            return {Kind::complete, at, ""};
        if (head.expectsContinue && !head.is10 && at == input.size())
            return {Kind::header, at, ""}; // the client waits for 100 Continue
    }
    if (const char* wrong = _body.take(input, at))
        return {Kind::malformed, at, wrong};
    _inBody = !_body.isDone();
    return {_inBody ? Kind::partial : Kind::complete, at, ""};
}

// ------------------------------------------------------------------------------------------------ responses

Framer::Progress ResponseFramer::feed(Bytes input)
{
    std::size_t at = 0;
    if (!_inBody)
    {
        at = Head::find(input, _scanned);
        constexpr Bytes BEGINNING = "HTTP/";
        if (input.substr(0, BEGINNING.size()) != BEGINNING.substr(0, input.size()))
            return {Kind::malformed, 0, "not an HTTP response"};
        if (at == 0)
            return input.size() > Head::MAX ? Progress{Kind::malformed, 0, TOO_LONG} : Progress{};
        if (at > Head::MAX)
            return {Kind::malformed, 0, TOO_LONG};
        _scanned = 0;
        if (const char* wrong = begin(input.substr(0, at)))
            return {Kind::malformed, 0, wrong};
    }
    if (const char* wrong = _body.take(input, at))
        return {Kind::malformed, at, wrong};
    _inBody = !_body.isDone();
    return {_inBody ? Kind::partial : Kind::complete, at, ""};
}

const char* ResponseFramer::begin(Bytes bytes)
{
    Head head;
    if (const char* wrong = head.readResponse(bytes))
        return wrong;
    _traits.clear();
    const bool success = head.status >= 200 && head.status < 300;
    const bool tunnel =
        (head.status == 101 && (_hint & hint::UPGRADE) != 0) || (success && (_hint & hint::CONNECT) != 0);
    if (head.status == 101 && !tunnel)
        return "an HTTP 101 response without an Upgrade request (RFC 9110 section 15.2.2)";
    if (tunnel)
    {
        _traits.kind = ResponseTraits::Kind::tunnel;
        _traits.edits.assign(head.repairs.begin(), head.repairs.end());
        _body.none();
        return nullptr;
    }
    if (head.status < 200)
    {
        _traits.kind = ResponseTraits::Kind::interim;
        _traits.consents = head.status == 100;
        _traits.edits.assign(head.repairs.begin(), head.repairs.end());
        _traits.swallowed = (_hint & hint::IS_10) != 0; // 1.0 has no interim responses
        _body.none();
        return nullptr;
    }
    constexpr unsigned UNAUTHORIZED = 401;
    constexpr unsigned PROXY_AUTHENTICATION = 407;
    if (head.challenges && (head.status == UNAUTHORIZED || head.status == PROXY_AUTHENTICATION))
        _traits.challenges = pins::AUTHENTICATION;
    const bool bodiless = (_hint & hint::HEAD) != 0 || head.status == 204 || head.status == 304;
    if (bodiless)
        _body.none();
    else
        _body.begin(head, !head.length && !head.chunked);
    _traits.proof = true;
    _traits.closesClient = _body.isUntilClose();
    _traits.spends = (_hint & hint::BODY) != 0 && head.status >= 400; // the body may be unread
    _traits.closesTarget = head.close || (head.is10 && (!head.keepAlive || head.chunked)) || _body.isUntilClose();
    edit(head, _traits.closesClient || (_hint & hint::CLOSE) != 0);
    return nullptr;
}

/// Replaces the fields of the connection by the proxy's own, and corrects others.
void ResponseFramer::edit(const Head& head, bool close)
{
    const Edit* repair = head.repairs.begin();
    for (const Head::Field& field : head.hopByHop)
    {
        if (sameText(field.name, "upgrade"))
            continue;
        for (; repair != head.repairs.end() && repair->offset < field.offset + field.size; ++repair)
            if (repair->offset < field.offset)
                _traits.edits.push_back(*repair);
        _traits.edits.push_back({field.offset, field.size, {}});
    }
    _traits.edits.insert(_traits.edits.end(), repair, head.repairs.end());
    if (close)
        _traits.edits.push_back({head.size - 2, 0, "Connection: close\r\n"});
    else if ((_hint & hint::IS_10) != 0 || head.is10)
        _traits.edits.push_back({head.size - 2, 0, "Connection: keep-alive\r\n"});
}

bool ResponseFramer::finish()
{
    if (!_inBody || !_body.isUntilClose())
        return false;
    _inBody = false;
    return true;
}

} // namespace proximux::http
