#include <proximux/protocol/SqlSecrets.h>

#include <cstddef>

namespace proximux
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

/// Compares without case; the upper-case text is the second one.
bool isWord(Bytes word, Bytes upper)
{
    if (word.size() != upper.size())
        return false;
    for (std::size_t i = 0; i < word.size(); ++i)
        if ((isLetter(word[i]) ? word[i] & ~0x20 : word[i]) != upper[i])
            return false;
    return true;
}

bool endsWithPassword(Bytes word)
{
    constexpr Bytes PASSWORD = "PASSWORD";
    return word.size() >= PASSWORD.size() && isWord(word.substr(word.size() - PASSWORD.size()), PASSWORD);
}

std::size_t skipSpace(Bytes sql, std::size_t at)
{
    while (at < sql.size() && isSpace(sql[at]))
        ++at;
    return at;
}

/// Whether a literal begins here: an opening bracket, a quote, also behind what says how it is written (E'', U&'',
/// _utf8''), a tag between dollar signs, or a comment, which may hide one.
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

/// Whether a literal may follow behind a word, at once or in a comparison or assignment with anything but a
/// placeholder.
bool mayGetLiteral(Bytes sql, std::size_t begin, std::size_t end)
{
    constexpr Bytes OPERATORS = "=:<>!";
    const bool quoted = begin > 0 && end < sql.size() && sql[begin - 1] == sql[end];
    std::size_t at = skipSpace(sql, quoted ? end + 1 : end);
    if (at < sql.size() && OPERATORS.find(sql[at]) == Bytes::npos)
        return mayBeginLiteral(sql, at);
    while (at < sql.size() && (OPERATORS.find(sql[at]) != Bytes::npos || isSpace(sql[at])))
        ++at;
    return at < sql.size() && sql[at] != '?';
}

} // namespace

bool mayHoldPassword(Bytes sql)
{
    Bytes previous;
    for (std::size_t at = 0; at < sql.size();)
    {
        if (!isWordByte(sql[at]))
        {
            ++at;
            continue;
        }
        const std::size_t begin = at;
        while (at < sql.size() && isWordByte(sql[at]))
            ++at;
        const Bytes word = sql.substr(begin, at - begin);
        if (isWord(word, "IDENTIFIED"))
            return true;
        if (endsWithPassword(word) && isWord(previous, "SET"))
            return true;
        if ((endsWithPassword(word) || isWord(word, "CONNECTION")) && mayGetLiteral(sql, begin, at))
            return true;
        previous = word;
    }
    return false;
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

} // namespace proximux
