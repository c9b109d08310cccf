#include "rules/GreetedRules.h"

#include <cstdint>
#include <string>

namespace proximux
{

/// A KILL of one client reaches what it was meant for, or nothing: it is said on another connection.
class KillsTest : public GreetedRules
{
protected:
    /// Two clients, of whom the first one has a connection.
    void both(std::size_t connections = 3)
    {
        database(connections);
        one = first(t);
        other = further();
    }

    void runs()
    {
        says(one, query(SLOW));
        CPPUNIT_ASSERT_EQUAL(query(SLOW), got(t));
    }

    static std::string kill(std::uint64_t client, const std::string& how = "query ")
    {
        return query("kill " + how + std::to_string((1U << 30U) + client));
    }

    /// The other's request is said on a connection of its own.
    void kills(const std::string& how = "query ")
    {
        says(other, kill(1, how));
        by = renewed(t);
        CPPUNIT_ASSERT_EQUAL(query("KILL QUERY 7"), got(by));
        CPPUNIT_ASSERT_EQUAL(std::string(), got(other));
    }

    [[nodiscard]] unsigned codeOf(ClientId client)
    {
        const std::string said = got(client);
        CPPUNIT_ASSERT(said.size() > 7 && said[4] == '\xFF');
        return static_cast<unsigned char>(said[5]) | static_cast<unsigned char>(said[6]) << 8U;
    }

    const std::string SLOW = "select sleep(9)";
    const std::string stopped = mysql::errorPacket(1, 1317, "70100", "Query execution was interrupted");
    TargetId t;
    TargetId by;
    ClientId one;
    ClientId other;
};

RULE(KillsTest, nobodyGetsTheConnectionBeforeItWasHeard, cancelLate)
{
    both();
    runs();
    kills();
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.cancelled);
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(one));
    says(one, query("select 2"));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(by, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(other));
    CPPUNIT_ASSERT_EQUAL(query("select 2"), got(t) + got(by));
}

TEST(KillsTest, whoseStatementItWasGetsTheErrorOfTheTarget)
{
    both();
    runs();
    kills();
    answers(t, stopped);
    CPPUNIT_ASSERT_EQUAL(stopped, got(one));
    answers(by, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(other));
    CPPUNIT_ASSERT_EQUAL(ping(), got(t)); // whether a transaction is open
}

RULE(KillsTest, whereNobodyKnowsWhetherItWasHeardTheConnectionIsClosed, lendUncertain)
{
    both();
    runs();
    kills();
    exchange->targetLost(by, now);
    assertClosed(t, CloseReason::cancelUnknown, How::abort);
    CPPUNIT_ASSERT_EQUAL(1158U, codeOf(one));
    CPPUNIT_ASSERT_EQUAL(1158U, codeOf(other));
}

TEST(KillsTest, whatWaitsIsNotSent)
{
    both(1);
    runs();
    says(other, query("select 2"));
    const ClientId third = further();
    says(third, kill(2));
    CPPUNIT_ASSERT_EQUAL(ok(), got(third));
    CPPUNIT_ASSERT_EQUAL(1317U, codeOf(other));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    does(other, t, "select 3", ok());
}

TEST(KillsTest, whoseStatementWasToPinGoesOn)
{
    database(1, 1);
    one = first(t);
    other = further();
    runs();
    says(other, query("set @a = 1"));
    const ClientId third = further();
    says(third, kill(2));
    CPPUNIT_ASSERT_EQUAL(ok(), got(third));
    CPPUNIT_ASSERT_EQUAL(1317U, codeOf(other));
    answers(t, ok());
    does(other, t, "select 2", ok());
}

TEST(KillsTest, whoDoesNothingGoesOn)
{
    both();
    says(other, kill(1));
    CPPUNIT_ASSERT_EQUAL(ok(), got(other));
    does(one, t, "select 1", ok());
}

TEST(KillsTest, aClientMayBeEndedWithItsStatement)
{
    both();
    runs();
    kills("");
    CPPUNIT_ASSERT(world.has(one));
    answers(by, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(other));
    assertClosed(one, CloseReason::evicted, How::abort);
}

TEST(KillsTest, orAtRest)
{
    both();
    says(other, kill(1, "connection "));
    CPPUNIT_ASSERT_EQUAL(ok(), got(other));
    assertClosed(one, CloseReason::evicted, How::abort);
}

RULE(KillsTest, onlyThoseOfTheSameUserMay, killAnybody)
{
    both();
    const ClientId stranger = join();
    got(stranger);
    says(stranger, login("v"));
    const TargetId theirs = renewed(t);
    CPPUNIT_ASSERT_EQUAL(ok().substr(4), got(stranger).substr(4));
    runs();
    for (const char* how : {"query ", ""})
    {
        says(stranger, kill(1, how));
        CPPUNIT_ASSERT_EQUAL(std::string(), got(theirs));
        CPPUNIT_ASSERT_EQUAL(1094U, codeOf(stranger));
    }
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(one));
}

TEST(KillsTest, whomTheTargetDoesNotEndGoesOn)
{
    both();
    runs();
    kills("");
    const std::string denied = mysql::errorPacket(1, 1095, "HY000", "You are not owner of thread 7");
    answers(by, denied);
    CPPUNIT_ASSERT_EQUAL(denied, got(other));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(one));
}

TEST(KillsTest, whoHasNotLoggedInIsNobodyElse)
{
    database(3);
    join();
    t = opens();
    answers(t, greeting());
    const ClientId nameless = join();
    got(nameless);
    says(nameless, login(""));
    renewed(t);
    CPPUNIT_ASSERT_EQUAL(ok().substr(4), got(nameless).substr(4));
    says(nameless, kill(1, ""));
    CPPUNIT_ASSERT_EQUAL(1094U, codeOf(nameless));
}

TEST(KillsTest, whereEachTargetHasOneConnectionItCanNotBeSaid)
{
    databases(2);
    one = first(t);
    other = further();
    runs();
    says(other, kill(1));
    CPPUNIT_ASSERT_EQUAL(1094U, codeOf(other));
}

TEST(KillsTest, numbersOfTheTargetsAreNotOurs)
{
    both();
    runs();
    for (const std::string number :
         {"0", "1", "2", "7", "1073741824", "1073741831", "2147483649", "18446744073709551615"})
    {
        says(other, query("kill query " + number));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(number, number.size() < 20 ? 1094U : 1235U, codeOf(other));
    }
}

TEST(KillsTest, withOneConnectionItCanNotBeSaid)
{
    both(1);
    runs();
    says(other, kill(1));
    CPPUNIT_ASSERT_EQUAL(1094U, codeOf(other));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(one));
}

TEST(KillsTest, whoLeavesHasSaidIt)
{
    both();
    runs();
    kills();
    exchange->clientLost(other, now);
    answers(t, ok());
    says(one, query("select 2"));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(by, ok());
    CPPUNIT_ASSERT_EQUAL(query("select 2"), got(t) + got(by));
}

RULE(KillsTest, whatALeaverHasUnderWayEnds, leaveUnderWay)
{
    both();
    runs();
    says(other, query("select 2"));
    by = renewed(t);
    CPPUNIT_ASSERT_EQUAL(query("select 2"), got(by));
    answers(by, ok());
    exchange->clientLost(one, now);
    CPPUNIT_ASSERT_EQUAL(query("KILL QUERY 7"), got(by));
    got(other);
    says(other, query("select 3"));
    answers(t, ok()); // just before that was heard
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(by, ok());
    CPPUNIT_ASSERT_EQUAL(query("select 3"), got(by) + got(t));
    CPPUNIT_ASSERT(world.has(t));
}

TEST(KillsTest, unlessNoneOfItsUserIsFree)
{
    both();
    runs();
    exchange->clientLost(one, now);
    assertClosed(t, CloseReason::abandoned, How::abort);
}

TEST(KillsTest, twoMayEndEachOther)
{
    for (const bool isLost : {false, true})
        for (const char* how : {"", "query "})
        {
            both(4);
            runs();
            kills(how);
            answers(t, ok());
            CPPUNIT_ASSERT_EQUAL(ok(), got(one));
            says(one, kill(2, how));
            const TargetId third = renewed(t);
            CPPUNIT_ASSERT_EQUAL(query("KILL QUERY 7"), got(third));
            if (isLost)
                exchange->targetLost(third, now);
            else
                answers(third, ok());
            CPPUNIT_ASSERT_EQUAL(*how != '\0', world.has(other));
            if (world.has(by))
                answers(by, ok());
            CPPUNIT_ASSERT_EQUAL(*how != '\0', world.has(one));
        }
}

TEST(KillsTest, whoEndsItselfIsTold)
{
    both();
    says(one, kill(1));
    CPPUNIT_ASSERT_EQUAL(1317U, codeOf(one));
    does(one, t, "select 1", ok());
    says(one, kill(1, ""));
    CPPUNIT_ASSERT_EQUAL(1317U, codeOf(one));
    CPPUNIT_ASSERT(world.client(one).fin);
}

TEST(KillsTest, anOlderCommandDoesTheSame)
{
    both();
    runs();
    says(other, mysql::packetOf(0, std::string("\x0c\1\0\0\x40", 5)));
    by = renewed(t);
    CPPUNIT_ASSERT_EQUAL(query("KILL QUERY 7"), got(by));
    answers(by, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(other));
    assertClosed(one, CloseReason::evicted, How::abort);
}

} // namespace proximux
