#pragma once

#include <proximux/Bytes.h>
#include <proximux/protocol/postgresql/Words.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace proximux::postgresql
{

inline bool isWordChar(char c)
{
    return folded(c) != 0;
}

inline bool isFolded(char c, char lower)
{
    return folded(c) == static_cast<unsigned char>(lower);
}

/// A word, a quoted name, or a sign of the text.
struct Token
{
    enum class Kind
    {
        end,
        word,
        quoted, ///< a name in double quotes, of which a quote within is not undone
        literal,
        sign ///< one character
    };

    Kind kind = Kind::end;
    Bytes text;
    std::uint32_t roles = 0; ///< of a word
    bool unsure = false;     ///< where it ends depends on a setting

    /// word: in lower case.
    [[nodiscard]] bool is(Bytes word) const
    {
        return kind == Kind::word && text.size() == word.size() &&
               std::equal(text.begin(), text.end(), word.begin(), isFolded);
    }

    [[nodiscard]] bool isSign(char c) const { return kind == Kind::sign && text.front() == c; }
    [[nodiscard]] bool isName() const { return kind == Kind::word || kind == Kind::quoted; }
    [[nodiscard]] bool has(std::uint32_t role) const { return (roles & role) != 0; }
};

/// The tokens of a text, without comments and space. No input makes it throw.
class Tokens
{
public:
    explicit Tokens(Bytes sql)
        : _rest(sql)
    {
    }

    Token next()
    {
        skip();
        Token token;
        if (_rest.empty())
            return token;
        const char c = _rest.front();
        if (c == '\'')
            return literal(false);
        if (c == '"')
            return quoted();
        if (c == '$' && takeDollars())
        {
            token.kind = Token::Kind::literal;
            return token;
        }
        if (isWordChar(c) && c != '$')
            return word();
        token.kind = Token::Kind::sign;
        token.text = _rest.substr(0, _rest.substr(0, 2) == "::" ? 2 : 1);
        _rest.remove_prefix(token.text.size());
        return token;
    }

    /// What was not looked at.
    [[nodiscard]] Bytes rest() const { return _rest; }

private:
    void skip()
    {
        for (;;)
        {
            std::size_t space = 0;
            while (space < _rest.size() && (_rest[space] == ' ' || (_rest[space] >= '\t' && _rest[space] <= '\r')))
                ++space;
            _rest.remove_prefix(space);
            if (_rest.size() < 2 || (_rest[0] != '-' && _rest[0] != '/'))
                return;
            if (_rest.substr(0, 2) == "--")
                _rest.remove_prefix(std::min(_rest.find_first_of("\r\n"), _rest.size()));
            else if (_rest.substr(0, 2) == "/*")
                skipComment();
            else
                return;
        }
    }

    /// Comments are nested.
    void skipComment()
    {
        std::size_t depth = 0;
        do
        {
            if (_rest.substr(0, 2) == "/*")
                ++depth;
            else if (_rest.substr(0, 2) == "*/")
                --depth;
            else
            {
                _rest.remove_prefix(1);
                continue;
            }
            _rest.remove_prefix(2);
        } while (depth > 0 && !_rest.empty());
    }

    /// Behind a backslash a quote may belong to the string, with standard_conforming_strings = off.
    Token literal(bool escapes)
    {
        Token token;
        token.kind = Token::Kind::literal;
        _rest.remove_prefix(1);
        while (!_rest.empty())
        {
            const char c = _rest.front();
            const bool escaped = c == '\\';
            token.unsure = token.unsure || (escaped && !escapes);
            if (c == '\'' && _rest.substr(1, 1) != "'")
            {
                _rest.remove_prefix(1);
                break;
            }
            const bool two = c == '\'' || (escaped && escapes);
            _rest.remove_prefix(std::min<std::size_t>(two ? 2 : 1, _rest.size()));
        }
        return token;
    }

    Token quoted()
    {
        std::size_t end = 1;
        while (end < _rest.size() && (_rest[end] != '"' || _rest.substr(end + 1, 1) == "\""))
            end += _rest[end] == '"' ? 2 : 1;
        end = std::min(end, _rest.size());
        Token token;
        token.kind = Token::Kind::quoted;
        token.text = _rest.substr(1, end - 1);
        _rest.remove_prefix(std::min(end + 1, _rest.size()));
        return token;
    }

    /// $tag$...$tag$.
    bool takeDollars()
    {
        std::size_t end = 1;
        while (end < _rest.size() && isWordChar(_rest[end]) && _rest[end] != '$')
            ++end;
        if (end >= _rest.size() || _rest[end] != '$' || (end > 1 && _rest[1] >= '0' && _rest[1] <= '9'))
            return false;
        const Bytes tag = _rest.substr(0, end + 1);
        const std::size_t close = _rest.find(tag, tag.size());
        _rest.remove_prefix(close == Bytes::npos ? _rest.size() : close + tag.size());
        return true;
    }

    Token word()
    {
        std::size_t end = 0;
        std::uint32_t hash = HASH_BEGIN;
        for (unsigned char c = 0; end < _rest.size() && (c = folded(_rest[end])) != 0; ++end)
            hash = hashOn(hash, c);
        Token token;
        token.kind = Token::Kind::word;
        token.text = _rest.substr(0, end);
        _rest.remove_prefix(end);
        const bool escapes = token.is("e") && !_rest.empty() && _rest.front() == '\'';
        if (escapes)
            return literal(true);
        token.roles = rolesOf(token.text, hash);
        const bool isUnicode = token.is("u") && _rest.size() > 1 && _rest[0] == '&';
        token.unsure = isUnicode && (_rest[1] == '"' || _rest[1] == '\''); // what it says is written otherwise
        return token;
    }

    Bytes _rest;
};

} // namespace proximux::postgresql
