#include "rules/Rules.h"

namespace proximux
{

/// A slow client or a full queue is not read, and does not delay others beyond a limit.
class BackpressureTest : public Rules
{
protected:
    /// All clients have one address, which may ask ten times a second, one at a time.
    void paced(std::size_t requestBuffer = 65536)
    {
        Options options;
        options.exchange.pace = Duration::milliseconds(25);
        options.exchange.requestBuffer = requestBuffer;
        options.exchange.pipeline = 8;
        begin(options);
        world.requestInterval = Duration::milliseconds(100);
    }

    /// So many of the times after which it is seen whether a client may ask again.
    void paces(int times)
    {
        for (int i = 0; i < times; ++i)
            pass(Duration::milliseconds(25));
    }
};

TEST(BackpressureTest, aClientIsHeldWhereItsRequestsAreManyOrItDoesNotRead)
{
    Options options;
    options.exchange.maxRequests = 2;
    begin(options);
    const ClientId a = join();
    says(a, "1\n2\n3\n4\n");
    CPPUNIT_ASSERT(world.client(a).held);
    const TargetId t = opens();
    answers(t, "A\n");
    CPPUNIT_ASSERT(world.client(a).held);
    answers(t, "A\n");
    CPPUNIT_ASSERT(!world.client(a).held);
    world.client(a).room = 0;
    answers(t, "A\n");
    CPPUNIT_ASSERT(world.client(a).held);
    takes(a, 10);
    CPPUNIT_ASSERT(!world.client(a).held);
}

TEST(BackpressureTest, aFullQueueHoldsAllUntilAQuarterIsFree)
{
    Options options;
    options.exchange.maxQueue = 8;
    begin(options);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    CPPUNIT_ASSERT(world.client(a).held && world.client(b).held);
    CPPUNIT_ASSERT_EQUAL(std::size_t{8}, exchange->usage().queued);
    const TargetId t = opens(); // one is sent
    CPPUNIT_ASSERT(world.client(b).held);
    answers(t, "A\n");
    CPPUNIT_ASSERT(!world.client(b).held);
    for (int i = 0; i < 8; ++i)
        answers(t, "A\n");
    CPPUNIT_ASSERT_EQUAL(std::size_t{18}, got(a).size());
}

RULE(BackpressureTest, aSlowSenderKeepsOthersWaitingForSoLong, slowSenderUnlimited)
{
    small();
    const ClientId slow = join();
    says(slow, "0123456789");
    got(opens());
    says(join(), "question\n");
    for (int i = 0; i < 5; ++i)
    {
        pass(Duration::seconds(1));
        if (world.has(slow))
            says(slow, "x");
    }
    assertClosed(slow, CloseReason::stalled, How::finish);
    CPPUNIT_ASSERT_EQUAL(std::string("question\n"), got(opens()));
}

RULE(BackpressureTest, slowSendersDoNotAddUp, stallsNeverAddUp)
{
    small();
    std::vector<ClientId> slow;
    for (int i = 0; i < 12; ++i)
    {
        slow.push_back(join());
        says(slow.back(), "0123456789");
    }
    says(join(), "question\n");
    for (int i = 0; i < 90; ++i)
    {
        if (!world.dialled.empty())
            opens();
        pass(Duration::milliseconds(100));
    }
    for (const ClientId each : slow)
        assertClosed(each, CloseReason::stalled, How::finish);
}

RULE(BackpressureTest, aClientThatAsksTooOftenIsNotRead, ignoreRate)
{
    paced();
    const ClientId a = asks("1\n2\n3\n");
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("1\n"), got(t));
    CPPUNIT_ASSERT(world.client(a).held);
    answers(t, "A\n");
    paces(3);
    CPPUNIT_ASSERT(world.client(a).held);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    paces(1);
    CPPUNIT_ASSERT_EQUAL(std::string("2\n"), got(t));
    paces(4);
    CPPUNIT_ASSERT_EQUAL(std::string("3\n"), got(t));
    paces(4);
    CPPUNIT_ASSERT(!world.client(a).held);
}

TEST(BackpressureTest, theRateIsThatOfAllClientsOfAnAddress)
{
    paced();
    asks("1\n");
    const TargetId t = opens();
    const ClientId b = asks("2\n");
    CPPUNIT_ASSERT(world.client(b).held);
    CPPUNIT_ASSERT_EQUAL(std::string("1\n"), got(t));
    paces(4);
    CPPUNIT_ASSERT_EQUAL(std::string("2\n"), got(t));
}

/// Others wait for the connection that it is sent on.
TEST(BackpressureTest, theRestOfALargeRequestIsReadAtAnyRate)
{
    paced(10);
    const ClientId a = asks("0123456789");
    const TargetId t = opens();
    CPPUNIT_ASSERT(!world.client(a).held);
    says(a, "x\n2\n");
    CPPUNIT_ASSERT_EQUAL(std::string("0123456789x\n"), got(t));
    CPPUNIT_ASSERT(world.client(a).held);
}

TEST(BackpressureTest, aDrainWaitsForNoRate)
{
    paced();
    const ClientId a = asks("1\n2\n3\n");
    const TargetId t = opens();
    exchange->drain(now);
    CPPUNIT_ASSERT_EQUAL(std::string("1\n2\n3\n"), got(t));
    answers(t, "A\nB\nC\n");
    assertClosed(a, CloseReason::drained, How::finish);
}

TEST(BackpressureTest, aClientThatMayNotAskIsNotIdle)
{
    Options options;
    options.exchange.pace = Duration::milliseconds(25);
    options.exchange.idleTimeout = Duration::milliseconds(50);
    begin(options);
    world.requestInterval = Duration::milliseconds(200);
    const ClientId a = asks("1\n2\n");
    const TargetId t = opens();
    answers(t, "A\n");
    paces(8);
    CPPUNIT_ASSERT(world.has(a));
    CPPUNIT_ASSERT_EQUAL(std::string("1\n2\n"), got(t));
}

} // namespace proximux
