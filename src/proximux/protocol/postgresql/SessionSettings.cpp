#include <proximux/protocol/postgresql/SessionSettings.h>

#include <proximux/protocol/postgresql/Messages.h>
#include <proximux/protocol/postgresql/Tokens.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace proximux::postgresql
{

namespace
{

constexpr std::size_t MOST_SETTINGS = 32;       ///< of a session
constexpr std::size_t LONGEST_SETTING = 512;    ///< bytes
constexpr std::uint64_t LONGEST_ANSWER = 65536; ///< bytes, of those that answer a change
constexpr Bytes DATE_STYLE = "datestyle";       ///< each change is added to what was set before

/// Settings whose meaning is not in their value alone, or that only a transaction has.
constexpr Bytes NOT_REPEATED[] = {
    "role",         "session_authorization", "seed", "transaction_isolation", "transaction_read_only",
    "temp_buffers", "transaction_deferrable"};

std::string lower(Bytes text)
{
    std::string result;
    std::transform(text.begin(), text.end(), std::back_inserter(result),
                   [](char c) { return static_cast<char>(folded(c)); });
    return result;
}

/// Whether the bytes mean the same whatever the encoding of a client is, and are no comment.
bool isPlain(Bytes text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }) &&
           text.find("--") == Bytes::npos && text.find("/*") == Bytes::npos;
}

bool isRepeated(Bytes name)
{
    return std::find(std::begin(NOT_REPEATED), std::end(NOT_REPEATED), name) == std::end(NOT_REPEATED) &&
           name.size() <= LONGEST_SETTING && isPlain(name);
}

/// Reads one statement.
class ChangeReader
{
public:
    explicit ChangeReader(Bytes sql)
        : _tokens(sql)
    {
        next();
    }

    std::optional<SettingChange> read()
    {
        if (take("discard"))
            return take("all") ? ended({SettingChange::Kind::resetAll, {}, {}}) : std::nullopt;
        if (take("reset"))
            return reset();
        return take("set") ? set() : std::nullopt;
    }

private:
    using Change = std::optional<SettingChange>;

    void next()
    {
        _behind = _tokens.rest();
        _token = _tokens.next();
    }

    bool take(Bytes word)
    {
        const bool is = _token.is(word);
        if (is)
            next();
        return is;
    }

    Change ended(SettingChange change)
    {
        if (_token.isSign(';'))
            next();
        return _token.kind == Token::Kind::end ? Change(std::move(change)) : std::nullopt;
    }

    /// The name of a setting; empty: there is none that can be told.
    std::string name()
    {
        if (_token.kind != Token::Kind::word || !isRepeated(lower(_token.text)))
            return {};
        std::string text = lower(_token.text);
        next();
        return text;
    }

    Change reset()
    {
        if (take("all"))
            return ended({SettingChange::Kind::resetAll, {}, {}});
        const bool isZone = take("time");
        std::string text = isZone && take("zone") ? "timezone" : isZone ? "" : name();
        return text.empty() ? std::nullopt : ended({SettingChange::Kind::reset, std::move(text), {}});
    }

    Change set()
    {
        take("session");
        if (take("time"))
            return take("zone") && !_token.is("interval") ? valueOf("timezone") : std::nullopt;
        if (take("names"))
            return valueOf("client_encoding");
        if (take("schema"))
            return valueOf("search_path");
        std::string text = name();
        const bool assigns = _token.isSign('=') || _token.is("to");
        if (text.empty() || !assigns)
            return std::nullopt;
        next();
        return valueOf(std::move(text));
    }

    Change valueOf(std::string text)
    {
        if (take("default") || (text == "timezone" && take("local")))
            return ended({SettingChange::Kind::reset, std::move(text), {}});
        const Bytes begin = _behind;
        std::size_t size = 0;
        for (; isValue(); next())
            size = begin.size() - _tokens.rest().size();
        Bytes value = begin.substr(0, size);
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        if (value.empty() || value.size() > LONGEST_SETTING || !isPlain(value))
            return std::nullopt;
        return ended({SettingChange::Kind::set, std::move(text), std::string(value)});
    }

    [[nodiscard]] bool isValue() const
    {
        constexpr Bytes SIGNS = ",-+.";
        switch (_token.kind)
        {
        case Token::Kind::end:
            return false;
        case Token::Kind::sign:
            return SIGNS.find(_token.text.front()) != Bytes::npos;
        default:
            return !_token.unsure;
        }
    }

    Tokens _tokens;
    Token _token;
    Bytes _behind; ///< the text from the present token on
};

} // namespace

std::optional<SettingChange> settingChangeIn(Bytes sql)
{
    return ChangeReader(sql).read();
}

std::optional<SessionSettings> changed(const SessionSettings& settings, const SettingChange& change,
                                       const SessionSettings& first)
{
    if (change.kind == SettingChange::Kind::resetAll)
        return first;
    const auto before = settings.find(change.name);
    SessionSettings after = settings;
    if (change.kind == SettingChange::Kind::set)
    {
        if (change.name == DATE_STYLE && before != settings.end() && before->second != change.value)
            return std::nullopt;
        after[change.name] = change.value;
        return after.size() > MOST_SETTINGS ? std::nullopt : std::optional<SessionSettings>(std::move(after));
    }
    if (first.count(change.name) > 0)
        return std::nullopt; // what it becomes depends on who has opened the connection
    after.erase(change.name);
    return after;
}

std::string alignment(const SessionSettings& from, const SessionSettings& to)
{
    std::string sql;
    for (const auto& setting : from)
        if (to.count(setting.first) == 0)
            sql.append("RESET ").append(setting.first).append(1, ';');
    for (const auto& [name, value] : to)
    {
        const auto before = from.find(name);
        if (before != from.end() && before->second == value)
            continue;
        if (name == DATE_STYLE && before != from.end())
            sql.append("RESET ").append(name).append(1, ';');
        sql.append("SET ").append(name).append(1, '=').append(value).append(1, ';');
    }
    return sql;
}

std::string literal(Bytes text)
{
    std::string quoted = "E'";
    for (const char c : text)
    {
        if (c == '\'' || c == '\\')
            quoted.push_back(c);
        quoted.push_back(c);
    }
    return quoted.append(1, '\'');
}

// ------------------------------------------------------------------------------------------------- SettingsDialog

SettingsDialog::SettingsDialog(Bytes sql)
{
    appendMessage(_query, 'Q', sql, END);
}

LoginDialog::Step SettingsDialog::hear(Bytes came)
{
    Step step;
    while (step.state == State::more && came.size() - step.taken >= HEADER)
    {
        const Bytes rest = came.substr(step.taken);
        const std::uint64_t length = lengthAt(rest, 1);
        if (length < 4 || length > LONGEST_ANSWER)
        {
            step.state = State::refused;
            return step;
        }
        const auto size = static_cast<std::size_t>(length + 1);
        if (rest.size() < size)
            break;
        step.taken += size;
        step.state = take(rest.front(), rest.substr(0, size));
    }
    return step;
}

SettingsDialog::State SettingsDialog::take(char type, Bytes whole)
{
    switch (type)
    {
    case 'C':
    case 'N':
    case 'S':
        return State::more;
    case 'E':
        _outcome = whole;
        return State::more;
    case 'Z':
        return _outcome.empty() && whole.substr(HEADER) == "I" ? State::accepted : State::refused;
    default:
        return State::refused;
    }
}

} // namespace proximux::postgresql
