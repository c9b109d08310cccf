#include "rules/Rules.h"

namespace proximux
{

/// A request that is larger than exchange.request_buffer has its connection alone until it is sent.
class LargeRequestsTest : public Rules
{
};

TEST(LargeRequestsTest, aLargeRequestHasItsConnectionAloneUntilItIsSent)
{
    Options options;
    options.exchange.pipeline = 4;
    options.exchange.requestBuffer = 10;
    begin(options);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1\n");
    const TargetId t = opens();
    says(b, "0123456789"); // more is to come, and it waits until the connection is at rest
    CPPUNIT_ASSERT(world.client(b).held);
    says(a, "2\n");
    CPPUNIT_ASSERT_EQUAL(std::string("1\n"), got(t));
    answers(t, "A1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("0123456789"), got(t));
    CPPUNIT_ASSERT(!world.client(b).held);
    says(b, "abc");
    CPPUNIT_ASSERT_EQUAL(std::string("abc"), got(t));
    says(b, "def\n");
    CPPUNIT_ASSERT_EQUAL(std::string("def\n2\n"), got(t));
    answers(t, "AL\nA2\n");
    CPPUNIT_ASSERT_EQUAL(std::string("AL\n"), got(b));
    CPPUNIT_ASSERT_EQUAL(std::string("A1\nA2\n"), got(a));
}

TEST(LargeRequestsTest, aLargeRequestIsNotOvertakenForEver)
{
    Options options;
    options.connections = 2;
    options.exchange.pipeline = 4;
    options.exchange.requestBuffer = 10;
    begin(options);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1\n");
    const TargetId first = opens();
    says(b, "2\n");
    const TargetId second = opens();
    says(join(), "0123456789");
    says(join(), "3\n"); // behind the large one
    CPPUNIT_ASSERT_EQUAL(std::string("1\n"), got(first));
    CPPUNIT_ASSERT_EQUAL(std::string("2\n"), got(second));
    answers(second, "A2\n");
    CPPUNIT_ASSERT_EQUAL(std::string("0123456789"), got(second));
    CPPUNIT_ASSERT_EQUAL(std::string("3\n"), got(first));
}

TEST(LargeRequestsTest, aLargeRequestThatBreaksOffClosesItsConnection)
{
    for (const bool reset : {true, false})
    {
        Options options;
        options.exchange.requestBuffer = 10;
        begin(options);
        const ClientId a = join();
        says(a, "0123456789abc");
        const TargetId t = opens();
        CPPUNIT_ASSERT_EQUAL(std::string("0123456789abc"), got(t));
        const ClientId b = join();
        says(b, "x\n");
        if (reset)
            exchange->clientLost(a, now);
        else
            exchange->clientEnded(a, now);
        assertClosed(t, CloseReason::requestBroken, How::abort);
        CPPUNIT_ASSERT_EQUAL(std::string("x\n"), got(opens()));
    }
}

TEST(LargeRequestsTest, anEarlyResponseIsPassedOnAndTheRestDiscarded)
{
    Options options;
    options.exchange.requestBuffer = 10;
    begin(options);
    const ClientId a = join();
    says(a, "0123456789");
    const TargetId t = opens();
    answers(t, "no\n");
    CPPUNIT_ASSERT_EQUAL(std::string("no\n"), got(a));
    assertClosed(t, CloseReason::earlyResponse, How::abort);
    says(a, "abc");
    says(a, "def\nnext\n");
    CPPUNIT_ASSERT_EQUAL(std::string("next\n"), got(opens()));
}

} // namespace proximux
