#include <proximux/protocol/postgresql/Statements.h>

#include <proximux/Pins.h>
#include <proximux/protocol/postgresql/Tokens.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace proximux::postgresql
{

namespace
{

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
        _effects.forgets = _effects.forgets || token.is("deallocate") || token.is("discard");
        _effects.ends = _effects.ends || token.has(roles::ENDS);
        _effects.transacts = _effects.transacts || token.has(roles::TRANSACTS);
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
        else if (_first.is("reset") && !token.is("role"))
            tie(pins::SETTING);
        else if (_first.is("set") && !token.has(roles::PASSING))
            tie(token.is("seed") ? pins::UNKNOWN : pins::SETTING); // DISCARD ALL does not reset that one
        else if (_first.is("set") && token.is("local"))
            _effects.isLocal = true;
        else if (_first.is("prepare") && !token.is("transaction"))
            tie(pins::STATEMENT);
        else if (_first.is("create"))
            _defines = token.has(roles::DEFINED);
        else if (_first.is("discard") && token.is("all"))
        {
            tie(pins::SETTING);
            _effects.frees = ~(pins::LEASE | pins::UNKNOWN); // of an unknown kind of state something may be left
        }
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
        _effects.ends = _effects.ends || (is & roles::ENDS) != 0;
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
    isLocal = isLocal || more.isLocal;
    forgets = forgets || more.forgets;
    ends = ends || more.ends;
    transacts = transacts || more.transacts;
}

Effects effectsOf(Bytes sql)
{
    return Judge(sql).judge();
}

TransactionEnd transactionEndIn(Bytes sql)
{
    Tokens tokens(sql);
    const Token first = tokens.next();
    const bool commits = first.is("commit") || first.is("end");
    const bool rollsBack = first.is("rollback") || first.is("abort");
    Token token = tokens.next();
    if ((commits || rollsBack) && (token.is("work") || token.is("transaction")))
        token = tokens.next();
    const bool isPart = first.is("savepoint") || first.is("release") || (rollsBack && token.is("to"));
    while (isPart && token.isName())
        token = tokens.next();
    if (token.isSign(';'))
        token = tokens.next();
    if (token.kind != Token::Kind::end)
        return TransactionEnd::none;
    return isPart      ? TransactionEnd::savepoint
           : commits   ? TransactionEnd::commit
           : rollsBack ? TransactionEnd::rollback
                       : TransactionEnd::none;
}

} // namespace proximux::postgresql
