#include "rules/GreetedRules.h"

#include <proximux/Number.h>

#include <string>

namespace proximux
{

/// What statements leave behind that later ones ask for, and what becomes of it where requests fail, are refused, or go
/// elsewhere.
class TracesTest : public GreetedRules
{
protected:
    static std::string withId(char code, unsigned id, const std::string& more = "")
    {
        std::string text(1, code);
        appendNumber(text, id, 4, ByteOrder::little);
        return mysql::packetOf(0, text + more);
    }

    /// Of a statement with one parameter; without its types.
    static std::string execute(unsigned id) { return withId('\x17', id, std::string("\0\1\0\0\0\0\0", 7)); }

    static std::string inserted(char id)
    {
        return mysql::packetOf(1, std::string("\0\1", 2) + id + std::string("\2\0\0\0", 4));
    }

    static std::string error() { return mysql::errorPacket(1, 1064, "42000", "no"); }

    /// The statement fails. The target may be asked whether a transaction is open.
    void fails(ClientId client, TargetId t, const std::string& sql)
    {
        says(client, query(sql));
        CPPUNIT_ASSERT_EQUAL(query(sql), got(t));
        answers(t, error());
        CPPUNIT_ASSERT_EQUAL(error(), got(client));
        if (got(t) == ping())
            answers(t, ok());
    }

    /// It is refused, and no target hears of it.
    void isRefused(ClientId client, const std::string& request, const std::string& why)
    {
        says(client, request);
        const std::string reply = got(client);
        CPPUNIT_ASSERT_MESSAGE(reply, reply.find(why) != std::string::npos);
    }

    /// On a connection of its own, opened while the first one is in a transaction of somebody else's.
    TargetId second(ClientId client, const std::string& sql, const std::string& answer)
    {
        says(client, query(sql));
        const TargetId t = renewed({});
        CPPUNIT_ASSERT_EQUAL(query(sql), got(t));
        answers(t, answer);
        CPPUNIT_ASSERT_EQUAL(answer, got(client));
        return t;
    }

    /// By the first client, with number 1, and by its target with number 7.
    void prepares(ClientId client, TargetId t)
    {
        const std::string request = mysql::packetOf(0, "\x16select ?");
        says(client, request);
        CPPUNIT_ASSERT_EQUAL(request, got(t));
        answers(t, mysql::packetOf(1, std::string("\0\7\0\0\0\0\0\1\0\0\0\0", 12)) + mysql::packetOf(2, "parameter") +
                       mysql::eofPacket(3, 2));
        got(client);
    }

    static constexpr const char* LOST = "not known any more";
    static constexpr const char* COMPUTED = "set sql_mode=concat(@@sql_mode,'')";
};

RULE(TracesTest, whatIsLeftIsNotAskedForBehindRequestsElsewhere, askPreviousHome)
{
    database(3);
    TargetId t;
    const ClientId a = first(t);
    const ClientId b = further();
    does(b, t, "begin", ok(3));
    const TargetId other = second(a, "insert into t values (1)", ok());
    does(b, t, "commit", ok());
    does(a, t, "update t set a = 2", ok());
    does(b, t, "begin", ok(3));
    isRefused(a, query("select row_count()"), LOST);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(other));
}

RULE(TracesTest, aQueryThatFailsHasFoundNothing, foundByFailed)
{
    database(3);
    TargetId t;
    const ClientId a = first(t);
    const ClientId b = further();
    does(a, t, "select a from t", ok());
    does(b, t, "begin", ok(3));
    says(a, query("select wrong"));
    const TargetId other = renewed({});
    CPPUNIT_ASSERT_EQUAL(query("select wrong"), got(other));
    answers(other, error());
    CPPUNIT_ASSERT_EQUAL(error(), got(a));
    CPPUNIT_ASSERT_EQUAL(ping(), got(other));
    answers(other, ok());
    isRefused(a, query("select found_rows()"), LOST);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(other));
}

RULE(TracesTest, aDatabaseThatIsRefusedIsNotTheDefault, knowAfterFailedUse)
{
    database(3, 1);
    TargetId t;
    const ClientId a = first(t);
    does(a, t, "use shop; select 1", ok());
    fails(a, t, "use none");
    isRefused(a, mysql::packetOf(0, "\x1f"), "a reset behind USE");
}

RULE(TracesTest, behindSeveralStatementsItIsNotKnownWhichIdTheySetLast, insertedAmongOthers)
{
    database(3);
    TargetId t;
    const ClientId a = first(t);
    const ClientId b = further();
    says(a, query("insert into t values (1); select last_insert_id(5)"));
    CPPUNIT_ASSERT_EQUAL(query("SET last_insert_id=0"), got(t));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(query("insert into t values (1); select last_insert_id(5)"), got(t));
    answers(t, inserted(7));
    CPPUNIT_ASSERT_EQUAL(inserted(7), got(a));
    does(b, t, "select 2", ok());
    isRefused(a, query("select last_insert_id()"), LOST);
}

RULE(TracesTest, whatWasNotSentHasSetNothing, setUnsent)
{
    database(3);
    TargetId t;
    const ClientId a = first(t);
    const ClientId b = further();
    does(a, t, "insert into t values (1)", inserted(7));
    does(b, t, "select 2", ok());
    isRefused(a, query("select last_insert_id(9), row_count()"), LOST);
    says(a, query("select last_insert_id()"));
    CPPUNIT_ASSERT_EQUAL(query("SET last_insert_id=7"), got(t));
}

TEST(TracesTest, aCommandThatWeAnswerHasChangedNoRows)
{
    database(3);
    TargetId t;
    const ClientId a = first(t);
    prepares(a, t);
    does(a, t, "update t set a = 2", ok());
    says(a, withId('\x1a', 1));
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
    isRefused(a, query("select row_count()"), "known behind a statement");
    does(a, t, "update t set a = 2", ok());
    says(a, mysql::packetOf(0, std::string("\x1b\1\0", 3)));
    CPPUNIT_ASSERT_EQUAL(mysql::eofPacket(1, 2), got(a));
    isRefused(a, query("select row_count()"), "known behind a statement");
}

// ------------------------------------------------------------------------------------- statements

RULE(TracesTest, inSettingsThatNobodyKnowsNoStatementOfBeforeIsPrepared, prepareBlindly)
{
    database(3, 1);
    TargetId t;
    const ClientId a = first(t);
    prepares(a, t);
    const ClientId b = further();
    does(b, t, "begin", ok(3));
    const TargetId other = second(a, COMPUTED, ok());
    isRefused(a,
              withId('\x17', 1,
                     std::string("\0\1\0\0\0\0\1\xFE\0\1"
                                 "5",
                                 11)),
              "prepared with other settings");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(other));
}

RULE(TracesTest, nothingAnswersAPartOfAParameter, answerParts)
{
    database(3, 1);
    TargetId t;
    const ClientId a = first(t);
    prepares(a, t);
    const ClientId b = further();
    does(b, t, "begin", ok(3));
    const TargetId other = second(a, COMPUTED, ok());
    says(a, withId('\x18', 1, std::string("\0\0", 2) + "part"));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    says(a, withId('\x1c', 1, std::string("\1\0\0\0", 4)));
    CPPUNIT_ASSERT(got(a).find("no open cursor") != std::string::npos);
    isRefused(a, withId('\x17', 1, std::string("\0\1\0\0\0\0\1\xFE\0", 9)), "prepared with other settings");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(other));
}

RULE(TracesTest, partsOfAParameterAreForTheNextExecutionAlone, keepUnusedParts)
{
    database(3, 1);
    TargetId t;
    const ClientId a = first(t);
    prepares(a, t);
    says(a, withId('\x18', 1, std::string("\0\0", 2) + "part"));
    CPPUNIT_ASSERT_EQUAL(withId('\x18', 7, std::string("\0\0", 2) + "part"), got(t));
    isRefused(a, execute(1), "Incorrect arguments");
    CPPUNIT_ASSERT(!world.isOpen(a.slot));
}

} // namespace proximux
