#include <proximux/protocol/resp/Framers.h>

#include <algorithm>

namespace proximux::resp
{

using Kind = Framer::Progress::Kind;

// ------------------------------------------------------------------------------------------------ common

namespace
{

constexpr bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

} // namespace

/// Reads a type, a number and CRLF. Nearly every line has few digits and nothing else.
Reader::Number Reader::readNumber(Bytes input)
{
    constexpr std::size_t FEW = 8;
    const std::size_t most = std::min(input.size(), FEW + 1);
    std::size_t at = 1;
    std::int64_t value = 0;
    while (at < most && isDigit(input[at]))
        value = value * 10 + (input[at++] - '0');
    const bool isPlain = at == 2 || (at > 2 && input[1] != '0');
    if (isPlain && at + 1 < input.size() && input[at] == '\r' && input[at + 1] == '\n')
        return {at + 2, value, nullptr};
    return readAnyNumber(input);
}

Reader::Number Reader::readAnyNumber(Bytes input)
{
    constexpr std::size_t LONGEST = 24;
    const std::size_t end = input.substr(0, LONGEST).find('\n');
    if (end == Bytes::npos)
        return {0, 0, input.size() >= LONGEST ? "a RESP integer out of range" : nullptr};
    const bool integer = input[0] == ':'; // a value, not a count
    const bool negative = input[1] == '-';
    const std::size_t digits = negative || (integer && input[1] == '+') ? 2 : 1;
    if (end < digits + 2 || input[end - 1] != '\r')
        return {0, 0, "an invalid RESP integer"};
    const std::uint64_t most = INT64_MAX + std::uint64_t{negative};
    std::uint64_t value = 0;
    for (std::size_t at = digits; at < end - 1; ++at)
    {
        if (!isDigit(input[at]))
            return {0, 0, "an invalid RESP integer"};
        const auto digit = static_cast<std::uint64_t>(input[at] - '0');
        if (value > (most - digit) / 10)
            return {0, 0, "a RESP integer out of range"};
        value = value * 10 + digit;
    }
    if (!integer && input[digits] == '0' && (negative || end - 1 > digits + 1))
        return {0, 0, "an invalid RESP integer"}; // servers close the connection after 01 or -0
    return {end + 1, static_cast<std::int64_t>(negative ? 0 - value : value), nullptr};
}

bool Reader::takeBulk(Bytes input, std::size_t& at)
{
    if (_bulk > 2)
    {
        const std::uint64_t n = std::min<std::uint64_t>(_bulk - 2, input.size() - at);
        _bulk -= n;
        at += static_cast<std::size_t>(n);
    }
    while (_bulk > 0 && _bulk <= 2 && at < input.size())
    {
        if (input[at] != (_bulk == 2 ? '\r' : '\n'))
            return false;
        --_bulk;
        ++at;
    }
    return true;
}

/// A bare line feed is malformed, so that all peers agree on the end of a line.
const char* Reader::takeLine(Bytes input, std::size_t& at)
{
    const std::size_t end = input.find('\n', at);
    const std::size_t behind = end == Bytes::npos ? input.size() : end + 1;
    _line = end == Bytes::npos;
    if (!_line && !(end > at ? input[end - 1] == '\r' : _return))
        return "a RESP line without its final CRLF";
    _return = input[behind - 1] == '\r';
    _lineSize += behind - at;
    at = behind;
    return _lineSize <= MAX_BULK ? nullptr : "a RESP line longer than 512 MiB";
}

// ------------------------------------------------------------------------------------------------ requests

Framer::Progress RequestFramer::feed(Bytes input)
{
    std::size_t at = 0;
    while (at < input.size())
    {
        if (_bulk > 0)
        {
            if (!takeBulk(input, at))
                return {Kind::malformed, at, "a RESP bulk string without its final CRLF"};
            if (_bulk > 0)
                break;
            --_values;
        }
        else
        {
            bool more = false;
            if (const char* wrong = begin(input, at, more))
                return {Kind::malformed, at, wrong};
            if (more)
                break;
            if (_bulk > 0)
                continue;
        }
        if (_values == 0)
            return {Kind::complete, at, ""};
    }
    return {Kind::partial, at, ""};
}

/// Begins a command, or its next string.
const char* RequestFramer::begin(Bytes input, std::size_t& at, bool& more)
{
    const bool first = _values == 0;
    if (first && input[at] != '*')
        return inlineCommand(input, at, more);
    if (!first && input[at] != '$')
        return "a RESP command containing a non-string element";
    const Number number = readNumber(input.substr(at));
    more = number.size == 0;
    if (more)
        return number.wrong;
    if (first && number.value > MAX_WORDS)
        return "a RESP command with too many arguments";
    if (!first && (number.value < 0 || static_cast<std::uint64_t>(number.value) > MAX_BULK))
        return "a RESP bulk string with a length outside 0..512 MiB";
    at += number.size;
    if (first)
        _values = static_cast<std::uint64_t>(std::max<std::int64_t>(number.value, 0));
    else
        _bulk = static_cast<std::uint64_t>(number.value) + 2;
    return nullptr;
}

/// Takes a complete inline command. Refuses everything that servers may read differently: quotes, which allow many
/// spellings of a command's name, and control characters, some of which end a line.
const char* RequestFramer::inlineCommand(Bytes input, std::size_t& at, bool& more)
{
    const std::size_t end = input.find('\n', at + _scanned);
    if (std::min(end, input.size()) - at > MAX_LINE)
        return "a RESP inline command longer than 64 KiB";
    more = end == Bytes::npos;
    _scanned = more ? input.size() - at : 0;
    if (more)
        return nullptr;
    Bytes line = input.substr(at, end - at);
    if (!line.empty() && line.back() == '\r')
        line.remove_suffix(1);
    for (const char c : line)
    {
        if (c == '"' || c == '\'')
            return "a RESP inline command containing quotes";
        if (static_cast<unsigned char>(c) < 0x20 && c != '\t')
            return "a RESP inline command containing control characters";
    }
    at = end + 1;
    return nullptr;
}

} // namespace proximux::resp
