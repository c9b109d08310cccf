#include <proximux/protocol/postgresql/Statements.h>

#include <proximux/Pins.h>
#include <proximux/protocol/postgresql/Functions.h>

#include <algorithm>
#include <cstddef>

namespace proximux::postgresql
{

namespace
{

bool isOneOf(Bytes word, Bytes list)
{
    std::size_t at = list.find(word);
    while (at != Bytes::npos)
    {
        const bool begins = at == 0 || list[at - 1] == ' ';
        const std::size_t end = at + word.size();
        if (begins && (end == list.size() || list[end] == ' '))
            return true;
        at = list.find(word, at + 1);
    }
    return false;
}

bool isWordChar(char c)
{
    const auto u = static_cast<unsigned char>(c);
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           u >= 0x80;
}

/// A word, a quoted name, or a sign of the text.
struct Token
{
    enum class Kind
    {
        end,
        word,   ///< in lower case, cut at LONGEST
        quoted, ///< a name in double quotes
        literal,
        sign ///< one character
    };

    static constexpr std::size_t LONGEST = 63; ///< bytes of a name

    Kind kind = Kind::end;
    char text[LONGEST + 1] = {};
    std::size_t size = 0;
    bool unsure = false; ///< where it ends depends on a setting

    [[nodiscard]] Bytes name() const { return {text, size}; }
    [[nodiscard]] bool is(Bytes word) const { return kind == Kind::word && name() == word; }
    [[nodiscard]] bool isSign(char c) const { return kind == Kind::sign && text[0] == c; }
    [[nodiscard]] bool isName() const { return kind == Kind::word || kind == Kind::quoted; }

    void append(char c)
    {
        if (size < LONGEST)
            text[size++] = c;
    }
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
        token.append(c);
        _rest.remove_prefix(1);
        return token;
    }

private:
    void skip()
    {
        for (;;)
        {
            _rest.remove_prefix(std::min(_rest.find_first_not_of(" \t\r\n\f\v"), _rest.size()));
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
        Token token;
        token.kind = Token::Kind::quoted;
        for (_rest.remove_prefix(1); !_rest.empty(); _rest.remove_prefix(1))
        {
            if (_rest.front() == '"')
            {
                _rest.remove_prefix(1);
                if (_rest.empty() || _rest.front() != '"')
                    break;
            }
            token.append(_rest.front());
        }
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
        Token token;
        token.kind = Token::Kind::word;
        while (!_rest.empty() && isWordChar(_rest.front()))
        {
            const char c = _rest.front();
            token.append(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
            _rest.remove_prefix(1);
        }
        const bool quote = !_rest.empty() && _rest.front() == '\'';
        if (quote && token.name() == "e")
            return literal(true);
        return token;
    }

    Bytes _rest;
};

constexpr Bytes PLAIN =
    "select values table with insert update delete merge show explain begin start commit end rollback abort savepoint "
    "release fetch move close lock truncate alter drop comment grant revoke vacuum analyze analyse reindex cluster "
    "checkpoint refresh create notify reassign security import unlisten reset deallocate discard declare execute set "
    "prepare listen copy";

/// Words in front of a parenthesis that call nothing.
constexpr Bytes NO_CALLS =
    "in values and or not exists any all some over filter using as on from where group within sets cube rollup case "
    "when then else by limit offset returning select distinct union except intersect lateral join like ilike between "
    "is set key conflict array row with explain analyze vacuum check unique references primary default generated "
    "always having window partition order range rows groups current time timestamp interval varchar character varying "
    "char bpchar numeric decimal dec bit float national nchar coalesce nullif greatest least grouping cast extract "
    "overlay position substring trim treat xmlelement xmlforest xmlparse xmlpi xmlroot xmlserialize xmlconcat "
    "xmlexists xmltable normalize collation for isnull notnull ordinality tablesample materialized returns do nothing "
    "update delete insert truncate fetch first next only ties include end copy";

/// Behind these stands the name of something else, with columns in parentheses.
constexpr Bytes NAMES_FOLLOW =
    "into as with recursive table exists references copy index view update analyze execute prepare function procedure "
    "aggregate routine operator";

/// What CREATE makes without running what it is made of.
constexpr Bytes DEFINITIONS =
    "function procedure type domain aggregate operator index unique role user group database schema extension trigger "
    "rule policy publication subscription sequence cast collation conversion server foreign language statistics text "
    "transform tablespace access event constraint trusted procedural default";

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
        _calls = !isOneOf(token.name(), "create drop grant revoke comment security import");
        if (token.isSign('('))
            return; // a query in parentheses
        if (token.kind != Token::Kind::word || !isOneOf(token.name(), PLAIN))
            tie(pins::UNKNOWN);
        _effects.takesLast = _effects.takesLast || isOneOf(token.name(), "insert merge with copy");
        _effects.copies = _effects.copies || token.is("copy");
        if (token.is("listen"))
            tie(pins::SUBSCRIPTION);
    }

    void goOn(const Token& token)
    {
        if (token.isName() && token.name().substr(0, 7) == "pg_temp")
            tie(pins::TEMPORARY);
        if (token.kind == Token::Kind::word && isOneOf(token.name(), "temp temporary") &&
            isOneOf(_before.name(), "create local global replace into recursive"))
            tie(pins::TEMPORARY);
        if (token.is("insert"))
            _effects.takesLast = true; // in WITH
        if (_place == 2)
            second(token);
        else if (_first.is("create") && token.is("as"))
            _calls = !_defines;
        else if (_first.is("declare") && token.is("hold") && !_before.is("without"))
            tie(pins::SESSION);
        else if (_first.is("set") && _before.is("session") && token.is("authorization"))
            tie(pins::SESSION);
    }

    /// What the second word makes of the first.
    void second(const Token& token)
    {
        const Bytes word = token.kind == Token::Kind::word ? token.name() : Bytes("?");
        if (_first.is("set") && word == "role")
            tie(pins::SESSION);
        else if (_first.is("set") && !isOneOf(word, "local transaction constraints"))
            tie(pins::SETTING);
        else if (_first.is("prepare") && word != "transaction")
            tie(pins::STATEMENT);
        else if (_first.is("create"))
            _defines = isOneOf(word, DEFINITIONS);
        else if (_first.is("discard") && word == "all")
            _effects.frees = ~pins::LEASE;
        else if (_first.is("reset") && word == "all")
            _effects.frees = pins::SETTING;
        else if (_first.is("deallocate") && word == "all")
            _effects.frees = pins::STATEMENT;
        else if (_first.is("unlisten") && token.isSign('*'))
            _effects.frees = pins::SUBSCRIPTION;
    }

    /// Whether a parenthesis behind this name is no call of a function.
    [[nodiscard]] bool isNoCall(const Token& token) const
    {
        const bool isKeyword = token.kind == Token::Kind::word && _schema.size == 0 && isOneOf(token.name(), NO_CALLS);
        const bool isType = _leading.isSign(':');
        return isKeyword || isType || (_leading.kind == Token::Kind::word && isOneOf(_leading.name(), NAMES_FOLLOW));
    }

    void called(const Token& token)
    {
        if (isNoCall(token))
            return;
        const Bytes name = token.name();
        if (_schema.size > 0 && _schema.name() != "pg_catalog")
            tie(pins::UNKNOWN);
        if (isOneOf(name, "currval lastval"))
            _effects.readsLast = true;
        else if (isOneOf(name, "pg_advisory_lock pg_advisory_lock_shared pg_try_advisory_lock "
                               "pg_try_advisory_lock_shared"))
            tie(pins::LOCK);
        else if (name == "pg_advisory_unlock_all")
            _effects.frees = pins::LOCK;
        else if (!isHarmlessFunction(name) && !isOneOf(name, "pg_advisory_unlock pg_advisory_unlock_shared"))
            tie(pins::UNKNOWN);
        _effects.takesLast = _effects.takesLast || isOneOf(name, "nextval setval");
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
    takesLast = takesLast || more.takesLast;
}

Effects effectsOf(Bytes sql)
{
    return Judge(sql).judge();
}

} // namespace proximux::postgresql
