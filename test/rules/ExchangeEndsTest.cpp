#include "rules/Rules.h"

namespace proximux
{

/// At its end an exchange has answered what was whole, and leaves nothing.
class ExchangeEndsTest : public Rules
{
};

TEST(ExchangeEndsTest, drainAnswersWhatIsWholeAndDropsTheRest)
{
    line();
    const ClientId idle = join();
    const ClientId half = join();
    const ClientId a = join();
    const ClientId b = join();
    says(half, "half");
    says(a, "1\n2\n3");
    says(b, "4\n");
    const TargetId t = opens();
    exchange->drain(now);
    assertClosed(idle, CloseReason::drained, How::finish);
    assertClosed(half, CloseReason::drained, How::finish);
    CPPUNIT_ASSERT(world.client(a).held);
    answers(t, "A1\n");
    answers(t, "A2\n");
    assertClosed(a, CloseReason::drained, How::finish);
    CPPUNIT_ASSERT_EQUAL(std::string("A1\nA2\n"), world.closedClients.at(a.slot).last.sent);
    answers(t, "A4\n");
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->size());
}

TEST(ExchangeEndsTest, tellsTheEndOfEachRequestOnce)
{
    line(1, 4);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1\n2\n");
    says(b, "3\n");
    now.us += 1000;
    const TargetId t = opens();
    now.us += 2000;
    answers(t, "A");
    now.us += 3000;
    answers(t, "1\n");
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, world.ended);
    CPPUNIT_ASSERT(!world.last.failed);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{1000}, world.last.queued.us);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{2000}, world.last.firstByte.us);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{5000}, world.last.whole.us);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{3}, world.last.responseSize);
    exchange->clientLost(a, now);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, world.ended);
    CPPUNIT_ASSERT(world.last.failed && world.last.reason == CloseReason::clientLost);
    exchange->targetLost(t, now);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{3}, world.ended);
    CPPUNIT_ASSERT_EQUAL(world.tags, world.ended);
}

TEST(ExchangeEndsTest, closeAllLeavesNothing)
{
    line(2, 2);
    for (int i = 0; i < 6; ++i)
        says(join(), "1\n2\nrest");
    opens();
    exchange->closeAll(CloseReason::stopped, now);
    CPPUNIT_ASSERT(world.clients.empty() && world.targets.empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->size() + exchange->usage().kept + exchange->usage().queued);
    CPPUNIT_ASSERT_EQUAL(world.tags, world.ended);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, health->connections(0));
}

} // namespace proximux
