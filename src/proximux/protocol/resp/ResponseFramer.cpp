#include <proximux/protocol/resp/Framers.h>

#include <algorithm>
#include <cstring>

namespace proximux::resp
{

using Kind = Framer::Progress::Kind;

Framer::Progress ResponseFramer::feed(Bytes input)
{
    std::size_t at = 0;
    while (at < input.size())
    {
        const std::size_t from = at;
        if (_bulk > 0)
        {
            if (!takeBulk(input, at))
                return {Kind::malformed, at, "a RESP bulk string without its final CRLF"};
        }
        else if (_line)
        {
            if (const char* wrong = takeLine(input, at))
                return {Kind::malformed, at, wrong};
        }
        else
        {
            bool more = false;
            if (const char* wrong = value(input, at, more))
                return {Kind::malformed, at, wrong};
            if (more)
                break;
            if (_values == 0)
                return whole(at);
            continue;
        }
        if (_noting)
            note(input.substr(from, at - from));
        if (_bulk > 0 || _line)
            break;
        _noting = false;
        if (!_chunks)
            valueEnds();
        if (_values == 0)
            return whole(at);
    }
    return {Kind::partial, at, ""};
}

/// In a streamed aggregate, the next value or the dot is still to come.
void ResponseFramer::valueEnds()
{
    --_values;
    if (_values == 0 && _depth > 0)
        _values = 1;
}

/// The message's own value begins.
void ResponseFramer::first(char type)
{
    _traits.clear();
    _nested = _nameless = _noting = false;
    _begun = _noted = _nameSize = 0;
    _count = _number = -1;
    _error = type == '-' || type == '!';
    _leading = type == '|';
    if (type == '>') // a push message, which answers no request
    {
        _traits.kind = ResponseTraits::Kind::interim;
        _traits.swallowed = true;
    }
}

/// Begins the next value.
const char* ResponseFramer::value(Bytes input, std::size_t& at, bool& more)
{
    const char type = input[at];
    if (_chunks)
        return type == ';' ? chunk(input, at, more) : "a RESP streamed string containing something else";
    if (type == '.')
        return dot(input, at, more);
    const bool isFirst = _values == 0 || (_leading && _values == 1 && _depth == 0);
    if (isFirst && _leading && type == '>')
        return "a RESP push message with attributes";
    switch (type)
    {
    case '+':
    case '-':
    case ',':
    case '(':
    case '#':
    case '_':
        line(type, isFirst);
        return nullptr;
    case ':':
    case '$':
    case '!':
    case '=':
    case '*':
    case '~':
    case '>':
    case '%':
    case '|':
        return sizedValue(input, at, isFirst, more);
    default:
        return "a RESP value of unknown type";
    }
}

/// Begins with a type and a number, or with a type and a question mark.
const char* ResponseFramer::sizedValue(Bytes input, std::size_t& at, bool isFirst, bool& more)
{
    const char type = input[at];
    more = input.size() < at + 2;
    if (more)
        return nullptr;
    const bool isStreamed = input[at + 1] == '?' && type != ':';
    const Number number = isStreamed ? Number{} : readNumber(input.substr(at));
    more = isStreamed ? input.size() < at + 4 : number.size == 0;
    if (more)
        return number.wrong;
    if (isFirst)
        first(type);
    else
        ++_begun;
    _values += _values == 0 ? 1 : 0;
    if (isStreamed)
        return streamed(input, at);
    at += number.size;
    return sized(type, number.value, isFirst);
}

void ResponseFramer::line(char type, bool isFirst)
{
    if (isFirst)
        first(type);
    else
        ++_begun;
    _values += _values == 0 ? 1 : 0;
    _line = true;
    _return = false;
    _lineSize = 0;
    _noting = isFirst && (type == '-' || type == '+');
    _nameless = _nameless || (type == '_' && _begun == 2);
}

/// A value that begins with a number.
const char* ResponseFramer::sized(char type, std::int64_t number, bool isFirst)
{
    if (type == ':')
    {
        if (_begun == 3)
            _number = number;
        valueEnds();
        return nullptr;
    }
    _traits.proof = _traits.proof || isFirst;
    if (type == '$' || type == '!' || type == '=')
        return bulk(number);
    if (isFirst && (type == '*' || type == '>'))
        _count = number;
    _nested = _nested || !isFirst;
    return aggregate(type, number);
}

/// "$?" and "*?" with their CRLF.
const char* ResponseFramer::streamed(Bytes input, std::size_t& at)
{
    const char type = input[at];
    if (input.substr(at + 2, 2) != "\r\n" || type == '!' || type == '=')
        return "an invalid RESP integer";
    at += 4;
    _nested = true;
    _chunks = type == '$';
    if (_chunks)
        return nullptr;
    if (_depth == MAX_STREAMED)
        return "RESP streamed aggregates too deep within each other";
    _outer[_depth++] = type == '|' ? _values : _values - 1;
    _values = 1;
    return nullptr;
}

/// ";3" and its CRLF; the bytes follow.
const char* ResponseFramer::chunk(Bytes input, std::size_t& at, bool& more)
{
    const Number number = readNumber(input.substr(at));
    more = number.size == 0;
    if (more)
        return number.wrong;
    if (number.value < 0 || number.value > static_cast<std::int64_t>(MAX_BULK))
        return "a RESP bulk string with a length outside 0..512 MiB";
    at += number.size;
    _chunks = number.value > 0;
    if (_chunks)
        _bulk = static_cast<std::uint64_t>(number.value) + 2;
    else
        valueEnds();
    return nullptr;
}

/// Ends the innermost streamed aggregate.
const char* ResponseFramer::dot(Bytes input, std::size_t& at, bool& more)
{
    if (_depth == 0 || _values != 1)
        return "a RESP end of a streamed aggregate outside of one";
    more = input.size() < at + 3;
    if (more)
        return nullptr;
    if (input.substr(at + 1, 2) != "\r\n")
        return "a RESP end of a streamed aggregate without its CRLF";
    at += 3;
    _values = _outer[--_depth];
    if (_values == 0 && _depth > 0)
        _values = 1;
    return nullptr;
}

const char* ResponseFramer::bulk(std::int64_t length)
{
    if (length < -1 || length > static_cast<std::int64_t>(MAX_BULK))
        return "a RESP bulk string with a length outside 0..512 MiB";
    _noting = _begun == 1 && length > 0;
    if (_noting)
        _nameSize = static_cast<std::size_t>(length);
    _nameless = _nameless || (length == -1 && _begun == 2);
    if (length == -1)
        valueEnds();
    else
        _bulk = static_cast<std::uint64_t>(length) + 2;
    return nullptr;
}

const char* ResponseFramer::aggregate(char type, std::int64_t count)
{
    if (count < -1 || count > static_cast<std::int64_t>(MAX_COUNT) || _values > (1ULL << 60U))
        return "a RESP aggregate with too many elements";
    const auto values = static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0));
    const bool pairs = type == '%' || type == '|';
    _values += pairs ? 2 * values : values;
    if (type != '|')
        valueEnds(); // the aggregate itself
    return nullptr;
}

/// Keeps the first bytes of a string that tells the kind of message.
void ResponseFramer::note(Bytes bytes)
{
    const std::size_t n = std::min(bytes.size(), sizeof(_note) - _noted);
    std::memcpy(_note + _noted, bytes.data(), n);
    _noted += n;
}

/// [subscribe, a, 1], [punsubscribe, null, 0], [message, a, text], [pmessage, a*, a, text]
Notice ResponseFramer::notice() const
{
    struct Name
    {
        Bytes name;
        std::int64_t values;
        Notice::Kind kind;
        char of;
    };
    static constexpr Name NAMES[] = {
        {"message", 3, Notice::Kind::published, 0},    {"pmessage", 4, Notice::Kind::published, 0},
        {"smessage", 3, Notice::Kind::published, 0},   {"subscribe", 3, Notice::Kind::begun, 'c'},
        {"psubscribe", 3, Notice::Kind::begun, 'p'},   {"ssubscribe", 3, Notice::Kind::begun, 's'},
        {"unsubscribe", 3, Notice::Kind::ended, 'c'},  {"punsubscribe", 3, Notice::Kind::ended, 'p'},
        {"sunsubscribe", 3, Notice::Kind::ended, 's'},
    };
    if (_error)
        return {Notice::Kind::error, 0, false, -1};
    if (_nameSize == 0)
        return {};
    const Bytes noted(_note, std::min(_noted, _nameSize));
    for (const Name& each : NAMES)
    {
        if (_count != each.values || _nameSize != each.name.size() || noted != each.name)
            continue;
        const bool counts = each.kind != Notice::Kind::published;
        if (counts && (_nested || _number < 0))
            break;
        return {each.kind, each.of, _nameless, _number};
    }
    return {};
}

Framer::Progress ResponseFramer::whole(std::size_t at)
{
    _traits.notice = notice();
    _traits.notice.pushed = _traits.kind == ResponseTraits::Kind::interim;
    const Bytes noted(_note, _noted);
    _traits.proof = _traits.proof || noted == "+PONG\r\n";
    if (_traits.notice.kind == Notice::Kind::error && noted.substr(0, 10) != "-EXECABORT")
        _traits.keeps = pins::TRANSACTION | pins::WATCH | pins::DATABASE;
    _traits.undone = _error && noted.substr(0, 20) == "-ERR unknown command";
    if (!_traits.undone)
        _traits.keeps |= pins::UNKNOWN;
    return {Kind::complete, at, ""};
}

} // namespace proximux::resp
