// SmallMysql: what statements do.

#include "simulation/SmallMysql.h"

#include <proximux/protocol/mysql/Handshake.h>
#include <proximux/protocol/mysql/Packets.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <sstream>
#include <utility>

namespace proximux
{

namespace
{

constexpr unsigned UNKNOWN_COLUMN = 1054;
constexpr unsigned UNKNOWN_TABLE = 1146;
constexpr unsigned UNKNOWN_DATABASE = 1049;
constexpr unsigned TABLE_EXISTS = 1050;
constexpr unsigned NO_QUERY = 1065;
constexpr unsigned SYNTAX = 1064;
constexpr unsigned WRONG_VALUE = 1231;

std::string inLower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// At least five, of which the last ones may be empty.
std::vector<std::string> splitWords(const std::string& sql)
{
    std::istringstream text(sql);
    std::vector<std::string> words;
    for (std::string word; text >> word;)
        words.push_back(word);
    words.resize(std::max<std::size_t>(words.size(), 5));
    words[0] = inLower(words[0]);
    return words;
}

/// The number in the first brackets.
std::uint64_t bracketed(const std::string& sql)
{
    const std::size_t at = sql.find('(');
    return at == std::string::npos ? 0 : std::strtoull(sql.c_str() + at + 1, nullptr, 10);
}

bool contains(const std::string& text, const char* what)
{
    return text.find(what) != std::string::npos;
}

} // namespace

/// The messages of the one before are gone where it uses a table, or has some of its own.
SmallMysql::Result SmallMysql::run(const std::string& sql)
{
    const std::vector<std::string> words = splitWords(sql);
    _usesTable = false;
    Result result;
    if (sql.empty())
        result.error = NO_QUERY;
    else if (words[0] == "show")
    {
        result.hasRows = result.showsMessages = true;
        result.rows = _state.messages;
    }
    else if (words[0] == "select")
        result = select(sql, words);
    else if (auto done = transact(sql, words))
        result = std::move(*done);
    else
        result = change(sql, words);
    if (_usesTable)
        _state.messages.clear();
    concludeWith(result);
    if (result.inserted != 0)
        _state.inserted = result.inserted;
    return result;
}

/// An error is a message; and the number of rows is told.
void SmallMysql::concludeWith(const Result& result)
{
    _state.count = result.hasRows || result.error != 0 ? -1 : static_cast<std::int64_t>(result.affected);
    if (result.error != 0)
        _state.messages = {"error " + std::to_string(result.error)};
    else if (!result.warning.empty())
        _state.messages = {result.warning};
}

SmallMysql::Result SmallMysql::select(const std::string& sql, const std::vector<std::string>& words)
{
    Result result;
    if (words[1] == "wrong")
        result.error = UNKNOWN_COLUMN;
    if (words[2] == "from" && words[3] == "x" && _state.tables.count("x") == 0)
        result.error = UNKNOWN_TABLE;
    if (result.error != 0)
        return result;
    if (words[2] == "from")
        touches();
    result.hasRows = true;
    std::string value = words[1] + digest();
    if (words[1] == "last_insert_id()" || words[1] == "@@identity")
        value = std::to_string(_state.inserted);
    else if (words[1].rfind("last_insert_id(", 0) == 0)
        value = std::to_string(_state.inserted = bracketed(sql));
    else if (words[1] == "row_count()")
        value = std::to_string(_state.count);
    else if (words[1] == "found_rows()")
        value = std::to_string(_state.found);
    else if (words[1].rfind("get_lock", 0) == 0)
        _state.locks.insert(words[1]);
    else if (words[1].rfind("release_all_locks", 0) == 0)
        _state.locks.clear();
    else if (words[2] == ":=")
        _state.variables[words[1]] = words[3];
    else if (words[1] == "warn")
        result.warning = "warning " + words[2];
    _state.found = words[1] == "sql_calc_found_rows" ? 100 + std::strtoull(words[2].c_str(), nullptr, 10) : 1;
    result.rows = {value};
    return result;
}

/// What begins or ends a transaction.
std::optional<SmallMysql::Result> SmallMysql::transact(const std::string& sql, const std::vector<std::string>& words)
{
    if (words[0] == "begin" || words[0] == "start")
    {
        commit(false);
        _state.hasLockedTables = false;
        _state.transaction.emplace();
        _state.isReadOnly = contains(sql, "read only");
    }
    else if (words[0] == "commit" || words[0] == "rollback")
        commit(contains(sql, "chain"));
    else
        return std::nullopt;
    return Result();
}

void SmallMysql::commit(bool chains)
{
    const bool isReadOnly = _state.isReadOnly;
    const bool goesOn = chains && _state.transaction;
    _state.transaction.reset();
    _state.isReadOnly = false;
    if (chains)
        _state.transaction.emplace();
    _state.isReadOnly = goesOn && isReadOnly;
}

/// A table is used: without autocommit a transaction begins.
void SmallMysql::touches()
{
    _usesTable = true;
    if (!_state.transaction && _state.settings["autocommit"] == "0")
        _state.transaction.emplace();
}

SmallMysql::Result SmallMysql::change(const std::string& sql, const std::vector<std::string>& words)
{
    Result result;
    if (words[0] == "insert")
    {
        touches();
        const bool repeats = contains(sql, "last_insert_id()");
        result.affected = 1;
        result.inserted = repeats ? 0 : bracketed(sql);
        result.info = repeats ? "of " + std::to_string(_state.inserted) : "";
        if (words[2] == "g") // which has a trigger
        {
            _state.variables["@g"] = std::to_string(result.inserted);
            tell(2, "1");
        }
        if (_state.transaction)
            _state.transaction->push_back(std::to_string(repeats ? _state.inserted : result.inserted));
    }
    else if (words[0] == "update")
    {
        touches();
        result.affected = std::strtoull(sql.c_str() + sql.rfind(' '), nullptr, 10);
        result.info = "rows of an update";
    }
    else if (words[0] == "set")
        return set(sql.substr(4));
    else if (words[0] == "use")
        return use(words[1]);
    else if (words[0] == "do" && words[1] == "fail")
        result.error = WRONG_VALUE;
    else if (words[0] != "do")
        return objects(sql, words);
    return result;
}

SmallMysql::Result SmallMysql::objects(const std::string& sql, const std::vector<std::string>& words)
{
    Result result;
    if (words[0] == "create" && !_state.tables.insert(words[3]).second)
        result.error = TABLE_EXISTS;
    else if (words[0] == "drop" && _state.tables.erase(words[2]) == 0)
        result.error = UNKNOWN_TABLE;
    else if (words[0] == "create" || words[0] == "drop")
        tell(2, "1");
    else if (words[0] == "lock" || words[0] == "unlock")
    {
        commit(false);
        _state.hasLockedTables = words[0] == "lock";
    }
    else if (words[0] == "call" && words[1].rfind("sets", 0) == 0)
    {
        _state.variables["@p"] = std::to_string(bracketed(sql));
        tell(2, "1");
    }
    else if (words[0] == "call")
        _state.inserted = bracketed(sql); // which it does not tell
    else if (words[0] == "prepare")
    {
        _state.prepared[words[1]] = sql;
        tell(2, "1");
    }
    else if (words[0] == "execute" && _state.prepared.count(words[1]) != 0)
    {
        result.hasRows = true;
        result.rows = {_state.prepared[words[1]] + digest()};
    }
    else
        result.error = SYNTAX;
    return result;
}

// ----------------------------------------------------------------------------------------------- settings

SmallMysql::Result SmallMysql::use(const std::string& database)
{
    Result result;
    if (database != "shop" && database != "store")
    {
        result.error = UNKNOWN_DATABASE;
        return result;
    }
    _identity.database = database;
    std::string name;
    mysql::appendLengthEncoded(name, database);
    tell(1, name);
    return result;
}

/// Assignments, behind SET.
SmallMysql::Result SmallMysql::set(const std::string& text)
{
    const std::string level = "session transaction isolation level ";
    Result result;
    if (inLower(text).rfind(level, 0) == 0)
        return assign("tx_isolation", text.substr(level.size()));
    std::istringstream all(text);
    for (std::string each; result.error == 0 && std::getline(all, each, ',');)
    {
        const std::size_t equals = each.find('=');
        std::string name = each.substr(0, equals);
        name.erase(std::remove(name.begin(), name.end(), ' '), name.end());
        std::string value = equals == std::string::npos ? "" : each.substr(equals + 1);
        value.erase(0, value.find_first_not_of(' '));
        if (equals == std::string::npos && inLower(each).rfind("names ", 0) == 0)
            setNames(inLower(each.substr(6)));
        else if (equals != std::string::npos)
            result = assign(name, value);
        else if (each != "ROLE NONE")
            result.error = SYNTAX;
    }
    return result;
}

void SmallMysql::setNames(const std::string& value)
{
    const std::string encoding = value.substr(0, value.find(' '));
    _state.settings["names"] = value;
    _state.settings["character_set_results"] = encoding;
    for (const char* name : {"character_set_client", "character_set_connection", "character_set_results"})
        tellVariable(name, encoding);
}

SmallMysql::Result SmallMysql::assign(const std::string& name, const std::string& value)
{
    Result result;
    if (value == "wrong")
        result.error = WRONG_VALUE;
    else if (name.front() == '@')
    {
        _state.variables[name] = value;
        tell(2, "1");
    }
    else if (name == "last_insert_id")
        _state.inserted = std::strtoull(value.c_str(), nullptr, 10);
    else if (name == "session_track_state_change")
        _tracksState = true;
    else if (name == "session_track_system_variables")
        _tracksAll = true;
    else if (name != "session_track_schema")
    {
        if (name == "autocommit" && value == "1" && _state.settings[name] == "0")
            commit(false);
        _state.settings[name] = value;
        tellVariable(name, value);
    }
    return result;
}

// ------------------------------------------------------------------------------------------------ reports

void SmallMysql::tellVariable(const std::string& name, const std::string& value)
{
    const bool isUsual = name == "autocommit" || name == "time_zone" || name.rfind("character_set_", 0) == 0;
    std::string data;
    mysql::appendLengthEncoded(data, name);
    mysql::appendLengthEncoded(data, value);
    if (_tracksAll || isUsual)
        tell(0, data);
    tell(2, "1");
}

/// Of a kind of change: 0 is a variable, 1 the database, 2 any.
void SmallMysql::tell(char kind, const std::string& data)
{
    const bool isTold = kind != 2 || _tracksState;
    if (!isTold || (_identity.capabilities & mysql::capability::SESSION_TRACK) == 0)
        return;
    _changes += kind;
    mysql::appendLengthEncoded(_changes, data);
}

std::string SmallMysql::digest() const
{
    std::string text = " " + _identity.user + "@" + _identity.database;
    for (const auto& [name, value] : _state.settings)
        text.append(" ").append(name).append("=").append(value);
    for (const auto& [name, value] : _state.variables)
        text.append(" ").append(name).append("=").append(value);
    for (const std::string& each : _state.tables)
        text += " t:" + each;
    for (const std::string& each : _state.locks)
        text += " l:" + each;
    for (const auto& [name, sql] : _state.prepared)
        text += " p:" + name;
    if (_state.hasLockedTables)
        text += " locked";
    if (_state.transaction)
        text += " in";
    for (const std::string& each : _state.transaction.value_or(std::vector<std::string>()))
        text += ":" + each;
    return text + _note;
}

} // namespace proximux
