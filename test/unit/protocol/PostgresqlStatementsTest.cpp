#include "support/Test.h"

#include <proximux/Pins.h>
#include <proximux/protocol/postgresql/JudgedTexts.h>
#include <proximux/protocol/postgresql/Statements.h>
#include <proximux/protocol/postgresql/Words.h>

#include <string>
#include <utility>

using namespace proximux;
using postgresql::effectsOf;

/// What statements leave behind, as far as their text tells.
class PostgresqlStatementsTest : public CppUnit::TestCase
{
protected:
    static void assertTies(unsigned ties, std::initializer_list<const char*> texts)
    {
        for (const char* sql : texts)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(sql, ties, effectsOf(sql).ties);
    }
};

TEST(PostgresqlStatementsTest, aTextThatComesAgainIsJudgedTheSame)
{
    postgresql::JudgedTexts judged;
    for (int round = 0; round < 3; ++round)
        for (int i = 0; i < 1000; ++i) // more than are kept
            for (const std::string& sql :
                 {"listen c" + std::to_string(i), "select " + std::to_string(i), "set a = " + std::string(2000, 'x')})
                CPPUNIT_ASSERT_EQUAL_MESSAGE(sql, effectsOf(sql).ties, judged.effectsOf(sql).ties);
    CPPUNIT_ASSERT_EQUAL(0U, judged.effectsOf("").ties);
}

TEST(PostgresqlStatementsTest, harmlessStatementsTieNobody)
{
    assertTies(0, {"",
                   ";",
                   "select 1",
                   "SELECT a.b, count(*), max(x) FROM s.t AS a(b, x) JOIN u USING (id) WHERE a IN (1, 2) GROUP BY (1)",
                   "select pg_catalog.now(), x::numeric(10, 2), $1::varchar(5), coalesce(a, b) from t",
                   "(select 1) union (select 2)",
                   "WITH RECURSIVE x(a) AS (SELECT 1) SELECT * FROM x",
                   "insert into s.\"T\" (a, b) values ($1, lower($2)) on conflict (a) do update set b = excluded.b",
                   "UPDATE t SET (a, b) = (1, 2) WHERE EXISTS (SELECT 1)",
                   "begin; insert into t values (1); commit",
                   "SET LOCAL work_mem = '1MB'; set transaction read only; SET CONSTRAINTS ALL DEFERRED",
                   "create table t (a int primary key, b numeric(1,2) default f(1), check (g(a)))",
                   "create function f(int) returns int as $$ begin set work_mem = '1'; end $$ language plpgsql",
                   "create unique index i on t (my_function(a))",
                   "alter table t add column a int, add constraint c check (a > 0)",
                   "explain (analyze) select 1",
                   "copy t (a, b) from stdin with (format csv)",
                   "copy (select 1) to stdout",
                   "declare c cursor for select 1",
                   "declare c cursor without hold for select 1",
                   "select 'set a = b', \"listen x\", $$ listen x $$, $t$ $$ my_function() $t$ -- listen x\n",
                   "select /* /* nested */ my_function() */ 1",
                   "select E'it\\'s my_function()', 'it''s'",
                   "prepare transaction 'x'",
                   "select pg_advisory_xact_lock(1), nextval('s'), random()",
                   "discard plans",
                   "reset role",
                   "values (1), (2)",
                   "table t",
                   "lock table t in exclusive mode"});
}

TEST(PostgresqlStatementsTest, whatMayEndATieIsKnown)
{
    for (const char* sql : {"unlisten *", "DROP TABLE t", "close all", "deallocate s", "reset role", "set role none",
                            "discard temp", "commit", "end", "rollback", "abort", "select pg_advisory_unlock(1)",
                            "select 1; select pg_catalog.pg_advisory_unlock_all()"})
        CPPUNIT_ASSERT_MESSAGE(sql, effectsOf(sql).ends);
    for (const char* sql : {"select 1", "select 'commit'", "listen x", "select drop from t", "create table t (a int)",
                            "begin", "insert into t values (1)"})
        CPPUNIT_ASSERT_MESSAGE(sql, !effectsOf(sql).ends);
}

TEST(PostgresqlStatementsTest, stateThatLastsTies)
{
    assertTies(pins::SETTING, {"set work_mem = '1MB'", "SET SESSION x = 1", "select 1; set x to y",
                               "/* a */ SET a TO b", "set session characteristics as transaction read only",
                               "set time zone 'utc'", "reset work_mem", "reset all", "discard all"});
    assertTies(pins::SESSION, {"set role x", "declare c cursor with hold for select 1"});
    assertTies(pins::SETTING | pins::SESSION, {"set session authorization x"});
    assertTies(pins::SUBSCRIPTION, {"listen x", "LISTEN \"x\"", "begin; listen x; commit"});
    assertTies(pins::STATEMENT, {"prepare s as select 1", "prepare s(int) as select $1"});
    assertTies(pins::TEMPORARY,
               {"create temp table t (a int)", "create temporary view v as select 1",
                "create local temp table t (a int)", "select 1 into temp t", "create table pg_temp.t (a int)",
                "create or replace temp view v as select 1", "select * from \"pg_temp_3\".t"});
    assertTies(pins::LOCK, {"select pg_advisory_lock(1)", "select pg_catalog.pg_try_advisory_lock(1, 2)"});
}

TEST(PostgresqlStatementsTest, whatIsNotKnownTies)
{
    assertTies(pins::UNKNOWN,
               {"select my_function()", "select s.now()", "select \"My\"(1)", "do $$ begin end $$", "call p()",
                "load 'x'", "frobnicate", "select set_config('a', 'b', false)",
                "create table t as select my_function()", "select 'it\\'s', my_function()",
                "select 'ends in a backslash\\'", "select * from my_function(1)", "insert into t select my_function()",
                "alter table t alter a type int using my_function(a)", "\"select\" 1", "1 select"});
}

TEST(PostgresqlStatementsTest, onlyDiscardAllAsAStatementOfItsOwnEndsState)
{
    CPPUNIT_ASSERT_EQUAL(~(pins::LEASE | pins::UNKNOWN), effectsOf("DISCARD ALL;").frees);
    for (const char* sql : {"reset all", "deallocate all", "unlisten *", "select pg_advisory_unlock_all()",
                            "reset all; set a = b", "select 1; discard all", "discard temp", "select 'discard all'",
                            "explain discard all", "/* discard all */ select 1"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(sql, 0U, effectsOf(sql).frees);
}

TEST(PostgresqlStatementsTest, whatLooksHarmlessAndIsNotTies)
{
    assertTies(pins::UNKNOWN,
               {"create table U&\"pg\\005ftemp\".s as select 1 as x", "select U&'\\0061'",
                "select * from ts_stat('select 1')", "select ts_rewrite('a'::tsquery, 'select 1')",
                "select table_to_xml('t', true, true, '')", "select a[1:my_function(2)]", "select update('x')",
                "select copy(1), explain(2)", "select range(1, 2)", "select over(1)", "select key(1)",
                "create table p partition of t for values in (my_function())", "set seed = 0.5"});
    assertTies(
        0, {"select count(*) filter (where a) over (partition by b), percentile_cont(0.5) within group (order by a)",
            "select a[1:2], b::numeric(10, 2)", "explain (verbose) select 1", "select x from t where a like ('b')"});
}

TEST(PostgresqlStatementsTest, sequencesAndCopiesAreSeen)
{
    CPPUNIT_ASSERT(effectsOf("select lastval()").readsLast);
    CPPUNIT_ASSERT(effectsOf("select pg_catalog.currval('s')").readsLast);
    CPPUNIT_ASSERT(!effectsOf("select 'lastval()'").readsLast);
    CPPUNIT_ASSERT(effectsOf("select 1; copy t from stdin").copies);
    CPPUNIT_ASSERT(!effectsOf("select copy from stdin").copies);
}

TEST(PostgresqlStatementsTest, eachCutOfATextIsReadInBounds)
{
    const std::string sql = "select $t$a$t$, E'b\\'c', \"d\"\"e\", 'f''g' /* h /* i */ j */ -- k\n from l.m(n) ; $x";
    for (std::size_t from = 0; from < sql.size(); ++from)
        for (std::size_t size = 0; from + size <= sql.size(); ++size)
            effectsOf(sql.substr(from, size));
    CPPUNIT_ASSERT(effectsOf(sql).ties != 0);
}

TEST(PostgresqlStatementsTest, functionsAreFoundByTheirWholeNames)
{
    for (const char* name : {"abs", "now", "lower", "count", "jsonb_build_object", "xpath", "NOW"})
        CPPUNIT_ASSERT_MESSAGE(name, (postgresql::rolesOf(name) & postgresql::roles::HARMLESS) != 0);
    for (const char* name : {"", "ab", "abso", "set_config", "currval", "pg_advisory_lock", "query_to_xml"})
        CPPUNIT_ASSERT_MESSAGE(name, (postgresql::rolesOf(name) & postgresql::roles::HARMLESS) == 0);
}

TEST(PostgresqlStatementsTest, howATransactionEnds)
{
    using postgresql::TransactionEnd;
    const std::pair<const char*, TransactionEnd> ends[] = {{"commit", TransactionEnd::commit},
                                                           {" END /* x */ WORK ;", TransactionEnd::commit},
                                                           {"Commit Transaction", TransactionEnd::commit},
                                                           {"rollback", TransactionEnd::rollback},
                                                           {"abort work;", TransactionEnd::rollback},
                                                           {"savepoint a", TransactionEnd::savepoint},
                                                           {"release savepoint \"a b\";", TransactionEnd::savepoint},
                                                           {"rollback work to savepoint a", TransactionEnd::savepoint},
                                                           {"rollback to a", TransactionEnd::savepoint},
                                                           {"commit and chain", TransactionEnd::none},
                                                           {"rollback and no chain", TransactionEnd::none},
                                                           {"commit prepared 'a'", TransactionEnd::none},
                                                           {"prepare transaction 'a'", TransactionEnd::none},
                                                           {"commit; select 1", TransactionEnd::none},
                                                           {"savepoint a; set x = 1", TransactionEnd::none},
                                                           {"select 1", TransactionEnd::none},
                                                           {"", TransactionEnd::none}};
    for (const auto& [sql, end] : ends)
    {
        CPPUNIT_ASSERT_MESSAGE(sql, end == postgresql::transactionEndIn(sql));
        CPPUNIT_ASSERT_MESSAGE(sql, end == TransactionEnd::none || effectsOf(sql).transacts);
    }
    for (const char* sql : {"select 1; commit", "prepare transaction 'a'", "savepoint a", "commit and chain"})
        CPPUNIT_ASSERT_MESSAGE(sql, effectsOf(sql).transacts);
    for (const char* sql : {"select 1", "begin", "set x = 'commit'"})
        CPPUNIT_ASSERT_MESSAGE(sql, !effectsOf(sql).transacts);
}
