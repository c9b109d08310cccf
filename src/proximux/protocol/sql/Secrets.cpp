#include <proximux/protocol/sql/Secrets.h>

#include <proximux/protocol/http/UrlSecrets.h>

#include <algorithm>
#include <cstddef>

namespace proximux::sql
{

namespace
{

bool isSpace(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isWordByte(char c)
{
    return isLetter(c) || (c >= '0' && c <= '9') || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

/// Compares case-insensitively; the second text must be upper case.
bool isWord(Bytes word, Bytes upper)
{
    if (word.size() != upper.size())
        return false;
    for (std::size_t i = 0; i < word.size(); ++i)
        if ((isLetter(word[i]) ? word[i] & ~0x20 : word[i]) != upper[i])
            return false;
    return true;
}

constexpr Bytes OPERATORS = "=:<>!";

char upper(char c)
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// Whether the word contains the upper-case text, case-insensitively.
bool contains(Bytes word, Bytes text)
{
    return std::search(word.begin(), word.end(), text.begin(), text.end(),
                       [](char a, char b) { return upper(a) == b; }) != word.end();
}

bool isPasswordWord(Bytes word)
{
    constexpr Bytes PWD = "PWD";
    return contains(word, "PASSWORD") || contains(word, "PASSWD") || contains(word, "PASSPHRASE") ||
           (word.size() >= PWD.size() && isWord(word.substr(word.size() - PWD.size()), PWD));
}

std::size_t skipSpace(Bytes sql, std::size_t at)
{
    while (at < sql.size() && isSpace(sql[at]))
        ++at;
    return at;
}

/// Whether a literal may begin here: an opening bracket, a quote, also after a prefix (E'', U&'', _utf8''), a dollar
/// quote, or a comment, which may hide one.
bool mayBeginLiteral(Bytes sql, std::size_t at)
{
    if (at < sql.size() && Bytes("('\"`/#-").find(sql[at]) != Bytes::npos)
        return true;
    if (at < sql.size() && sql[at] == '$')
        return at + 1 < sql.size() && (sql[at + 1] < '0' || sql[at + 1] > '9');
    while (at < sql.size() && (isWordByte(sql[at]) || sql[at] == '&'))
        ++at;
    return at < sql.size() && (sql[at] == '\'' || sql[at] == '"');
}

/// Whether a literal may follow a word, directly or in a comparison or assignment with anything except a placeholder.
bool mayGetLiteral(Bytes sql, std::size_t begin, std::size_t end)
{
    const bool quoted = begin > 0 && end < sql.size() && sql[begin - 1] == sql[end];
    std::size_t at = skipSpace(sql, quoted ? end + 1 : end);
    if (at < sql.size() && OPERATORS.find(sql[at]) == Bytes::npos)
        return mayBeginLiteral(sql, at);
    while (at < sql.size() && (OPERATORS.find(sql[at]) != Bytes::npos || isSpace(sql[at])))
        ++at;
    return at < sql.size() && sql[at] != '?' && sql[at] != '$';
}

/// Scans a statement word by word.
class Reading
{
public:
    Reading(Bytes sql, DoubleQuotes quotes)
        : _sql(sql)
        , _quotes(quotes)
    {
        while (_at < _sql.size() && !mayHoldSecret())
            step();
    }

    [[nodiscard]] bool namesPassword() const { return _password || _identified; }
    [[nodiscard]] bool mayHoldSecret() const { return _identified || _assigned || (_password && _literal); }

private:
    void step()
    {
        const char c = _sql[_at];
        if (isWordByte(c) && c != '$')
            return word();
        if (c == '$')
            return dollar();
        _literal = _literal || c == '\'' || (c == '"' && _quotes == DoubleQuotes::literal);
        _compared = _compared && (isSpace(c) || OPERATORS.find(c) != Bytes::npos || c == ')');
        ++_at;
    }

    void word()
    {
        const std::size_t begin = _at;
        while (_at < _sql.size() && isWordByte(_sql[_at]))
            ++_at;
        const Bytes word = _sql.substr(begin, _at - begin);
        const char before = begin > 0 ? _sql[begin - 1] : ' ';
        const bool number = word.front() >= '0' && word.front() <= '9' && before != ':' && before != '?';
        const bool password = isPasswordWord(word);
        _literal = _literal || (number && _password) || (password && _compared);
        _compared = number;
        _password = _password || password;
        _identified = _identified || isWord(word, "IDENTIFIED");
        const bool assigned = password && _set && isWord(nextWord(), "TO"); // the value may be unquoted
        _assigned =
            _assigned || assigned || ((password || isWord(word, "CONNECTION")) && mayGetLiteral(_sql, begin, _at));
        _set = _set || isWord(word, "SET");
    }

    /// $1 is a placeholder; $$...$$ and $tag$...$tag$ are literals.
    void dollar()
    {
        ++_at;
        const bool placeholder = _at < _sql.size() && _sql[_at] >= '0' && _sql[_at] <= '9';
        _literal = _literal || (!placeholder && _at < _sql.size());
        while (placeholder && _at < _sql.size() && _sql[_at] >= '0' && _sql[_at] <= '9')
            ++_at;
    }

    [[nodiscard]] Bytes nextWord() const
    {
        const std::size_t begin = skipSpace(_sql, _at);
        std::size_t end = begin;
        while (end < _sql.size() && isWordByte(_sql[end]))
            ++end;
        return _sql.substr(begin, end - begin);
    }

    Bytes _sql;
    DoubleQuotes _quotes;
    std::size_t _at = 0;
    bool _password = false;
    bool _identified = false;
    bool _literal = false;  ///< a string, or a number that may be the password
    bool _compared = false; ///< a number was read, followed only by a comparison
    bool _assigned = false; ///< a value is assigned to a password
    bool _set = false;      ///< SET was read
};

} // namespace

bool namesPassword(Bytes sql)
{
    const Reading reading(sql, DoubleQuotes::literal);
    return reading.namesPassword() || reading.mayHoldSecret();
}

bool mayHoldPassword(Bytes sql, DoubleQuotes quotes)
{
    return Reading(sql, quotes).mayHoldSecret() || http::hasUrlPassword(sql);
}

std::string withheldForm(Bytes sql)
{
    constexpr std::size_t LONGEST_WORD = 16;
    constexpr int WORDS = 2;
    std::string form;
    std::size_t at = skipSpace(sql, 0);
    for (int i = 0; i < WORDS; ++i)
    {
        std::size_t end = at;
        while (end < sql.size() && isLetter(sql[end]))
            ++end;
        if (end == at || end - at > LONGEST_WORD || (end < sql.size() && !isSpace(sql[end])))
            break;
        form.append(sql.substr(at, end - at)).append(" ");
        at = skipSpace(sql, end);
    }
    return form.append("<withheld>");
}

} // namespace proximux::sql
