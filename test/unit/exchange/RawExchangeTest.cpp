#include "support/SharingFixture.h"
#include "support/Test.h"

namespace proximux
{

class RawExchangeTest : public SharingFixture
{
protected:
    void raw(std::size_t connections = 1, std::size_t pipeline = 1)
    {
        Options options;
        options.connections = connections;
        options.exchange.pipeline = pipeline;
        options.protocol = "raw";
        begin(options);
    }

    static constexpr Duration GAP = Duration::milliseconds(10);
};

TEST(RawExchangeTest, theHoldersBytesBeforeTheAnswerBelongToItsRequest)
{
    raw();
    const ClientId a = join();
    const ClientId b = join();
    says(a, "on");
    const TargetId t = opens();
    says(b, "x");
    says(a, "e");
    CPPUNIT_ASSERT_EQUAL(std::string("one"), got(t));
    answers(t, "1");
    says(a, "two");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t)); // the next request, behind b's
    pass(GAP);
    CPPUNIT_ASSERT_EQUAL(std::string("x"), got(t));
    answers(t, "2");
    pass(GAP);
    CPPUNIT_ASSERT_EQUAL(std::string("two"), got(t));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("2"), got(b));
}

TEST(RawExchangeTest, whatAWaiterSendsIsOneRequest)
{
    raw();
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1");
    const TargetId t = opens();
    says(b, "o");
    says(b, "ne");
    got(t);
    answers(t, "A");
    pass(GAP);
    CPPUNIT_ASSERT_EQUAL(std::string("one"), got(t));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, world.order.size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->usage().kept);
}

TEST(RawExchangeTest, aLoneHolderGoesOnWithoutAGap)
{
    raw();
    const ClientId a = join();
    says(a, "1");
    const TargetId t = opens();
    answers(t, "A");
    says(a, "2");
    CPPUNIT_ASSERT_EQUAL(std::string("12"), got(t));
    answers(t, "B");
    CPPUNIT_ASSERT_EQUAL(std::string("AB"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.mostTargets);
}

TEST(RawExchangeTest, theLeaseEndsAfterAGapWhereSomebodyWaits)
{
    raw();
    const ClientId a = join();
    says(a, "1");
    const TargetId t = opens();
    answers(t, "A");
    pass(Duration{GAP.us - 1});
    says(join(), "2");
    CPPUNIT_ASSERT_EQUAL(std::string("1"), got(t));
    pass(Duration{1});
    CPPUNIT_ASSERT_EQUAL(std::string("2"), got(t));
}

TEST(RawExchangeTest, theHolderQueuesAgainWhereSomebodyWaits)
{
    raw();
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1");
    const TargetId t = opens();
    says(b, "2");
    answers(t, "A");
    says(a, "3");
    pass(GAP);
    CPPUNIT_ASSERT_EQUAL(std::string("12"), got(t));
}

TEST(RawExchangeTest, eachByteOfTheTargetPutsTheGapOff)
{
    raw();
    const ClientId a = join();
    says(a, "1");
    const TargetId t = opens();
    says(join(), "2");
    for (int i = 0; i < 5; ++i)
    {
        answers(t, "A");
        pass(Duration{GAP.us - 1});
    }
    CPPUNIT_ASSERT_EQUAL(std::string("AAAAA"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), got(t));
    pass(Duration{1});
    CPPUNIT_ASSERT_EQUAL(std::string("2"), got(t));
}

TEST(RawExchangeTest, aSilentLeaseIsTakenAtOnce)
{
    raw();
    says(join(), "1");
    const TargetId t = opens();
    answers(t, "A");
    pass(GAP);
    says(join(), "2");
    CPPUNIT_ASSERT_EQUAL(std::string("12"), got(t));
}

TEST(RawExchangeTest, lateBytesReachALoneHolder)
{
    raw();
    const ClientId a = join();
    says(a, "1");
    const TargetId t = opens();
    answers(t, "A");
    pass(Duration::seconds(3600));
    answers(t, "late");
    CPPUNIT_ASSERT_EQUAL(std::string("Alate"), got(a));
}

TEST(RawExchangeTest, lateBytesForNobodyCloseTheConnection)
{
    raw();
    const ClientId a = join();
    says(a, "1");
    const TargetId t = opens();
    answers(t, "A");
    exchange->clientEnded(a, now);
    answers(t, "still its own");
    pass(GAP);
    CPPUNIT_ASSERT(world.has(t));
    answers(t, "late");
    assertClosed(t, CloseReason::desync, How::abort);
}

TEST(RawExchangeTest, nobodyGetsTheConnectionOfALeaver)
{
    raw();
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1");
    const TargetId t = opens();
    says(b, "2");
    exchange->clientLost(a, now);
    assertClosed(t, CloseReason::abandoned, How::abort);
    const TargetId next = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("2"), got(next));
    answers(next, "B");
    CPPUNIT_ASSERT_EQUAL(std::string("B"), got(b));
}

TEST(RawExchangeTest, theGapIsNotCountedWhileTheTargetIsHeld)
{
    raw();
    const ClientId a = join();
    world.client(a).room = 0;
    says(a, "1");
    const TargetId t = opens();
    says(join(), "2");
    answers(t, std::string(70000, 'A'));
    CPPUNIT_ASSERT(world.target(t).held);
    pass(Duration::seconds(1));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), got(t));
    takes(a, 70000);
    CPPUNIT_ASSERT(!world.target(t).held);
    answers(t, "B");
    pass(GAP);
    CPPUNIT_ASSERT_EQUAL(std::string("2"), got(t));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.client(a).waiting.size());
}

TEST(RawExchangeTest, aClientThatEndedIsClosedAfterTheGap)
{
    raw();
    const ClientId a = join();
    says(a, "1");
    exchange->clientEnded(a, now);
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("1"), got(t));
    pass(Duration::seconds(1));
    answers(t, "A");
    CPPUNIT_ASSERT(world.has(a));
    pass(GAP);
    assertClosed(a, CloseReason::ended, How::finish);
    CPPUNIT_ASSERT(world.has(t));
}

TEST(RawExchangeTest, aTargetThatEndsAfterItsAnswerCostsNobody)
{
    raw();
    const ClientId a = join();
    says(a, "1");
    const TargetId t = opens();
    answers(t, "A");
    exchange->targetEnded(t, now);
    CPPUNIT_ASSERT(world.has(a));
    says(a, "2");
    CPPUNIT_ASSERT_EQUAL(std::string("2"), got(opens()));
}

TEST(RawExchangeTest, aTargetThatIsLostWithinItsAnswerCostsTheHolder)
{
    raw();
    const ClientId a = join();
    says(a, "1");
    const TargetId t = opens();
    answers(t, "A");
    exchange->targetLost(t, now);
    assertClosed(a, CloseReason::targetLost, How::abort);
    const ClientId b = join();
    says(b, "1");
    const TargetId u = opens();
    answers(u, "A");
    pass(GAP);
    exchange->targetLost(u, now); // at rest, as far as can be known
    CPPUNIT_ASSERT(world.has(b));
}

TEST(RawExchangeTest, usesAnIdleConnectionBeforeItOpensOne)
{
    raw(3);
    const ClientId a = join();
    says(a, "1");
    const TargetId t = opens();
    answers(t, "A");
    says(a, "2");
    answers(t, "B");
    says(join(), "3");
    const TargetId u = opens(); // the first is not silent yet
    answers(u, "C");
    pass(GAP);
    says(join(), "4");
    CPPUNIT_ASSERT_EQUAL(std::string("124"), got(t));
    CPPUNIT_ASSERT(world.dialled.empty());
}

TEST(RawExchangeTest, asyncSendsBeforeTheAnswer)
{
    raw(2, 8);
    std::vector<ClientId> clients(5);
    for (ClientId& client : clients)
        client = join();
    for (const ClientId client : clients)
        says(client, "x");
    opens();
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->usage().queued);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, world.mostTargets);
}

TEST(RawExchangeTest, withoutAGapTheFirstReadEndsTheLease)
{
    Options options;
    options.exchange.gap = Duration{0};
    options.protocol = "raw";
    begin(options);
    says(join(), "1");
    const TargetId t = opens();
    says(join(), "2");
    answers(t, "A");
    pass(Duration{0});
    CPPUNIT_ASSERT_EQUAL(std::string("12"), got(t));
}

TEST(RawExchangeTest, theTargetMayTakeTimeToItsFirstByteAlone)
{
    raw();
    const ClientId a = join();
    says(a, "1");
    const TargetId t = opens();
    answers(t, "A");
    pass(Duration::seconds(60));
    CPPUNIT_ASSERT(world.has(t));
    says(a, "2");
    pass(Duration::seconds(30));
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    assertClosed(a, CloseReason::responseTimeout, How::finish);
}

TEST(RawExchangeTest, drainsAfterTheGap)
{
    raw();
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1");
    const TargetId t = opens();
    says(b, "2");
    exchange->drain(now);
    answers(t, "A");
    CPPUNIT_ASSERT(world.has(a));
    pass(GAP);
    assertClosed(a, CloseReason::drained, How::finish);
    answers(t, "B");
    pass(GAP);
    assertClosed(b, CloseReason::drained, How::finish);
}

TEST(RawExchangeTest, anInactiveLeaseEnds)
{
    Options options;
    options.exchange.inactiveTimeout = Duration::seconds(1);
    options.protocol = "raw";
    begin(options);
    const ClientId a = join();
    says(a, "1");
    const TargetId t = opens();
    pass(Duration::seconds(5)); // in flight: not inactive
    answers(t, "A");
    pass(Duration::milliseconds(999));
    CPPUNIT_ASSERT(world.has(t));
    pass(MS);
    assertClosed(t, CloseReason::inactive, How::finish);
    CPPUNIT_ASSERT(world.has(a));
    says(a, "2");
    CPPUNIT_ASSERT_EQUAL(std::string("2"), got(opens()));
}

} // namespace proximux
