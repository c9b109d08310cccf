// MysqlOracle: what clients ask for.

#include "simulation/MysqlOracle.h"

#include <proximux/Number.h>
#include <proximux/protocol/mysql/Command.h>
#include <proximux/protocol/mysql/Handshake.h>
#include <proximux/protocol/mysql/Packets.h>

#include <utility>

namespace proximux
{

namespace
{

namespace capability = mysql::capability;

constexpr std::uint64_t CAPABILITIES = capability::MYSQL | capability::PROTOCOL_41 | capability::SECURE_CONNECTION |
                                       capability::PLUGIN_AUTH | capability::CONNECT_WITH_DB | capability::TRANSACTIONS;

std::string commandOf(std::uint8_t code, const std::string& arguments = "")
{
    return mysql::packetOf(0, std::string(1, static_cast<char>(code)) + arguments);
}

MysqlRequest saying(std::uint8_t code, const std::string& arguments = "")
{
    const std::string bytes = commandOf(code, arguments);
    return {MysqlRequest::Kind::command, bytes, bytes};
}

std::string idOf(std::uint32_t id)
{
    std::string bytes;
    appendNumber(bytes, id, 4, ByteOrder::little);
    return bytes;
}

/// About a statement, which has another id in the session of its client's own.
MysqlRequest about(const MysqlStatement& statement, std::uint8_t code, const std::string& arguments = "")
{
    return {MysqlRequest::Kind::command, commandOf(code, idOf(statement.id) + arguments),
            commandOf(code, idOf(statement.own) + arguments)};
}

} // namespace

void MysqlOracle::ask(Client& client)
{
    std::string bytes;
    for (Request& each : requests(client))
    {
        bytes += each.bytes;
        client.told = client.told || each.kind == Request::Kind::silent; // nothing can be told of it
        client.asked.push_back(std::move(each));
    }
    asks(client, bytes);
}

std::vector<MysqlRequest> MysqlOracle::requests(Client& client)
{
    if (chance(60))
        return {changeUser(client)};
    if (chance(12))
        return {command(client)};
    if (chance(5))
        return {prepare()};
    if (!client.statements.empty() && chance(2))
        return ofStatement(client);
    return {saying(mysql::code::QUERY, text(client))};
}

MysqlRequest MysqlOracle::logIn(Client& client)
{
    client.identity.user = isAnna(client) ? "anna" : "bert";
    client.identity.database = client.id.slot % 4 < 2 ? "" : "shop";
    client.identity.collation = client.id.slot % 9 == 0 ? 8 : 45;
    client.identity.capabilities = CAPABILITIES | (client.id.slot % 6 == 1 ? capability::MULTI_STATEMENTS : 0) |
                                   (client.id.slot % 2 == 0 ? capability::SESSION_TRACK : 0);
    std::string payload;
    appendNumber(payload, client.identity.capabilities, 4, ByteOrder::little);
    appendNumber(payload, 0xFFFFFF, 4, ByteOrder::little);
    appendNumber(payload, client.identity.collation, 1);
    payload.append(23, '\0').append(client.identity.user).append(2, '\0');
    payload.append(client.identity.database).append(1, '\0').append(mysql::NATIVE_PASSWORD).append(1, '\0');
    return {Request::Kind::login, mysql::packetOf(1, payload), ""};
}

MysqlRequest MysqlOracle::changeUser(Client& client)
{
    client.identity.user = one({"anna", "bert"});
    client.identity.database = one({"", "shop", "store"});
    std::string payload = client.identity.user;
    payload.append(2, '\0').append(client.identity.database).append(1, '\0');
    appendNumber(payload, client.identity.collation, 2, ByteOrder::little);
    payload.append(mysql::NATIVE_PASSWORD).append(1, '\0');
    return {Request::Kind::change, commandOf(mysql::code::CHANGE_USER, payload), ""};
}

MysqlRequest MysqlOracle::command(const Client& client)
{
    switch (random(client.id.slot % 6 == 1 ? 5 : 4))
    {
    case 0:
        return saying(mysql::code::RESET_CONNECTION);
    case 1:
        return saying(mysql::code::INIT_DB, one({"shop", "store", "none"}));
    case 2:
        return {Request::Kind::command, commandOf(mysql::code::STMT_RESET, idOf(12345)),
                commandOf(mysql::code::STMT_RESET, idOf(12345))};
    case 3:
        return saying(mysql::code::PING);
    default:
        return saying(mysql::code::SET_OPTION, std::string(1, chance(2) ? '\0' : '\1') + '\0');
    }
}

// --------------------------------------------------------------------------------- prepared statements

MysqlRequest MysqlOracle::prepare()
{
    const std::string sql = one({"select ?", "select ?", "select 5", "insert into t values (?)", "set @p=?",
                                 "select last_insert_id()", "select row_count()", "select wrong", "select 1 from x",
                                 "begin", "commit", "do fail", "set time_zone='+05:00'", "show warnings"});
    Request made = saying(mysql::code::STMT_PREPARE, sql);
    made.prepares = sql;
    return made;
}

std::vector<MysqlRequest> MysqlOracle::ofStatement(Client& client)
{
    const std::size_t place = random(client.statements.size());
    MysqlStatement& statement = client.statements[place];
    const bool isText = statement.text == "select ?";
    switch (random(12))
    {
    case 0:
        statement.hasParts = false;
        return {about(statement, mysql::code::STMT_RESET)};
    case 1:
    {
        Request closing = about(statement, mysql::code::STMT_CLOSE);
        closing.kind = Request::Kind::silent;
        client.statements.erase(client.statements.begin() + static_cast<std::ptrdiff_t>(place));
        return {closing};
    }
    case 2:
    {
        if (!isText || !chance(2))
            return {execute(statement, false)};
        Request part = about(statement, mysql::code::STMT_LONG_DATA, std::string(2, '\0') + number());
        part.kind = Request::Kind::silent;
        statement.hasParts = true;
        return {part};
    }
    case 3:
        return {about(statement, mysql::code::STMT_FETCH, idOf(static_cast<std::uint32_t>(1 + random(2))))};
    case 4:
    {
        const std::string sql = one({"select 5", "select wrong"});
        Request preparing = saying(mysql::code::STMT_PREPARE, sql);
        preparing.prepares = sql;
        MysqlStatement last;
        last.text = sql;
        return {preparing, execute(last, true)};
    }
    default:
        return {execute(statement, false)};
    }
}

/// Its value is a text, of one type or another.
MysqlRequest MysqlOracle::execute(MysqlStatement& statement, bool isLast)
{
    const bool wantsCursor = statement.text.rfind("select", 0) == 0 && !isLast && chance(10);
    std::string arguments(1, wantsCursor ? '\1' : '\0');
    arguments += idOf(1);
    if (statement.text.find('?') != std::string::npos)
    {
        const bool leavesOut = statement.hasTypes ? chance(2) : chance(30);
        arguments += std::string(1, '\0') + (leavesOut ? '\0' : '\1');
        if (!leavesOut)
            arguments += one({"\xFE", "\xFD", "\x0F"}) + '\0';
        const std::string value = number();
        if (!statement.hasParts)
            arguments += static_cast<char>(value.size()) + value;
        statement.hasTypes = statement.hasTypes || !leavesOut;
        statement.hasParts = false;
    }
    if (!isLast)
        return about(statement, mysql::code::STMT_EXECUTE, arguments);
    statement.id = statement.own = 0xFFFFFFFF;
    return about(statement, mysql::code::STMT_EXECUTE, arguments);
}

// ------------------------------------------------------------------------------------------- statements

/// Different ones, of two bytes.
std::string MysqlOracle::number()
{
    return std::to_string(1000 + ++_number % 60000);
}

std::string MysqlOracle::text(const Client& client)
{
    std::string sql = statement(client.own->inTransaction());
    const bool mayBeMany = (client.own->identity().capabilities & capability::MULTI_STATEMENTS) != 0;
    while (mayBeMany && chance(4))
        sql += "; " + statement(client.own->inTransaction());
    return sql;
}

std::string MysqlOracle::statement(bool inTransaction)
{
    switch (random(inTransaction ? 18 : 16))
    {
    case 0:
    case 1:
        return setting();
    case 2:
        return one({"use shop", "use store", "use none"});
    case 3:
        return one({"begin", "begin", "start transaction read only", "commit and chain", "commit"});
    case 4:
        return chance(4) ? leaving() : "select 1";
    case 5:
        return one({"select wrong", "do fail", "select 1 from x", "do 1"});
    case 6:
    case 7:
        return "insert into t values (" + number() + ")";
    case 8:
        return "update t set a = " + std::to_string(random(5));
    case 9:
    case 10:
    case 11:
        return asking();
    case 12:
        return "select 3 from t";
    case 16:
    case 17:
        return one({"commit", "commit", "rollback", "rollback and chain"});
    default:
        return "select " + number();
    }
}

std::string MysqlOracle::setting()
{
    if (chance(3))
        return "set wait_timeout=" + std::to_string(random(5));
    return one({"set time_zone='+01:00'", "set names latin1", "set names utf8mb4 collate utf8mb4_bin",
                "set character_set_results=binary", "set sql_mode='STRICT_ALL_TABLES'", "set sql_mode=''",
                "set session transaction isolation level serializable", "set wait_timeout=wrong",
                "set wait_timeout=7,time_zone='+02:00'", "set autocommit=0", "set autocommit=1"});
}

/// What pins its client, or leaves more than it tells.
std::string MysqlOracle::leaving()
{
    const std::string n = number();
    switch (random(9))
    {
    case 0:
        return "set @a=" + n;
    case 1:
        return "select @a := " + n;
    case 2:
        return "call sets(" + n + ")";
    case 3:
        return one({"call inserts(", "insert into g values ("}) + n + ")";
    case 4:
        return "select last_insert_id(" + n + ")";
    case 5:
        return one({"select get_lock('a',0)", "select release_all_locks()"});
    case 6:
        return one({"lock tables t write", "unlock tables"});
    case 7:
        return one({"prepare p from 'select 5'", "execute p", "set sql_mode='NO_BACKSLASH_ESCAPES'"});
    default:
        return one({"create temporary table x (a int)", "drop table x"});
    }
}

/// What is asked of earlier statements, or can be.
std::string MysqlOracle::asking()
{
    return one({"select last_insert_id()", "select @@identity", "insert into t values (last_insert_id())",
                "select row_count()", "show warnings", "show warnings", "select warn 1", "select found_rows()",
                "select sql_calc_found_rows 5"});
}

} // namespace proximux
