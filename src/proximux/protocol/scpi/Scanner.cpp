#include <proximux/protocol/scpi/Scanner.h>

#include <algorithm>

namespace proximux::scpi
{

namespace
{

/// As in IEEE 488.2; the LF is not among them, because it ends the message.
bool isSpace(char c)
{
    return static_cast<unsigned char>(c) <= ' ';
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

} // namespace

Scanner::Result Scanner::read(Bytes input)
{
    std::size_t at = 0;
    while (at < input.size() && !_ended)
    {
        if (_state == State::endless)
            return {input.size(), false, nullptr};
        if (_state == State::block)
        {
            const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(_size, input.size() - at));
            at += n;
            _size -= n;
            if (_size > 0)
                break;
            _state = State::element;
            continue;
        }
        if (++_text > _max)
            return {at, false, "a SCPI message longer than exchange.max_message"};
        if (const char* wrong = take(input[at]))
            return {at, false, wrong};
        ++at;
    }
    return {at, _ended, nullptr};
}

void Scanner::clear()
{
    *this = Scanner(_request ? Of::request : Of::response, _max);
}

const char* Scanner::take(char c)
{
    switch (_state)
    {
    case State::string:
        return takeInString(c);
    case State::hash:
    case State::mark:
        return takeBehindHash(c);
    case State::size:
        return takeDigit(c);
    default:
        return takeOutside(c);
    }
}

/// Outside of strings and blocks.
const char* Scanner::takeOutside(char c)
{
    if (c == '\n')
        _ended = true;
    else if (c == ';')
    {
        ++_units;
        _isQuery = false;
        _state = State::unit;
    }
    else if (c == '?' && _request)
        return takeQuestion();
    else if (isSpace(c) || c == ',')
    {
        if (_state != State::unit || c == ',')
            _state = _state == State::element && c != ',' ? State::element : State::data;
    }
    else
        return beginsParameter(c);
    return nullptr;
}

/// Where it is not in a header, some instruments answer and others do not.
const char* Scanner::takeQuestion()
{
    if (_state == State::unit)
        _state = State::header;
    if (_state != State::header && !_isQuery)
        return "a SCPI question mark outside of a header and of quotes";
    if (_state == State::data)
        _state = State::element;
    _queries += _isQuery ? 0 : 1;
    _isQuery = true;
    return nullptr;
}

/// A character of a header or a parameter.
const char* Scanner::beginsParameter(char c)
{
    const bool begins = _state == State::data || (_state == State::unit && !_request);
    const bool quote = c == '"' || (c == '\'' && _request);
    if (quote && (begins || _request))
    {
        _quote = c;
        _state = State::string;
    }
    else if (c == '#' && begins)
        _state = State::hash;
    else if (c == '#' && _request && (_state == State::header || _state == State::unit))
        return "a SCPI block that does not begin a parameter";
    else if (c == '#' && _request)
        _state = State::mark;
    else if (_state == State::unit)
        _state = State::header;
    else if (_state == State::data)
        _state = State::element;
    return nullptr;
}

/// A quote within is written twice, so the string ends and begins again.
const char* Scanner::takeInString(char c)
{
    if (c == _quote)
        _state = State::element;
    else if (c == '\n' && _request)
        return "a SCPI string without its closing quote";
    else if (c == '\n')
        _ended = true;
    return nullptr;
}

const char* Scanner::takeBehindHash(char c)
{
    const bool begins = _state == State::hash;
    _state = State::element;
    if (!isDigit(c))
        return takeOutside(c); // #H1F is a number
    if (!begins)
        return "a SCPI block that does not begin a parameter";
    _digits = static_cast<unsigned>(c - '0');
    _size = 0;
    if (_digits > 0)
        _state = State::size;
    else if (_request)
        return "a SCPI block of indefinite length (#0), whose end a socket does not show";
    else
        _state = State::endless;
    return nullptr;
}

const char* Scanner::takeDigit(char c)
{
    if (!isDigit(c))
    {
        if (_request)
            return "a SCPI block with an invalid length";
        _state = State::element; // free text
        return takeOutside(c);
    }
    _size = _size * 10 + static_cast<unsigned>(c - '0');
    if (--_digits == 0)
        _state = _size > 0 ? State::block : State::element;
    return nullptr;
}

} // namespace proximux::scpi
