#include <proximux/protocol/postgresql/Statements.h>

#include <proximux/Pins.h>
#include <proximux/protocol/postgresql/Words.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace proximux::postgresql
{

namespace
{

bool isWordChar(char c)
{
    return folded(c) != 0;
}

bool isFolded(char c, char lower)
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

/// The tokens of a text, without comments and space.
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

/// Judges one statement after the other.
class Judge
{
public:
    explicit Judge(Bytes sql)
        : _tokens(sql)
    {
    }

    Effects judge()
    {
        Token token = _tokens.next();
        while (token.kind != Token::Kind::end)
        {
            if (token.isSign(';'))
            {
                _place = 0;
                token = _tokens.next();
                continue;
            }
            token = take(token);
        }
        if (_statements > 1)
            _effects.frees = 0;
        return _effects;
    }

private:
    void tie(unsigned reason) { _effects.ties |= reason; }

    /// Returns the token behind it.
    Token take(const Token& token)
    {
        if (token.unsure)
            tie(pins::UNKNOWN);
        if (_place++ == 0)
            begin(token);
        else
            goOn(token);
        if (!token.isSign('.') && !_before.isSign('.'))
        {
            _leading = _before;
            _schema = {};
        }
        else if (token.isSign('.'))
            _schema = _before;
        const Token next = _tokens.next();
        if (token.isName() && next.isSign('(') && _calls)
            called(token);
        _before = token;
        return next;
    }

    void begin(const Token& token)
    {
        ++_statements;
        _first = token;
        _before = {};
        _defines = false;
        _calls = !token.has(roles::RUNS_NOTHING);
        if (token.isSign('('))
            return; // a query in parentheses
        if (!token.has(roles::BEGINS))
            tie(pins::UNKNOWN);
        _effects.copies = _effects.copies || token.is("copy");
        if (token.is("listen"))
            tie(pins::SUBSCRIPTION);
    }

    void goOn(const Token& token)
    {
        if (token.isName() && isTemporary(token.text))
            tie(pins::TEMPORARY);
        if (token.has(roles::TEMP) && _before.has(roles::BEFORE_TEMP))
            tie(pins::TEMPORARY);
        if (_place == 2)
            second(token);
        else if (_first.is("create") && (token.is("as") || token.is("values")))
            _calls = !_defines;
        else if ((_first.is("declare") && token.is("hold") && !_before.is("without")) ||
                 (_first.is("set") && _before.is("session") && token.is("authorization")))
            tie(pins::SESSION);
    }

    /// The schema of a session's temporary things.
    static bool isTemporary(Bytes name)
    {
        constexpr Bytes SCHEMA = "pg_temp";
        return name.size() >= SCHEMA.size() &&
               std::equal(SCHEMA.begin(), SCHEMA.end(), name.begin(), [](char a, char b) { return isFolded(b, a); });
    }

    /// What the second word makes of the first.
    void second(const Token& token)
    {
        if (_first.is("set") && token.is("role"))
            tie(pins::SESSION);
        else if (_first.is("set") && !token.has(roles::PASSING))
            tie(token.is("seed") ? pins::UNKNOWN : pins::SETTING); // DISCARD ALL does not reset that one
        else if (_first.is("prepare") && !token.is("transaction"))
            tie(pins::STATEMENT);
        else if (_first.is("create"))
            _defines = token.has(roles::DEFINED);
        else if (_first.is("discard") && token.is("all"))
            _effects.frees = ~(pins::LEASE | pins::UNKNOWN); // of an unknown kind of state something may be left
    }

    /// Whether a parenthesis behind this name is no call of a function.
    [[nodiscard]] bool isNoCall(const Token& token) const
    {
        const bool isKeyword = token.has(roles::NO_CALL) && _schema.text.empty();
        const bool isClause = token.has(roles::CLAUSE) && _leading.isSign(')');
        const bool isType = _leading.kind == Token::Kind::sign && _leading.text.size() == 2;
        const bool isOption = _place == 1; // EXPLAIN (ANALYZE)
        return isKeyword || isClause || isType || isOption || _leading.has(roles::NAME_FOLLOWS);
    }

    void called(const Token& token)
    {
        if (isNoCall(token))
            return;
        const bool isQuoted = token.kind == Token::Kind::quoted;
        const std::uint32_t is = !isQuoted ? token.roles : hasCapitals(token.text) ? 0 : rolesOf(token.text);
        if (!_schema.text.empty() && !_schema.is("pg_catalog"))
            tie(pins::UNKNOWN);
        if ((is & roles::READS_LAST) != 0)
            _effects.readsLast = true;
        else if ((is & roles::LOCKS) != 0)
            tie(pins::LOCK);
        else if ((is & roles::HARMLESS) == 0)
            tie(pins::UNKNOWN);
    }

    static bool hasCapitals(Bytes name)
    {
        return std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    }

    Tokens _tokens;
    Effects _effects;
    std::size_t _statements = 0;
    std::size_t _place = 0; ///< of the next token in its statement
    Token _first;
    Token _before;         ///< the token in front of the present one
    Token _leading;        ///< that in front of the present name and its schema
    Token _schema;         ///< of the present name
    bool _calls = false;   ///< functions are called here
    bool _defines = false; ///< CREATE of what is not run
};

} // namespace

void Effects::add(const Effects& more)
{
    ties |= more.ties;
    frees |= more.frees;
    copies = copies || more.copies;
    readsLast = readsLast || more.readsLast;
}

Effects effectsOf(Bytes sql)
{
    return Judge(sql).judge();
}

} // namespace proximux::postgresql
