#include "unit/protocol/WatcherFixture.h"

namespace proximux
{

/// What the watcher of postgresql sees, and what it withholds.
class PostgresqlWatcherTest : public WatcherFixture
{
};

TEST(PostgresqlWatcherTest, watchesPostgresql)
{
    for (const std::size_t piece : {std::size_t{1000}, std::size_t{1}, std::size_t{3}})
    {
        watchNamed("postgresql");
        for (const auto& [client, bytes] : postgresqlSession())
            for (std::size_t at = 0; at < bytes.size(); at += piece)
                client ? asks(bytes.substr(at, piece)) : answers(bytes.substr(at, piece));
        CPPUNIT_ASSERT_EQUAL(
            std::string("> SSLRequest\n< SSLRequest\n> startup user=me database=db\n"
                        "> authentication (secret) (unanswered)\n< startup user=me database=db\n> select 1\n"
                        "< select 1\n> select $1\n> execute s1\n< select $1\n< execute s1\n> copy t from stdin\n"
                        "> copy data (unanswered)\n< copy t from stdin\n"),
            seen().substr(0, seen().find("> alter")));
        CPPUNIT_ASSERT(seen().find("geheim") == std::string::npos);
        CPPUNIT_ASSERT(seen().find("> terminate (unanswered)\n") != std::string::npos);
    }
}

/// A request is answered as far as it was sent, and ends with Sync.
TEST(PostgresqlWatcherTest, watchesPostgresqlWithFlush)
{
    watchNamed("postgresql");
    asks(startup());
    answers(pg('Z', "I"));
    asks(pg('P', zero("s1").append(zero("select $1"))) + pg('D', zero("Ss1")) + pg('H', ""));
    answers(pg('1', "") + pg('t', "x") + pg('T', "x"));
    _named->fromClient(pg('B', zero("").append(zero("s1"))) + pg('E', "x") + pg('S', ""), at(5));
    _named->fromTarget(pg('2', "") + pg('C', "x") + pg('Z', "I"), at(6));
    asks(pg('Q', zero("select 2")));
    answers(pg('C', "x") + pg('Z', "I"));
    CPPUNIT_ASSERT_EQUAL(std::string("> startup user=me database=db\n< startup user=me database=db\n"
                                     "> select $1\n< select $1\n> select 2\n< select 2\n"),
                         seen());
    CPPUNIT_ASSERT_EQUAL(std::int64_t{0}, _recorder.responses.at(1).firstByte.us);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{1}, _recorder.responses.at(1).whole.us);
}

TEST(PostgresqlWatcherTest, seesEveryStatementOfAPostgresqlRequest)
{
    watchNamed("postgresql");
    asks(startup());
    const auto parse = [](const std::string& sql) { return pg('P', zero("").append(zero(sql))); };
    const std::string execute = pg('B', zero("").append(zero(""))) + pg('E', "x");
    asks(parse("begin") + execute + pg('B', zero("").append(zero("s7"))) + pg('E', "x") + parse("select 1") + execute +
         pg('S', ""));
    asks(pg('C', zero("Ss1")) + parse("alter role me password 'geheim'") + execute + pg('S', ""));
    asks(pg('C', zero("Ss1")) + pg('S', ""));
    CPPUNIT_ASSERT_EQUAL(std::string("> startup user=me database=db\n> begin; execute s7; select 1\n"
                                     "> alter role <withheld> (secret)\n> close\n"),
                         seen());
    CPPUNIT_ASSERT_EQUAL(std::string(), _recorder.requestBytes.at(2));
}

/// Whether in the same request or in a later one, and for as long as the name means that statement.
TEST(PostgresqlWatcherTest, withholdsValuesBoundToAStatementThatNamesAPassword)
{
    const auto parse = [](const std::string& name, const std::string& sql)
    { return pg('P', zero(name).append(zero(sql))); };
    const auto bind = [](const std::string& name)
    { return pg('B', zero("").append(zero(name)) + std::string("\0\0\0\1\0\0\0\6", 8) + "geheim") + pg('E', "x"); };
    watchNamed("postgresql");
    asks(startup());
    asks(parse("", "update u set password = $1") + bind("") + pg('S', ""));
    asks(parse("s1", "update u set password = $1") + pg('S', ""));
    asks(bind("s1") + pg('S', ""));
    asks(parse("s2", "update u set name = $1") + bind("s2") + pg('S', ""));
    asks(parse("s1", "select $1") + bind("s1") + pg('S', ""));
    CPPUNIT_ASSERT_EQUAL(std::string("> startup user=me database=db\n> update u set password = $1 (secret)\n"
                                     "> update u set password = $1\n> execute s1 (secret)\n"
                                     "> update u set name = $1\n> select $1\n"),
                         seen());
    for (std::size_t i = 1; i <= 3; ++i)
        CPPUNIT_ASSERT(_recorder.requestBytes.at(i).find("geheim") == std::string::npos);
    CPPUNIT_ASSERT(_recorder.requestBytes.at(4).find("geheim") != std::string::npos);
}

TEST(PostgresqlWatcherTest, withholdsRowsCopiedToAPassword)
{
    watchNamed("postgresql");
    asks(startup());
    asks(pg('Q', zero("copy u (name, password) from stdin")));
    asks(pg('d', "a\tgeheim\n") + pg('c', ""));
    asks(pg('Q', zero("copy t from stdin")));
    asks(pg('d', "a\tb\n") + pg('c', ""));
    CPPUNIT_ASSERT_EQUAL(std::string("> startup user=me database=db\n> copy u (name, password) from stdin\n"
                                     "> copy data (secret) (unanswered)\n"
                                     "> copy t from stdin\n> copy data (unanswered)\n"),
                         seen());
}

TEST(PostgresqlWatcherTest, watchesPostgresqlUntilItIsEncrypted)
{
    watchNamed("postgresql");
    asks(pg(0, "\x04\xd2\x16\x2f"));
    answers("S");
    asks("anything");
    CPPUNIT_ASSERT(seen().find("! the connection switched protocols") != std::string::npos);
}

TEST(PostgresqlWatcherTest, refusesWhatIsNotPostgresql)
{
    watchNamed("postgresql");
    asks("GET / HTTP/1.1\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("! a PostgreSQL startup packet with an impossible length\n"), seen());
    watchNamed("postgresql");
    asks(startup());
    answers("HTTP/1.1 200 OK\r\n");
    CPPUNIT_ASSERT(seen().find("! a PostgreSQL message") != std::string::npos);
    watchNamed("postgresql");
    asks(startup() + "?");
    CPPUNIT_ASSERT(seen().find("! a PostgreSQL message of unknown type") != std::string::npos);
}

} // namespace proximux
