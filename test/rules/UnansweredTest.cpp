#include "rules/Rules.h"

namespace proximux
{

/// A request without a response costs nobody time, and its client's next one does not overtake it.
class UnansweredTest : public Rules
{
};

TEST(UnansweredTest, nobodyWaitsForIt)
{
    named("scpi", 1, 1);
    const ClientId a = join();
    says(a, "VOLT 5\nOUTP ON\n");
    says(join(), "CURR 1\n");
    const ClientId b = asks("*IDN?\n");
    says(a, "VOLT?\n");
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("VOLT 5\nOUTP ON\nCURR 1\n*IDN?\n"), got(t));
    says(a, "*RST\n"); // nothing is sent behind an unanswered query
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, "ACME\n");
    CPPUNIT_ASSERT_EQUAL(std::string("ACME\n"), got(b));
    CPPUNIT_ASSERT_EQUAL(std::string("VOLT?\n"), got(t));
    answers(t, "5\n");
    CPPUNIT_ASSERT_EQUAL(std::string("5\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("*RST\n"), got(t));
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, world.acknowledged); // nothing else tells their clients that they came
    passes(Duration::seconds(100));                           // nothing is due
    CPPUNIT_ASSERT(world.has(t) && world.has(a) && world.has(b));
}

/// Two connections, of which the first serves another client when the second request comes.
RULE(UnansweredTest, theNextRequestDoesNotOvertakeIt, overtakeUnanswered)
{
    named("scpi", 2, 1);
    const ClientId a = asks("VOLT 5\n");
    const TargetId first = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("VOLT 5\n"), got(first));
    const ClientId b = asks("*IDN?\n");
    CPPUNIT_ASSERT_EQUAL(std::string("*IDN?\n"), got(first));
    says(a, "VOLT?\n");
    CPPUNIT_ASSERT(world.dialled.empty());
    answers(first, "ACME\n");
    CPPUNIT_ASSERT_EQUAL(std::string("ACME\n"), got(b));
    CPPUNIT_ASSERT_EQUAL(std::string("VOLT?\n"), got(first));
    says(b, "*OPT?\n");
    const TargetId second = opens(); // the target has read all of it: it is free again
    answers(first, "5\n");
    CPPUNIT_ASSERT_EQUAL(std::string("*OPT?\n"), got(second));
    says(join(), "CURR?\n");
    CPPUNIT_ASSERT_EQUAL(std::string("CURR?\n"), got(first));
    answers(second, "0\n");
    says(a, "VOLT?\n");
    CPPUNIT_ASSERT_EQUAL(std::string("VOLT?\n"), got(second));
}

/// A reset could throw away what the target has not read yet.
RULE(UnansweredTest, itIsNotLostBecauseOthersLeave, leaveUnread)
{
    for (const bool answered : {true, false})
    {
        named("scpi", 2, 1);
        const ClientId a = asks("VOLT 5\n");
        const TargetId t = opens();
        const ClientId b = asks("A?\n");
        CPPUNIT_ASSERT_EQUAL(std::string("VOLT 5\nA?\n"), got(t));
        exchange->clientLost(b, now);
        CPPUNIT_ASSERT(world.has(t));
        says(a, "VOLT?\n");
        CPPUNIT_ASSERT(world.dialled.empty());
        if (answered)
            answers(t, "1\n");
        else
            passes(Duration::milliseconds(1001)); // exchange.abandon_timeout
        CPPUNIT_ASSERT_EQUAL(answered, world.has(t));
        const TargetId next = answered ? t : opens();
        CPPUNIT_ASSERT_EQUAL(std::string("VOLT?\n"), got(next));
        answers(next, "5\n");
        passes(Duration::milliseconds(1001));
        exchange->clientLost(asks("B?\n"), now); // all was read
        CPPUNIT_ASSERT(!world.has(next));
    }
}

TEST(UnansweredTest, aLostConnectionBindsNobody)
{
    named("scpi", 2, 1);
    const ClientId a = asks("VOLT 5\n");
    const TargetId first = opens();
    const ClientId b = asks("A?\n");
    says(join(), "B?\n");
    const TargetId second = opens();
    says(a, "VOLT?\n"); // waits for the first
    answers(second, "0\n");
    CPPUNIT_ASSERT_EQUAL(std::string("B?\n"), got(second));
    exchange->targetLost(first, now);
    assertClosed(b, CloseReason::targetLost, How::finish);
    CPPUNIT_ASSERT_EQUAL(std::string("VOLT?\n"), got(second));
    answers(second, "5\n");
    CPPUNIT_ASSERT_EQUAL(std::string("5\n"), got(a));
}

RULE(UnansweredTest, aLargeOneIsKnownAtItsEnd, awaitLargeUnanswered)
{
    Options options;
    options.protocol = "scpi";
    options.exchange.pipeline = 1;
    options.exchange.requestBuffer = 10;
    begin(options);
    const ClientId a = asks("DATA #3100" + std::string(50, '\n'));
    const TargetId t = opens();
    const ClientId b = asks("*IDN?\n");
    says(a, std::string(50, '\n'));
    CPPUNIT_ASSERT_EQUAL("DATA #3100" + std::string(100, '\n'), got(t));
    says(a, "\n");
    CPPUNIT_ASSERT_EQUAL(std::string("\n*IDN?\n"), got(t));
    answers(t, "ACME\n");
    CPPUNIT_ASSERT_EQUAL(std::string("ACME\n"), got(b));
    says(a, "DATA #3100" + std::string(100, '\n') + ";*OPC?\n");
    says(b, "*IDN?\n");
    CPPUNIT_ASSERT_EQUAL("DATA #3100" + std::string(100, '\n') + ";*OPC?\n", got(t));
    answers(t, "1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("1\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("*IDN?\n"), got(t));
}

/// A target that sends a line for each query is not believed to have sent all.
TEST(UnansweredTest, aResponseWithTooFewAnswersEndsItsConnection)
{
    named("scpi", 1, 1);
    const ClientId a = asks("A?;B?\n");
    const TargetId t = opens();
    const ClientId b = asks("C?\n");
    answers(t, "1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("1\n"), got(a));
    assertClosed(t, CloseReason::spent, How::abort);
    const TargetId next = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("C?\n"), got(next));
    answers(next, "3\n");
    CPPUNIT_ASSERT_EQUAL(std::string("3\n"), got(b));
}

TEST(UnansweredTest, aBlockWithoutAnEndIsItsClientsUntilItLeaves)
{
    named("scpi", 1, 1);
    const ClientId a = asks("CURVE?\n");
    const TargetId t = opens();
    answers(t, "#0a\n");
    answers(t, "b\n");
    CPPUNIT_ASSERT_EQUAL(std::string("#0a\nb\n"), got(a));
    const ClientId b = asks("*IDN?\n");
    CPPUNIT_ASSERT_EQUAL(std::string("CURVE?\n"), got(t));
    exchange->clientLost(a, now);
    passes(Duration::seconds(2)); // exchange.abandon_timeout
    assertClosed(t, CloseReason::abandoned, How::abort);
    const TargetId next = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("*IDN?\n"), got(next));
    answers(next, "ACME\n");
    CPPUNIT_ASSERT_EQUAL(std::string("ACME\n"), got(b));
}

/// The target knows no such query. Its late answer reaches nobody.
TEST(UnansweredTest, aQueryThatNobodyAnswersFailsAlone)
{
    named("scpi", 1, 1);
    const ClientId a = asks("MEAZ?\n");
    const TargetId t = opens();
    passes(Duration::seconds(10));
    const ClientId b = asks("*IDN?\n");
    CPPUNIT_ASSERT_EQUAL(std::string("MEAZ?\n"), got(t));
    passes(Duration::seconds(21));
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    assertClosed(a, CloseReason::responseTimeout, How::finish);
    CPPUNIT_ASSERT_EQUAL(std::string("*IDN?\n"), got(opens()));
    CPPUNIT_ASSERT(world.has(b));
}

} // namespace proximux
