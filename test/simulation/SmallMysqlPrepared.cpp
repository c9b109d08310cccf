// SmallMysql: prepared statements.

#include "simulation/SmallMysql.h"

#include <proximux/Number.h>
#include <proximux/protocol/mysql/Command.h>
#include <proximux/protocol/mysql/Packets.h>

#include <algorithm>
#include <utility>

namespace proximux
{

namespace
{

constexpr std::uint32_t LAST_STATEMENT = 0xFFFFFFFF;
constexpr unsigned UNKNOWN_STATEMENT = 1243;
constexpr unsigned WRONG_ARGUMENTS = 1210;
constexpr unsigned NO_CURSOR = 1421;
constexpr unsigned MALFORMED = 1835;
constexpr std::size_t NULLS_AT = 4 + 1 + 4; ///< in COM_STMT_EXECUTE, behind its code

bool answersRows(const std::string& text)
{
    return text.rfind("select", 0) == 0 || text.rfind("show", 0) == 0;
}

} // namespace

/// The settings on which it depends what a text means.
std::string SmallMysql::meaning() const
{
    const auto mode = _state.settings.find("sql_mode");
    return " of " + _identity.database + " " + _state.settings.at("names") + " " +
           (mode != _state.settings.end() ? mode->second : "");
}

void SmallMysql::prepare(const std::string& text, Answer& answer)
{
    _last = 0;
    const bool lacksTable = text.find(" from x") != std::string::npos && _state.tables.count("x") == 0;
    if (lacksTable || text == "select wrong")
        return sayError(answer, lacksTable ? 1146 : 1054);
    _last = _nextStatement++;
    Statement& made = _statements[_last];
    made.id = _last;
    made.text = text;
    made.meaning = meaning();
    made.parameters = static_cast<std::size_t>(std::count(text.begin(), text.end(), '?'));
    _state.count = 0;
    const std::size_t columns = answersRows(text) ? 1 : 0;
    std::string payload(1, '\0');
    appendNumber(payload, _last, 4, ByteOrder::little);
    appendNumber(payload, columns, 2, ByteOrder::little);
    appendNumber(payload, made.parameters, 2, ByteOrder::little);
    answer.say(payload.append(3, '\0'));
    for (const std::size_t count : {made.parameters, columns})
    {
        for (std::size_t i = 0; i < count; ++i)
            answer.say("a definition");
        if (count > 0)
            sayEnd(answer);
    }
}

SmallMysql::Statement* SmallMysql::find(Bytes arguments)
{
    const auto said = static_cast<std::uint32_t>(numberAt(arguments, 0, 4, ByteOrder::little));
    const auto found = _statements.find(said == LAST_STATEMENT ? _last : said);
    return found != _statements.end() ? &found->second : nullptr;
}

std::string SmallMysql::statementCommand(char code, Bytes arguments)
{
    const auto command = static_cast<std::uint8_t>(code);
    const bool isSilent = command == mysql::code::STMT_CLOSE || command == mysql::code::STMT_LONG_DATA;
    Statement* const statement = find(arguments);
    Answer answer;
    if (statement == nullptr)
    {
        if (!isSilent)
            sayError(answer, UNKNOWN_STATEMENT);
    }
    else if (command == mysql::code::STMT_CLOSE)
        _statements.erase(statement->id);
    else if (command == mysql::code::STMT_LONG_DATA)
        statement->parts = statement->parts.value_or("").append(arguments.substr(4 + 2));
    else if (command == mysql::code::STMT_RESET)
    {
        statement->parts.reset();
        statement->hasCursor = false;
        _state.count = 0;
        say(answer, Result());
    }
    else if (command == mysql::code::STMT_FETCH)
        fetch(*statement, numberAt(arguments, 4, 4, ByteOrder::little), answer);
    else
        execute(*statement, arguments, answer);
    return answer.said;
}

void SmallMysql::abandon(Bytes packet, bool keepsParts)
{
    const Bytes arguments = packet.substr(mysql::HEADER + 1);
    Statement* const statement = find(arguments);
    if (statement == nullptr)
        return;
    auto parts = statement->parts;
    static_cast<void>(bind(*statement, arguments));
    if (keepsParts)
        statement->parts = std::move(parts);
}

/// The text with the value of its parameter, of which there is one at most; it is a text.
std::string SmallMysql::bind(Statement& statement, Bytes arguments)
{
    const std::optional<std::string> parts = std::exchange(statement.parts, std::nullopt);
    if (statement.parameters == 0)
        return statement.text;
    Bytes bound = arguments.substr(NULLS_AT + 1);
    const bool hasTypes = bound.front() != '\0';
    bound.remove_prefix(1);
    if (hasTypes)
        statement.types = bound.substr(0, 2);
    bound.remove_prefix(hasTypes ? 2 : 0);
    std::string text = statement.text;
    const Bytes value = bound.empty() ? bound : bound.substr(1, byteAt(bound, 0));
    return text.replace(text.find('?'), 1, parts ? "(" + *parts + ")" : std::string(value));
}

void SmallMysql::execute(Statement& statement, Bytes arguments, Answer& answer)
{
    if (statement.parameters > 0 && arguments.size() <= NULLS_AT + 1)
        return sayError(answer, MALFORMED);
    const bool wantsCursor = arguments[4] != '\0';
    const std::string text = bind(statement, arguments);
    statement.hasCursor = false;
    if (statement.parameters > 0 && statement.types.empty())
        return sayError(answer, WRONG_ARGUMENTS);
    _note = statement.types.empty() ? "" : " as " + std::to_string(byteAt(statement.types, 0));
    _note += statement.meaning;
    const Result result = run(text);
    answer.warnings = result.warning.empty() ? 0 : 1;
    _note.clear();
    answer.isBinary = true;
    if (!wantsCursor || !result.hasRows || result.error != 0)
        return say(answer, result);
    statement.rows = {result.rows.empty() ? "" : result.rows.front(), "the second"};
    statement.hasCursor = true;
    sayColumns(answer, mysql::status::CURSOR_EXISTS);
    _changes.clear();
}

/// With more than there are it ends.
void SmallMysql::fetch(Statement& statement, std::uint64_t most, Answer& answer)
{
    answer.isBinary = true;
    if (!statement.hasCursor)
        return sayError(answer, NO_CURSOR);
    const auto n = std::min(static_cast<std::size_t>(most), statement.rows.size());
    for (std::size_t i = 0; i < n; ++i)
        answer.sayRow(statement.rows[i]);
    statement.rows.erase(statement.rows.begin(), statement.rows.begin() + static_cast<std::ptrdiff_t>(n));
    statement.hasCursor = most <= n;
    sayEnd(answer, statement.hasCursor ? mysql::status::CURSOR_EXISTS : mysql::status::LAST_ROW_SENT);
}

} // namespace proximux
