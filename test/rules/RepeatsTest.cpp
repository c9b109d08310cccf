#include "rules/Rules.h"

namespace proximux
{

/// An idempotent request that was lost with its connection is sent again, and nothing else is.
class RepeatsTest : public Rules
{
};

RULE(RepeatsTest, aReadBeforeALostWriteIsLostToo, repeatBeforeOthers)
{
    named("memcached", 1, 8);
    const ClientId a = join();
    says(a, "get warm\r\n");
    const TargetId t = opens();
    answers(t, "END\r\n");
    got(a);
    says(join(), "get first\r\n");
    says(a, "get k\r\nset k 0 0 1\r\nx\r\nget k\r\n");
    exchange->targetLost(t, now);
    const std::string lost = "SERVER_ERROR proximux: the target connection was lost\r\n";
    CPPUNIT_ASSERT_EQUAL(lost + lost, got(a));
}

RULE(RepeatsTest, aLossOfManyCostsFewConnections, suspectMany)
{
    named("memcached", 1, 1024);
    says(join(), "get warm\r\n");
    const TargetId t = opens();
    answers(t, "END\r\n");
    for (int i = 0; i < 100; ++i)
        says(join(), "get k\r\n");
    exchange->targetLost(t, now);
    std::size_t opened = 0;
    std::size_t answered = 0;
    TargetId last;
    while (answered < 100)
    {
        if (!world.dialled.empty())
        {
            last = opens();
            ++opened;
        }
        const std::size_t asked = got(last).size() / 7;
        CPPUNIT_ASSERT_MESSAGE("a request is not repeated", asked > 0);
        answered += asked;
        for (std::size_t i = 0; i < asked; ++i)
            answers(last, "END\r\n");
    }
    CPPUNIT_ASSERT_MESSAGE("each costs a connection", opened <= 17);
}

RULE(RepeatsTest, aConnectionThatCannotBeReplacedIsKept, renewDead)
{
    named("memcached", 2, 8);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "get a\r\n");
    const TargetId kept = opens();
    says(b, "get b\r\n");
    const TargetId lost = opens();
    answers(kept, "END\r\n");
    answers(lost, "END\r\n");
    for (const ClientId each : {a, b})
    {
        says(each, "get 1\r\n");
        says(each, "get 2\r\n");
    }
    answers(kept, "END\r\nEND\r\n");
    exchange->targetLost(lost, now);
    CPPUNIT_ASSERT(!world.dialled.empty());
    const TargetId refused = std::exchange(world.dialled, {}).back();
    exchange->targetFailed(refused, now);
    CPPUNIT_ASSERT_MESSAGE("what serves is given up for what can't be had", world.has(kept));
    says(a, "get 3\r\n");
    CPPUNIT_ASSERT(world.has(kept) && !got(kept).empty());
}

} // namespace proximux
