#include "rules/GreetedRules.h"

#include <proximux/Number.h>

#include <string>

namespace proximux
{

/// What a connection knows of the requests that it has served: numbers that later ones ask for, and statements.
class HomesTest : public GreetedRules
{
protected:
    static std::string withId(char code, unsigned id, const std::string& more = "")
    {
        std::string text(1, code);
        appendNumber(text, id, 4, ByteOrder::little);
        return mysql::packetOf(0, text + more);
    }

    static std::string execute(unsigned id, char flags = 0)
    {
        return withId('\x17', id, std::string(1, flags) + std::string("\1\0\0\0", 4));
    }

    static std::string prepare(const std::string& sql) { return mysql::packetOf(0, "\x16" + sql); }

    /// The answer to it, where it has no columns.
    static std::string prepared(unsigned id)
    {
        std::string text(1, '\0');
        appendNumber(text, id, 4, ByteOrder::little);
        return mysql::packetOf(1, text + std::string(7, '\0'));
    }

    /// A client's statement, which its target has by this id; its own is 1.
    void prepares(ClientId client, TargetId t, const std::string& sql, unsigned id)
    {
        says(client, prepare(sql));
        CPPUNIT_ASSERT_EQUAL(prepare(sql), got(t));
        answers(t, prepared(id));
        CPPUNIT_ASSERT_EQUAL(prepared(1), got(client));
    }
};

RULE(HomesTest, whatAStatementHasLeftIsToldWhereNobodyElseWas, askAnywhere)
{
    database(2);
    TargetId t;
    const ClientId a = first(t);
    const ClientId b = further();
    does(a, t, "insert into t values (1)", ok());
    does(a, t, "select row_count()", ok());
    does(b, t, "select 2", ok());
    does(a, t, "insert into t values (1)", ok());
    does(b, t, "select 2", ok());
    says(a, query("select row_count()"));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    CPPUNIT_ASSERT(got(a).find("not known any more") != std::string::npos);
    does(a, t, "select 3", ok());
}

TEST(HomesTest, whoAsksWhatIsLeftGoesWhereThatIs)
{
    database(3);
    TargetId t;
    const ClientId a = first(t);
    const ClientId b = further();
    does(b, t, "begin", ok(3));
    says(a, query("insert into t values (1)"));
    const TargetId second = renewed(t);
    CPPUNIT_ASSERT_EQUAL(query("insert into t values (1)"), got(second));
    answers(second, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
    does(b, t, "commit", ok());
    does(a, second, "select row_count()", ok());
    does(b, t, "select 2", ok());
}

RULE(HomesTest, aConnectionThatHasNotGotAStatementPreparesItFirst, skipPrelude)
{
    database(3);
    TargetId t;
    const ClientId a = first(t);
    const ClientId b = further();
    prepares(a, t, "delete from t", 7);
    says(a, execute(1));
    CPPUNIT_ASSERT_EQUAL(execute(7), got(t));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
    does(b, t, "begin", ok(3));
    says(a, execute(1));
    const TargetId second = renewed(t);
    CPPUNIT_ASSERT_EQUAL(prepare("delete from t"), got(second));
    answers(second, prepared(9));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    CPPUNIT_ASSERT_EQUAL(execute(9), got(second));
    answers(second, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
}

TEST(HomesTest, whatCannotBePreparedFailsAloneAlsoInATransaction)
{
    database(3);
    TargetId t;
    const ClientId a = first(t);
    prepares(a, t, "delete from t", 7);
    const ClientId b = further();
    does(b, t, "begin", ok(3));
    says(a, query("begin"));
    const TargetId second = renewed(t);
    CPPUNIT_ASSERT_EQUAL(query("begin"), got(second));
    answers(second, ok(3));
    CPPUNIT_ASSERT_EQUAL(ok(3), got(a));
    says(a, execute(1));
    CPPUNIT_ASSERT_EQUAL(prepare("delete from t"), got(second));
    const std::string error = mysql::errorPacket(1, 1146, "42S02", "no such table");
    answers(second, error);
    CPPUNIT_ASSERT_EQUAL(error, got(a));
    does(a, second, "commit", ok());
}

TEST(HomesTest, aRequestThatNothingAnswersIsNotLookedAtBehindItsSending)
{
    database(2, 1);
    TargetId t;
    const ClientId a = first(t);
    const ClientId b = further();
    prepares(a, t, "select 1", 7);
    says(a, execute(1, 1));
    CPPUNIT_ASSERT_EQUAL(execute(7, 1), got(t));
    constexpr std::uint64_t HAS_CURSOR = 0x42;
    answers(t, mysql::packetOf(1, "\1") + mysql::packetOf(2, "column") + mysql::eofPacket(3, HAS_CURSOR));
    got(a);
    says(b, query("select last_insert_id()")); // the connection is told the id first, by a request of ours
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    says(a, withId('\x19', 1));
    const std::string said = got(t);
    CPPUNIT_ASSERT_EQUAL(withId('\x19', 7), said.substr(0, 9));
    CPPUNIT_ASSERT(said.find("last_insert_id") != std::string::npos);
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(query("select last_insert_id()"), got(t));
}

RULE(HomesTest, oneConnectionIsMadeReadyForARequest, askAll)
{
    database(4);
    TargetId t;
    const ClientId a = first(t);
    prepares(a, t, "delete from t", 7);
    const ClientId b = further();
    const ClientId c = further();
    does(b, t, "begin", ok(3));
    TargetId idle[2];
    for (std::size_t n = 0; n < 2; ++n)
    {
        const ClientId client = n == 0 ? a : c;
        says(client, query("begin"));
        idle[n] = renewed(TargetId{});
        CPPUNIT_ASSERT_EQUAL(query("begin"), got(idle[n]));
        answers(idle[n], ok(3));
        got(client);
    }
    does(a, idle[0], "commit", ok());
    does(c, idle[1], "commit", ok());
    says(a, execute(1));
    const std::string asked = got(idle[0]) + got(idle[1]);
    CPPUNIT_ASSERT_EQUAL(prepare("delete from t"), asked);
}

} // namespace proximux
