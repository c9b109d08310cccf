#include <proximux/protocol/mysql/Scanner.h>

#include <cctype>
#include <utility>

namespace proximux::mysql
{

namespace
{

bool isSpace(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// Characters beyond ASCII may stand in names.
bool isNameChar(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80U;
}

char lowered(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// A byte that can't begin a character of UTF-8 is space in some encodings.
bool isSpaceSomewhere(char before, char c)
{
    const auto byte = static_cast<unsigned char>(c);
    const bool begins = static_cast<unsigned char>(before) < 0x80U;
    return (begins && byte >= 0x80U && byte < 0xC0U) || byte >= 0xFEU;
}

} // namespace

void Scanner::feed(Bytes text)
{
    for (const char c : text)
        take(c);
}

void Scanner::end()
{
    take(' ');
    take(' ');
    if (_where == Where::quotes)
        say(Token::Kind::string);
}

void Scanner::take(char c)
{
    const char before = std::exchange(_last, c);
    const bool isCode = _where != Where::quotes && _where != Where::lineComment && _where != Where::comment;
    _isRisky = _isRisky || (isCode && isSpaceSomewhere(before, c)) ||
               (_where == Where::quotes && _executed > 0 && before == '*' && c == '/');
    read(c);
}

void Scanner::read(char c)
{
    switch (_where)
    {
    case Where::between:
        return between(c);
    case Where::word:
    case Where::number:
    case Where::variable:
        return inName(c);
    case Where::quotes:
        return inQuotes(c);
    case Where::lineComment:
        _where = c == '\n' ? Where::between : Where::lineComment;
        return;
    case Where::comment:
        return inComment(c);
    }
}

/// A minus, a slash or an asterisk may begin or end a comment; -- does only before space.
void Scanner::between(char c)
{
    if (_version > 0 && isDigit(c))
    {
        --_version;
        return;
    }
    _version = 0;
    const char before = std::exchange(_before, '\0');
    if (before == '=' && (static_cast<unsigned char>(c) <= ' ' || c == '\x7f')) // "--" and space, as servers see it
    {
        _isRisky = _isRisky || _executed > 0;
        _where = c == '\n' ? Where::between : Where::lineComment;
        return;
    }
    if (before == '-' && c == '-')
    {
        _before = '=';
        return;
    }
    if (before == '/' && c == '*')
        return openComment();
    if (before == '*' && c == '/' && _executed > 0)
    {
        --_executed;
        return;
    }
    if (before == '=')
        sign('-');
    if (before != 0)
        sign(before == '=' ? '-' : before);
    if (isSpace(c))
        return;
    _text.clear();
    if (c == '-' || c == '/' || c == '*')
        _before = c;
    else if (c == '#')
    {
        _isRisky = _isRisky || _executed > 0;
        _where = Where::lineComment;
    }
    else if (c == '\'' || c == '"' || c == '`')
    {
        _where = Where::quotes;
        _quote = c;
        _mayEnd = _isEscaped = _isQuotedVariable = false;
    }
    else if (c == '@')
        _where = Where::variable;
    else if (isNameChar(c))
    {
        _where = isDigit(c) ? Where::number : Where::word;
        _text += lowered(c);
    }
    else
        sign(c);
}

void Scanner::openComment()
{
    _isRisky = _isRisky || _executed > 0;
    _where = Where::comment;
    _isHint = false;
    _text.clear();
}

/// Up to six digits behind the exclamation mark are the version of a server.
void Scanner::execute()
{
    constexpr std::size_t DIGITS = 6;
    ++_executed;
    _hasExecuted = true;
    _version = DIGITS;
    _text.clear();
    _where = Where::between;
}

/// The first characters tell whether the server executes it: an exclamation mark, or M and that.
void Scanner::inComment(char c)
{
    constexpr char OTHER = 'x';
    if (c == '!' && (_text.empty() || _text == "M"))
        return execute();
    if (_text.empty() && c == 'M')
    {
        _text = c;
        return;
    }
    _isHint = _isHint || (_text.empty() && c == '+');
    _isRisky = _isRisky || (_isHint && c == '`');
    if (c == '/' && _text == "*")
        _where = Where::between;
    _text = c == '*' ? c : OTHER;
}

/// A number may be the beginning of a name; that of an executed comment is its version.
void Scanner::inName(char c)
{
    if (_where == Where::variable && _text.empty() && c == '@')
    {
        _text = '@';
        return;
    }
    const bool isQuote = c == '`' || c == '"' || c == '\'';
    if (_where == Where::variable && isQuote && (_text.empty() || _text.back() == '.' || _text == "@"))
    {
        const bool isSystem = !_text.empty();
        _where = Where::quotes;
        _quote = c;
        _mayEnd = _isEscaped = false;
        _isQuotedVariable = true;
        if (isSystem)
            return;
        _text.clear();
        return;
    }
    const bool isPart = isNameChar(c) || (_where == Where::variable && c == '.');
    if (isPart)
    {
        if (_where == Where::number && !isDigit(c))
            _where = Where::word;
        if (_text.size() < LONGEST)
            _text += lowered(c);
        return;
    }
    if (_where != Where::variable)
        say(Token::Kind::word);
    else
        say(_text.substr(0, 1) == "@" ? Token::Kind::system : Token::Kind::variable);
    read(c);
}

/// Two quotes are one of the text.
void Scanner::inQuotes(char c)
{
    if (std::exchange(_mayEnd, false))
    {
        if (c == _quote)
            return;
        if (_isQuotedVariable)
            say(_text.substr(0, 1) == "@" ? Token::Kind::system : Token::Kind::variable);
        else
            say(_quote == '\'' ? Token::Kind::string : Token::Kind::quoted);
        return read(c);
    }
    if (std::exchange(_isEscaped, false))
        return;
    if (c == '\\' && _quote != '`')
    {
        _isEscaped = _escapes;
        _isUnsure = _isUnsure || _quote == '"';
        return;
    }
    if (c == _quote)
        _mayEnd = true;
    else if (_text.size() < LONGEST)
        _text += lowered(c);
}

void Scanner::say(Token::Kind kind)
{
    _where = Where::between;
    _token.kind = kind;
    _token.text = _text;
    _text.clear();
    _listener.token(_token);
}

void Scanner::sign(char c)
{
    _token.kind = Token::Kind::sign;
    _token.text.assign(1, c);
    _listener.token(_token);
}

} // namespace proximux::mysql
