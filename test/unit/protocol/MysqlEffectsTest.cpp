#include "support/Test.h"

#include <proximux/Pins.h>
#include <proximux/protocol/mysql/Effects.h>
#include <proximux/protocol/mysql/SessionReports.h>
#include <proximux/protocol/mysql/SessionSettings.h>

#include <string>
#include <vector>

using namespace proximux;

class MysqlEffectsTest : public CppUnit::TestCase
{
protected:
    /// The text comes whole, and byte by byte, with the same effects.
    static mysql::Effects effectsOf(const std::string& sql, bool escapes = true, bool doubleQuotes = true)
    {
        mysql::EffectsReader whole(escapes, doubleQuotes);
        whole.feed(sql);
        const mysql::Effects effects = whole.end();
        mysql::EffectsReader pieces(escapes, doubleQuotes);
        for (const char c : sql)
            pieces.feed(Bytes(&c, 1));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(sql, effects.ties, pieces.end().ties);
        return effects;
    }

    static void assertTies(unsigned ties, const std::vector<const char*>& texts)
    {
        for (const char* sql : texts)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(sql, ties, effectsOf(sql).ties);
    }

    static std::string shown(const SessionSettings& settings)
    {
        std::string text;
        for (const auto& [name, value] : settings)
            text.append(name).append("=").append(value).append(";");
        return text;
    }

    static std::string settings(const std::string& sql)
    {
        const auto found = mysql::settingsIn(sql);
        return found ? shown(*found) : "none";
    }
};

TEST(MysqlEffectsTest, whatLeavesNothingBehindTiesNobody)
{
    assertTies(0, {"select 1",
                   "SELECT count(*), max(a) FROM t WHERE b IN (1, 2) AND c = 'get_lock('",
                   "",
                   "insert into d.t (a, b) values (1, 'x\\'@y := 1'), (2, \"@z\")",
                   "insert t (a) values (1)",
                   "/* create temporary table */ select /* get_lock( */ 1 -- lock tables t read",
                   "(select 1) union (select 2)",
                   "replace into `t` (`a`) select b from u where exists (select 1 from v)",
                   "begin",
                   "START TRANSACTION",
                   "commit",
                   "rollback to savepoint a",
                   "create table t (a int, key k (a), constraint f foreign key (a) "
                   "references u (b))",
                   "drop temporary table t",
                   "unlock tables",
                   "# @a := 1\nselect 1",
                   "select 1--1",
                   "update t set a = concat(a, 'b') limit 1",
                   "with a (x) as (select 1) select x from a",
                   "grant select on d.* to u@localhost",
                   "insert high_priority t (a) values (1)",
                   "select @a, @b + 1 from t where c = @a"});
}

TEST(MysqlEffectsTest, whatLastsTies)
{
    assertTies(pins::SESSION,
               {"select @a := 1", "set @a = 1", "select 1 into @a", "call p()", "select f(1)", "select d.f(1)",
                "select `f` (1)", "xa start 'a'", "handler t open", "begin not atomic select 1; end", "something new",
                "/*! set @a = 1 */", "/*M!100100 call p() */", "select 1; call p()", "set role r", "select @`a b` := 1",
                "/*!50000 select 1 */", "get diagnostics condition 1 @m = message_text", "select high_priority f()"});
    assertTies(pins::LOCK, {"lock tables t read", "flush tables with read lock", "FLUSH TABLES t FOR EXPORT"});
    assertTies(pins::LOCK | pins::SESSION,
               {"select get_lock('a', 1)", "do GET_LOCK ('a', 1)", "select `get_lock`('a', 1)"});
    assertTies(pins::TEMPORARY, {"create temporary table t (a int)", "create or replace temporary table t (a int)"});
    assertTies(pins::STATEMENT | pins::SESSION, {"prepare s from 'select 1'", "execute s", "deallocate prepare s"});
}

TEST(MysqlEffectsTest, questionsAboutEarlierStatementsAreFound)
{
    CPPUNIT_ASSERT(effectsOf("select LAST_INSERT_ID()").readsInserted);
    CPPUNIT_ASSERT(effectsOf("insert into t values (last_insert_id ())").readsInserted);
    CPPUNIT_ASSERT(effectsOf("select @@identity").readsInserted);
    CPPUNIT_ASSERT(effectsOf("select @@session.last_insert_id").readsInserted);
    for (const char* sql : {"select last_insert_id(5)", "select last_insert_id(a + 1) from t", "call p()",
                            "select f(1)", "insert into t values (1) returning id"})
        CPPUNIT_ASSERT_MESSAGE(sql, effectsOf(sql).setsInserted);
    for (const char* sql :
         {"select last_insert_id()", "insert into t values (last_insert_id())", "insert into t values (1)"})
        CPPUNIT_ASSERT_MESSAGE(sql, !effectsOf(sql).setsInserted);
    CPPUNIT_ASSERT(effectsOf("select row_count()").readsCount);
    CPPUNIT_ASSERT(effectsOf("show warnings").readsMessages);
    CPPUNIT_ASSERT(effectsOf("show count(*) errors").readsMessages);
    CPPUNIT_ASSERT(effectsOf("get diagnostics @a = number").readsMessages);
    CPPUNIT_ASSERT(!effectsOf("show create table errors").readsMessages);
    CPPUNIT_ASSERT(effectsOf("select found_rows()").readsFound);
    CPPUNIT_ASSERT(effectsOf("select sql_calc_found_rows * from t limit 1").countsFound);
    CPPUNIT_ASSERT(effectsOf("select lastval(s)").readsSequence);
    CPPUNIT_ASSERT(effectsOf("select previous value for s").readsSequence);
    CPPUNIT_ASSERT(effectsOf("kill query 5").kills);
    CPPUNIT_ASSERT(effectsOf("load data local infile 'x' into table t").copies);
    CPPUNIT_ASSERT(!effectsOf("load data infile 'x' into table t").copies);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, effectsOf("select 1; select 2;").statements);
    CPPUNIT_ASSERT(!effectsOf("select 'last_insert_id()', \"row_count()\"").readsInserted);
}

TEST(MysqlEffectsTest, whereATextEndsDependsOnTheServer)
{
    CPPUNIT_ASSERT_EQUAL(0U, effectsOf("select '\\' , @a := 1, '").ties);
    CPPUNIT_ASSERT_EQUAL(pins::SESSION, effectsOf("select '\\' , @a := 1, '", false).ties);
    CPPUNIT_ASSERT_EQUAL(pins::SESSION, effectsOf("select \"\\\"\"", true, false).ties);
    CPPUNIT_ASSERT_EQUAL(0U, effectsOf("select \"\\\"\"").ties);
}

TEST(MysqlEffectsTest, whatOnlySomeServersExecuteCountsWhereverItStands)
{
    for (const char* sql : {"show /*!50000 warnings */", "/*!50000show warnings*/", "/*!99999 x */ show warnings",
                            "show /*!99999 x */ warnings", "/*M!100100 show errors */"})
        CPPUNIT_ASSERT_MESSAGE(sql, effectsOf(sql).readsMessages);
    for (const char* sql : {"/*!50000kill 5*/", "/*!99999 set */ kill 5", "/*! kill */ 5"})
        CPPUNIT_ASSERT_MESSAGE(sql, effectsOf(sql).kills);
    CPPUNIT_ASSERT(effectsOf("select /*!50000found_rows()*/").readsFound);
    CPPUNIT_ASSERT((effectsOf("/*!99999 x */ lock tables t write").ties & pins::LOCK) != 0);
    CPPUNIT_ASSERT((effectsOf("create /*!99999 x */ temporary table t (a int)").ties & pins::TEMPORARY) != 0);
}

TEST(MysqlEffectsTest, whatMayEndElsewhereForAServerIsNotRead)
{
    for (const char* sql :
         {"select /*!99999 ' */ found_rows() /* ' */", "/*!1 # */ select 1", "/*!1 -- */ select 1", "/*!1 /* */ */",
          "kill\xA0"
          "5",
          "show\xFFwarnings", "select 1 \x85", "select /*+ qb_name(`a*/`) */ 1"})
        CPPUNIT_ASSERT_MESSAGE(sql, effectsOf(sql).hides);
    for (const char* sql :
         {"/*!40103 set time_zone='+00:00' */", "select 'a*/b'", "select '\xA0'", "select caf\xC3\xA9 from t",
          "select caf\xE9 from t", "/* ' */ select 1", "-- \xA0\nselect 1"})
        CPPUNIT_ASSERT_MESSAGE(sql, !effectsOf(sql).hides);
    CPPUNIT_ASSERT(effectsOf("/*m! ' */ select found_rows() /* ' */").readsFound);
    CPPUNIT_ASSERT(effectsOf("select 1 --\x01 '\n, found_rows() -- '").readsFound);
}

TEST(MysqlEffectsTest, whatBelongsTogetherMayStandApart)
{
    for (const char* sql : {"select @@session . last_insert_id", "select @@session./**/identity"})
        CPPUNIT_ASSERT_MESSAGE(sql, effectsOf(sql).readsInserted);
    CPPUNIT_ASSERT(effectsOf("select @@session .`warning_count`").readsMessages);
    CPPUNIT_ASSERT(!effectsOf("select t.warning_count from t").readsMessages);
    CPPUNIT_ASSERT(effectsOf("unlock tables").unlocksTables);
    CPPUNIT_ASSERT(!effectsOf("unlock instance").unlocksTables);
    CPPUNIT_ASSERT(!effectsOf("set global a = 1, session b = 2").setsGlobally);
    CPPUNIT_ASSERT(effectsOf("select sql_calc_found_rows found_rows()").readsFound);
    CPPUNIT_ASSERT(!effectsOf("select sql_calc_found_rows 1; select found_rows()").readsFound);
    CPPUNIT_ASSERT(effectsOf("select f(1)").calls);
    CPPUNIT_ASSERT(!effectsOf("set @a = 1").calls);
}

TEST(MysqlEffectsTest, ofTwoNamesOfASettingTheLastCounts)
{
    const auto settings = mysql::changed({{"tx_isolation", "'SERIALIZABLE'"}, {"tx_read_only", "1"}},
                                         {{"transaction_isolation", "'READ-COMMITTED'"}});
    CPPUNIT_ASSERT(settings);
    CPPUNIT_ASSERT_EQUAL(std::string("transaction_isolation='READ-COMMITTED';tx_read_only=1;"), shown(*settings));
}

TEST(MysqlEffectsTest, settingsAreReadThatAnotherSessionCanHave)
{
    CPPUNIT_ASSERT_EQUAL(std::string("#database=shop;"), settings("use `shop`;"));
    CPPUNIT_ASSERT_EQUAL(std::string("#names=utf8mb4;"), settings("SET NAMES utf8mb4"));
    CPPUNIT_ASSERT_EQUAL(std::string("#names='utf8' COLLATE utf8_bin;"), settings("set names 'utf8' collate utf8_bin"));
    CPPUNIT_ASSERT_EQUAL(std::string("autocommit=0;sql_mode='TRADITIONAL';"),
                         settings("set autocommit = OFF, session sql_mode='TRADITIONAL'"));
    CPPUNIT_ASSERT_EQUAL(std::string("wait_timeout=5;"), settings("SET @@session.wait_timeout := 5"));
    CPPUNIT_ASSERT_EQUAL(std::string("#isolation=isolation level read committed;"),
                         settings("set session transaction isolation level READ COMMITTED"));
    for (const char* sql :
         {"select 1", "set @a = 1", "set transaction isolation level read committed", "set names gbk",
          "set sql_mode = 'ANSI_QUOTES'", "set sql_mode = concat(@@sql_mode, 'x')", "set timestamp = 1",
          "set global wait_timeout = 1", "set @@transaction_isolation = 'SERIALIZABLE'", "use", "use a b",
          "set autocommit = 0; select 1", "set wait_timeout = 'a\\'b'", "set insert_id = 7"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(sql, std::string("none"), settings(sql));
}

TEST(MysqlEffectsTest, aSessionIsBroughtToOthersSettingsIfThatCanBeSaid)
{
    const SessionSettings plain{{"#collation", "45"}, {"#database", "a"}};
    const SessionSettings other{{"#collation", "45"}, {"#database", "b"}, {"#names", "utf8"}, {"autocommit", "0"}};
    const auto commands = mysql::alignment(plain, other);
    CPPUNIT_ASSERT(commands);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, commands->size());
    CPPUNIT_ASSERT_EQUAL(std::string("\2b"), commands->front());
    CPPUNIT_ASSERT_EQUAL(std::string("\3SET NAMES utf8,autocommit=0"), commands->back());
    CPPUNIT_ASSERT(!mysql::alignment(other, plain)); // nothing says what it was before
    CPPUNIT_ASSERT(!mysql::alignment(plain, {{"#collation", "33"}, {"#database", "a"}}));
    CPPUNIT_ASSERT(mysql::alignment(plain, plain)->empty());
    const SessionSettings inserted{{"#collation", "45"}, {"#database", "a"}, {"#inserted", "7"}};
    CPPUNIT_ASSERT_EQUAL(std::string("\3SET last_insert_id=7"), mysql::alignment(plain, inserted)->front());
    CPPUNIT_ASSERT(mysql::alignment(inserted, plain)->empty());
}

TEST(MysqlEffectsTest, reportsAreForUsAlone)
{
    const std::string changed("\0\0\7\2\x40\0\0\2hi\3\2\1"
                              "1",
                              14);
    const auto report = mysql::readOk(changed);
    CPPUNIT_ASSERT(report && report->hasChanged);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{7}, report->inserted);
    CPPUNIT_ASSERT_EQUAL(std::string("\0\0\7\2\0\0\0\2hi", 10), report->payload);
    const auto transaction = mysql::readOk(Bytes("\0\0\0\3\x40\0\0\0\3\5\1T", 12));
    CPPUNIT_ASSERT(transaction && !transaction->hasChanged);
    CPPUNIT_ASSERT(mysql::readEof(Bytes("\xFE\0\0\2\x40", 5))->hasChanged);
    CPPUNIT_ASSERT(!mysql::readEof(Bytes("\xFE\0\0\2\0", 5))->hasChanged);
    CPPUNIT_ASSERT(!mysql::readOk(Bytes("\0\0\0\2\x40\0\0\5hi", 10)));
}

TEST(MysqlEffectsTest, aTextMayAskAboutItsOwnStatements)
{
    CPPUNIT_ASSERT(!effectsOf("insert into t values (1); select id from t where row_count() = 1").readsCount);
    CPPUNIT_ASSERT(effectsOf("select row_count(); select 1").readsCount);
    for (const char* sql : {"set profiling = 1", "set session profiling = on", "set @@profiling = 1"})
        CPPUNIT_ASSERT_MESSAGE(sql, effectsOf(sql).profiles);
    CPPUNIT_ASSERT(effectsOf("select 1; use shop").moves && !effectsOf("use shop").moves);
}

TEST(MysqlEffectsTest, whatIsCreatedIsNotDone)
{
    for (const char* sql :
         {"create procedure p() begin show warnings; kill 5; set @a = row_count(); end",
          "create definer = root@localhost trigger t before insert on t for each row set @a = get_lock('a', 1)",
          "create or replace function f() returns int return last_insert_id(5)"})
    {
        mysql::EffectsReader one(true, false, true);
        one.feed(sql);
        const mysql::Effects effects = one.end();
        CPPUNIT_ASSERT_MESSAGE(sql, effects.ties == 0 && !effects.kills && !effects.readsMessages &&
                                        !effects.readsCount && !effects.setsInserted && effects.isSingle());
    }
    mysql::EffectsReader several(true, false); // of which the second may be another one
    several.feed("create procedure p() select 1; kill 5");
    CPPUNIT_ASSERT(several.end().kills);
    mysql::EffectsReader table(true, false, true);
    table.feed("create table t (a int); kill 5");
    CPPUNIT_ASSERT(table.end().kills);
}
