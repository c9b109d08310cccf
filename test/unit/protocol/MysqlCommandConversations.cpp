#include "MysqlConversations.h"

namespace proximux::mysql::test
{

using namespace std::string_literals;
using namespace mysql::capability;

namespace
{

/// Each with a further command, which finds the watcher between two exchanges.
std::vector<MysqlConversation> followed(std::vector<MysqlConversation> conversations)
{
    for (MysqlConversation& conversation : conversations)
    {
        conversation.steps.push_back(client(command(0x0E)));
        conversation.steps.push_back(target(answer({ok()})));
        conversation.expected.insert(conversation.expected.end(), {"> ping", "< ping"});
    }
    return conversations;
}

std::vector<MysqlConversation> resultSets()
{
    const std::string row = text("1");
    const std::string sql = "SELECT 1";
    const std::vector<std::string> seen = {"> SELECT 1", "< SELECT 1"};
    const std::uint64_t mariaDb = BASE & ~MYSQL;
    const std::vector<std::string> classic = {"\1"s, column("a"), eof(), row, row, eof()};
    return {
        talk("ok", {client(query(sql)), target(answer({ok()}))}, seen),
        talk("error", {client(query(sql)), target(answer({error()}))}, seen),
        talk("rows", {client(query(sql)), target(answer(classic))}, seen),
        talk("no rows", {client(query(sql)), target(answer({"\1"s, column("a"), eof(), eof()}))}, seen),
        talk("null in the first column",
             {client(query(sql)), target(answer({"\1"s, column("a"), eof(), "\xFB"s, eof()}))}, seen),
        talk("error behind rows", {client(query(sql)), target(answer({"\1"s, column("a"), eof(), row, error()}))},
             seen),
        talk("error in place of a definition", {client(query(sql)), target(answer({"\2"s, column("a"), error()}))},
             seen),
        talk("rows without eof",
             {client(query(sql)), target(answer({"\2"s, column("a"), column("b"), row + row, okAtEnd()}))}, seen,
             BASE | DEPRECATE_EOF),
        talk("eof in place of ok", {client(query(sql)), target(answer({"\1"s, column("a"), row, eof()}))}, seen,
             BASE | DEPRECATE_EOF),
        talk("more results",
             {client(query(sql)), target(answer({ok(8), "\1"s, column("a"), eof(8), row, eof(8), ok()}))}, seen),
        talk("more results without eof",
             {client(query(sql)), target(answer({"\1"s, column("a"), row, okAtEnd(8), ok(8), ok()}))}, seen,
             BASE | DEPRECATE_EOF),
        talk("error among results", {client(query(sql)), target(answer({ok(8), error()}))}, seen),
        talk("cached definitions", {client(query(sql)), target(answer({"\1\0"s, row, okAtEnd()}))}, seen,
             mariaDb | DEPRECATE_EOF | MARIADB_CACHE_METADATA),
        talk("cached definitions with eof", {client(query(sql)), target(answer({"\1\0"s, eof(), row, eof()}))}, seen,
             mariaDb | MARIADB_CACHE_METADATA),
        talk("definitions not cached", {client(query(sql)), target(answer({"\1\1"s, column("a"), row, okAtEnd()}))},
             seen, mariaDb | DEPRECATE_EOF | MARIADB_CACHE_METADATA),
        talk("optional definitions left out", {client(query(sql)), target(answer({"\1\0"s, row, okAtEnd()}))}, seen,
             BASE | DEPRECATE_EOF | OPTIONAL_METADATA),
        talk("progress", {client(query(sql)), target(answer({progress(), progress(), ok()}))}, seen,
             mariaDb | MARIADB_PROGRESS),
        talk("error 65535 without progress", {client(query(sql)), target(answer({progress()}))}, seen),
    };
}

std::vector<MysqlConversation> statements()
{
    const std::string prepare = command(0x16, "SELECT ?");
    const std::string execute = command(0x17, number(3, 4) + "\0\1\0\0\0"s);
    const std::vector<Step> ready = {client(prepare),
                                     target(answer({prepared(3, 1, 1), column("?"), eof(), column("a"), eof()}))};
    const auto after = [&ready](const std::vector<Step>& steps)
    {
        std::vector<Step> all = ready;
        all.insert(all.end(), steps.begin(), steps.end());
        return all;
    };
    const std::string seen = "> prepare: SELECT ?";
    const std::string done = "< prepare: SELECT ?";
    const std::string run = "execute 3: SELECT ?";
    return {
        talk("prepare and execute",
             after({client(execute), target(answer({"\1"s, column("a"), eof(), "\0\0\1x"s, eof()}))}),
             {seen, done, "> " + run, "< " + run}),
        talk("cursor",
             after({client(execute), target(answer({"\1"s, column("a"), eof(64)})),
                    client(command(0x1C, number(3, 4) + number(10, 4))),
                    target(answer({"\0\0\1x"s, eof(64 + 128 + 8)}))}),
             {seen, done, "> " + run, "< " + run, "> fetch 3", "< fetch 3"}),
        talk("statements end with a reset of the connection",
             after({client(command(0x1F)), target(answer({ok()})), client(execute), target(answer({error()}))}),
             {seen, done, "> reset connection", "< reset connection", "> execute 3 (secret)", "< execute 3"}),
        talk("values for a secret statement",
             {client(command(0x16, "CREATE USER u IDENTIFIED BY ?")),
              target(answer({prepared(3, 0, 1), column("?"), eof()})),
              client(command(0x17, number(3, 4) + "\0\1\0\0\0\0\1\xFE\0\6geheim"s)), target(answer({ok()}))},
             {"> prepare: CREATE USER <withheld> (secret)", "< prepare: CREATE USER <withheld>",
              "> execute 3: CREATE USER <withheld> (secret)", "< execute 3: CREATE USER <withheld>"}),
        talk("values for a statement that names a password",
             {client(command(0x16, "UPDATE u SET password = ?")),
              target(answer({prepared(3, 0, 1), column("?"), eof()})),
              client(command(0x18, number(3, 4) + "\0\0geheim"s) +
                     command(0x17, number(3, 4) + "\0\1\0\0\0\0\1\xFE\0\6geheim"s)),
              target(answer({ok()}))},
             {"> prepare: UPDATE u SET password = ?", "< prepare: UPDATE u SET password = ?",
              "> long data 3: UPDATE u SET password = ? (secret) (unanswered)",
              "> execute 3: UPDATE u SET password = ? (secret)", "< execute 3: UPDATE u SET password = ?"}),
        talk("cursor without eof",
             {client(prepare), target(answer({prepared(3, 1, 1), column("?"), column("a")})), client(execute),
              target(answer({"\1"s, column("a"), okAtEnd(64)}))},
             {seen, done, "> " + run, "< " + run}, BASE | DEPRECATE_EOF),
        talk("prepare without columns",
             {client(prepare), target(answer({prepared(3, 0, 2), column("?"), column("?"), eof()}))}, {seen, done}),
        talk("prepare without parameters", {client(prepare), target(answer({prepared(3, 1, 0), column("a"), eof()}))},
             {seen, done}),
        talk("prepare without anything", {client(prepare), target(answer({prepared(3, 0, 0)}))}, {seen, done}),
        talk("prepare without definitions", {client(prepare), target(answer({prepared(3, 1, 1) + "\0"s}))},
             {seen, done}, BASE | OPTIONAL_METADATA | DEPRECATE_EOF),
        talk("prepare refused", {client(prepare), target(answer({error()}))}, {seen, done}),
        talk("no response to long data and close",
             after({client(command(0x18, number(3, 4) + "\0\0data"s) + execute), target(answer({ok()})),
                    client(command(0x1A, number(3, 4))), target(answer({ok()})),
                    client(command(0x19, number(3, 4)) + command(0x0E)), target(answer({ok()}))}),
             {seen, done, "> long data 3: SELECT ? (unanswered)", "> " + run, "< " + run, "> reset 3", "< reset 3",
              "> close 3 (unanswered)", "> ping", "< ping"}),
        talk("closed statement is forgotten",
             after({client(command(0x19, number(3, 4)) + execute), target(answer({error()}))}),
             {seen, done, "> close 3 (unanswered)", "> execute 3 (secret)", "< execute 3"}),
        talk("execute what was prepared last",
             {client(prepare + command(0x17, number(0xFFFFFFFF, 4) + "\0\1\0\0\0"s)),
              target(answer({prepared(3, 0, 1), column("?"), eof()}) + answer({ok()}))},
             {seen, "> execute: SELECT ?", done, "< execute: SELECT ?"}),
        talk("bulk", after({client(command(0xFA, number(3, 4) + "\x80\0"s)), target(answer({ok()}))}),
             {seen, done, "> execute in bulk 3: SELECT ?", "< execute in bulk 3: SELECT ?"}),
    };
}

std::vector<MysqlConversation> smallCommands()
{
    const auto asked =
        [](std::uint8_t code, const std::string& arguments, const std::string& reply, const std::string& shown)
    {
        const std::string name = shown.substr(0, shown.find(" (secret)"));
        return talk(shown, {client(command(code, arguments)), target(answer({reply}))}, {"> " + shown, "< " + name});
    };
    return {
        asked(0x02, "shop", ok(), "use shop"),
        asked(0x05, "shop", ok(), "create database shop"),
        asked(0x06, "shop", error(), "drop database shop"),
        asked(0x07, "\1"s, ok(), "refresh"),
        asked(0x08, ""s, eof(), "shutdown"),
        asked(0x09, ""s, "Uptime: 5  Threads: 1", "statistics"),
        asked(0x0C, number(9, 4), ok(), "kill 9"),
        asked(0x0D, ""s, eof(), "debug"),
        asked(0x0E, ""s, ok(), "ping"),
        asked(0x15, "\1\0\0\0\4host\4user\6secret"s, ok(), "register replica (secret)"),
        asked(0x1B, number(1, 2), eof(), "set option 1"),
        asked(0x1F, ""s, ok(), "reset connection"),
        talk("fields", {client(command(0x04, "t\0%"s)), target(answer({column("a"), column("b"), eof()}))},
             {"> list fields of t", "< list fields of t"}),
        talk("processes", {client(command(0x0A)), target(answer({"\1"s, column("a"), eof(), text("1"), eof()}))},
             {"> list processes", "< list processes"}),
        talk("quit", {client(command(0x01))}, {"> quit (unanswered)"}),
        talk("quit that is answered", {client(command(0x01)), target(answer({ok()}))}, {"> quit (unanswered)"}),
        talk("query without text", {client(query("")), target(answer({error()}))}, {"> query", "< query"}),
        talk("attributes of a query",
             {client(command(0x03, "\1\1\0\1\xFE\0\1n"s + text("v") + "SELECT 1")), target(answer({ok()}))},
             {"> SELECT 1", "< SELECT 1"}, BASE | QUERY_ATTRIBUTES),
        talk("secret statement", {client(query("CREATE USER u IDENTIFIED BY 'geheim'")), target(answer({ok()}))},
             {"> CREATE USER <withheld> (secret)", "< CREATE USER <withheld>"}),
    };
}

std::vector<MysqlConversation> longConversations()
{
    const std::string load = "LOAD DATA LOCAL INFILE 'f' INTO TABLE t";
    const std::string wanted = answer({"\xFB"
                                       "f"});
    const std::string change = command(0x11, "eve\0"s + text("SECRETSECRETSECRET12") + "db\0"s);
    return {
        talk("file",
             {client(query(load)), target(wanted), client(packets(2, "1\n2\n") + packets(3, "3\n") + packets(4, "")),
              target(answer({ok()}, 5))},
             {"> " + load, "< " + load}),
        talk("empty file", {client(query(load)), target(wanted), client(packets(2, "")), target(answer({error()}, 3))},
             {"> " + load, "< " + load}),
        talk("command behind a file",
             {client(query(load)), target(wanted), client(packets(2, "")), target(answer({ok()}, 3)),
              client(command(0x0E)), target(answer({ok()}))},
             {"> " + load, "< " + load, "> ping", "< ping"}),
        talk("several commands before a response",
             {client(query("SELECT 1") + query("SELECT 2") + command(0x0E)),
              target(answer({"\1"s, column("a"), eof(), text("1"), eof()}) + answer({error()}) + answer({ok()}))},
             {"> SELECT 1", "> SELECT 2", "> ping", "< SELECT 1", "< SELECT 2", "< ping"}),
        talk("change of user",
             {client(change), target(answer({"\xFEmysql_native_password\0abcdefgh"s})), client(packets(2, "SECRET")),
              target(answer({ok()}, 3)), client(command(0x0E)), target(answer({ok()}))},
             {"> change user eve, database db (secret)", "< change user eve, database db", "> ping", "< ping"}),
        busy(talk("binlog",
                  {client(command(0x12, "\4\0\0\0\0\0\1\0\0\0binlog.1"s)), target(answer({"\0event"s, "\0event"s})),
                   client(packets(0, "\xEFok")), target(answer({"\0event"s}, 1))},
                  {"> binlog dump", "< binlog dump"})),
        talk("binlog that ends",
             {client(command(0x1E, "\0\0"s)), target(answer({"\0event"s, eof()})), client(command(0x0E)),
              target(answer({ok()}))},
             {"> binlog dump", "< binlog dump", "> ping", "< ping"}),
        busy(talk("response that breaks off", {client(query("SELECT 1")), target(answer({"\1"s, column("a")}))},
                  {"> SELECT 1", "< SELECT 1 (failed)"})),
        busy(talk("no response", {client(query("SELECT 1") + command(0x0E))},
                  {"> SELECT 1", "> ping", "< SELECT 1 (failed)", "< ping (failed)"})),
        busy(talk("request that breaks off", {client(query("SELECT 1").substr(0, 9))}, {})),
        talk("farewell", {target(packets(0, error()))}, {}),
        busy(talk("farewell that meets a command", {client(command(0x0E)), target(packets(0, error()))},
                  {"> ping", "< ping (failed)"})),
    };
}

} // namespace

std::vector<MysqlConversation> commandConversations()
{
    std::vector<MysqlConversation> all = followed(resultSets());
    append(all, followed(statements()));
    append(all, smallCommands());
    append(all, longConversations());
    return all;
}

} // namespace proximux::mysql::test
