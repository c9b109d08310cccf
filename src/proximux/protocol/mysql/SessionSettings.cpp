#include <proximux/protocol/mysql/SessionSettings.h>

#include <proximux/protocol/mysql/Command.h>
#include <proximux/protocol/mysql/SimpleReader.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace proximux::mysql
{

namespace
{

constexpr std::size_t LONGEST_SQL = 1000; ///< bytes
constexpr std::size_t MOST = 32;          ///< settings of a session

/// Variables whose values mean the same in every session. In their order.
constexpr Bytes REPLAYED[] = {
    "autocommit",
    "auto_increment_increment",
    "auto_increment_offset",
    "big_tables",
    "binlog_format",
    "character_set_results",
    "default_storage_engine",
    "default_week_format",
    "div_precision_increment",
    "explicit_defaults_for_timestamp",
    "foreign_key_checks",
    "group_concat_max_len",
    "idle_transaction_timeout",
    "information_schema_stats_expiry",
    "innodb_lock_wait_timeout",
    "innodb_strict_mode",
    "interactive_timeout",
    "join_buffer_size",
    "lc_messages",
    "lc_time_names",
    "lock_wait_timeout",
    "max_execution_time",
    "max_heap_table_size",
    "max_join_size",
    "max_length_for_sort_data",
    "max_sort_length",
    "max_statement_time",
    "net_read_timeout",
    "net_write_timeout",
    "optimizer_prune_level",
    "optimizer_search_depth",
    "optimizer_switch",
    "query_cache_type",
    "read_buffer_size",
    "read_rnd_buffer_size",
    "sort_buffer_size",
    "sql_auto_is_null",
    "sql_big_selects",
    "sql_buffer_result",
    "sql_mode",
    "sql_notes",
    "sql_quote_show_create",
    "sql_require_primary_key",
    "sql_safe_updates",
    "sql_select_limit",
    "sql_warnings",
    "standard_compliant_cte",
    "time_zone",
    "tmp_table_size",
    "transaction_alloc_block_size",
    "transaction_isolation",
    "transaction_prealloc_size",
    "transaction_read_only",
    "tx_isolation",
    "tx_read_only",
    "unique_checks",
    "updatable_views_with_limit",
    "wait_timeout",
    "windowing_use_high_precision",
};

/// Encodings in which each byte below 128 is a character of its own.
constexpr Bytes ENCODINGS[] = {"ascii",  "binary", "cp1250", "cp1251", "cp1256",  "cp1257", "cp850",
                               "cp852",  "cp866",  "greek",  "hebrew", "koi8r",   "koi8u",  "latin1",
                               "latin2", "latin5", "latin7", "utf8",   "utf8mb3", "utf8mb4"};

template <std::size_t N>
bool isOneOf(const Bytes (&names)[N], Bytes name)
{
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::string unquoted(const std::string& value)
{
    const bool isQuoted = value.size() >= 2 && (value.front() == '\'' || value.front() == '"');
    return isQuoted ? value.substr(1, value.size() - 2) : value;
}

/// Modes that change how a text is read can't be had by others, who read it, too.
bool isPlainMode(const std::string& value)
{
    const std::string modes = inLowerCase(value);
    for (const char* other : {"no_backslash_escapes", "ansi", "db2", "maxdb", "mssql", "oracle", "postgresql"})
        if (modes.find(other) != std::string::npos)
            return false;
    return modes.find_first_of("0123456789") == std::string::npos || unquoted(modes).empty();
}

bool readNames(SimpleReader& reader, SessionSettings& changes)
{
    std::string value = reader.value();
    if (value.empty() || !isOneOf(ENCODINGS, inLowerCase(unquoted(value))))
        return false;
    SimpleReader ahead = reader;
    if (ahead.word() == "collate")
    {
        reader = ahead;
        const std::string collation = reader.value();
        if (collation.empty())
            return false;
        value += " COLLATE " + collation;
    }
    changes[setting::NAMES] = value;
    return true;
}

bool readIsolation(SimpleReader& reader, SessionSettings& changes)
{
    const std::string words = inLowerCase(reader.rest());
    for (const char* level : {"isolation level read committed", "isolation level read uncommitted",
                              "isolation level repeatable read", "isolation level serializable"})
        if (words == level)
        {
            changes[setting::ISOLATION] = words;
            reader = SimpleReader(Bytes()); // all was read
            return true;
        }
    return false;
}

bool isOfTransactions(const std::string& name)
{
    return name.rfind("tx_", 0) == 0 || name.rfind("transaction_", 0) == 0;
}

bool readVariable(SimpleReader& reader, const std::string& name, SessionSettings& changes)
{
    if (!isOneOf(REPLAYED, name) || !(reader.sign(":=") || reader.sign("=")))
        return false;
    std::string value = reader.value();
    if (value.empty() || (name == "sql_mode" && !isPlainMode(value)))
        return false;
    if (name == "autocommit")
    {
        const std::string flag = inLowerCase(unquoted(value));
        if (flag != "0" && flag != "1" && flag != "on" && flag != "off")
            return false;
        value = flag == "1" || flag == "on" ? "1" : "0";
    }
    changes[name] = value;
    return true;
}

/// One assignment of SET.
bool readAssignment(SimpleReader& reader, SessionSettings& changes, bool isFirst)
{
    if (reader.sign("@@"))
    {
        std::string name = reader.word();
        if ((name == "session" || name == "local") && reader.sign("."))
            name = reader.word();
        else if (isOfTransactions(name))
            return false; // of the next one alone
        return readVariable(reader, name, changes);
    }
    std::string name = reader.word();
    if (name == "names")
        return readNames(reader, changes);
    if (name == "session" || name == "local")
    {
        name = reader.word();
        if (name == "transaction")
            return isFirst && readIsolation(reader, changes);
    }
    return readVariable(reader, name, changes);
}

std::string queryOf(const std::string& sql)
{
    return std::string(1, static_cast<char>(code::QUERY)) + sql;
}

/// Said in this order: SET NAMES changes what others set, too.
void appendVariables(const SessionSettings& settings, const SessionSettings& known, std::vector<std::string>& commands)
{
    const auto isNew = [&known](const std::string& name, const std::string& value)
    {
        const auto found = known.find(name);
        return found == known.end() || found->second != value;
    };
    std::string sql;
    const auto names = settings.find(setting::NAMES);
    const bool saysNames = names != settings.end() && isNew(names->first, names->second);
    if (saysNames)
        sql = "SET NAMES " + names->second;
    for (const auto& [name, value] : settings)
    {
        const bool isOverwritten = saysNames && name == setting::RESULTS;
        const bool isInserted = name == setting::INSERTED;
        if ((name.front() == '#' && !isInserted) || (!isNew(name, value) && !isOverwritten && !isInserted))
            continue;
        sql += (sql.empty() ? "SET " : ",");
        sql += (isInserted ? "last_insert_id" : name) + "=" + value;
    }
    if (!sql.empty())
        commands.push_back(queryOf(sql));
    const auto level = settings.find(setting::ISOLATION);
    if (level != settings.end() && isNew(level->first, level->second))
        commands.push_back(queryOf("SET SESSION TRANSACTION " + level->second));
}

} // namespace

std::optional<SessionSettings> settingsIn(Bytes sql)
{
    if (sql.size() > LONGEST_SQL)
        return std::nullopt;
    SimpleReader reader(sql);
    const std::string word = reader.word();
    SessionSettings changes;
    if (word == "use")
    {
        const std::string database = reader.name();
        if (database.empty() || !reader.isAtEnd())
            return std::nullopt;
        changes[setting::DATABASE] = database;
        return changes;
    }
    if (word != "set")
        return std::nullopt;
    for (bool isFirst = true; isFirst || reader.sign(","); isFirst = false)
        if (!readAssignment(reader, changes, isFirst))
            return std::nullopt;
    if (!reader.isAtEnd())
        return std::nullopt;
    return changes;
}

std::optional<SessionSettings> changed(SessionSettings settings, const SessionSettings& changes)
{
    if (changes.count(setting::NAMES) != 0)
        settings.erase(setting::RESULTS);
    for (const auto& [name, alias] :
         {std::pair{"tx_isolation", "transaction_isolation"}, std::pair{"transaction_isolation", "tx_isolation"},
          std::pair{"tx_read_only", "transaction_read_only"}, std::pair{"transaction_read_only", "tx_read_only"}})
        if (changes.count(name) != 0)
            settings.erase(alias);
    for (const char* name : {"tx_isolation", "transaction_isolation"})
    {
        if (changes.count(setting::ISOLATION) != 0)
            settings.erase(name);
        if (changes.count(name) != 0)
            settings.erase(setting::ISOLATION);
    }
    for (const auto& [name, value] : changes)
        settings[name] = value;
    if (settings.size() > MOST)
        return std::nullopt;
    return settings;
}

std::optional<std::vector<std::string>> alignment(const SessionSettings& from, const SessionSettings& to)
{
    for (const auto& [name, value] : from)
    {
        const auto kept = to.find(name);
        const bool isLost = kept == to.end() && name != setting::INSERTED;
        if (isLost || (name == setting::COLLATION && kept->second != value))
            return std::nullopt;
    }
    std::vector<std::string> commands;
    const auto database = to.find(setting::DATABASE);
    const auto before = from.find(setting::DATABASE);
    if (database != to.end() && (before == from.end() || before->second != database->second))
        commands.push_back(std::string(1, static_cast<char>(code::INIT_DB)) + database->second);
    appendVariables(to, from, commands);
    return commands;
}

std::vector<std::string> settingCommands(const SessionSettings& settings)
{
    std::vector<std::string> commands;
    appendVariables(settings, {}, commands);
    return commands;
}

} // namespace proximux::mysql
