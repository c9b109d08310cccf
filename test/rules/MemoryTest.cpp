#include "rules/Rules.h"

namespace proximux
{

/// What is kept for clients has a limit.
class MemoryTest : public Rules
{
};

RULE(MemoryTest, whatIsThrownAwayHasALimit, discardForever)
{
    named("resp", 1, 1);
    const ClientId a = join();
    says(a, "*x\r\n");
    says(a, std::string(65536, 'x'));
    assertClosed(a, CloseReason::malformedRequest, How::abort);
}

RULE(MemoryTest, answersOfOursCount, forgetReplies)
{
    named("resp", 1, 1);
    const ClientId a = join();
    says(a, command({"GET", "x"}));
    opens();
    std::string names = "UNSUBSCRIBE";
    for (int i = 0; i < 2000; ++i)
        names += " a";
    for (int i = 0; i < 60 && !world.client(a).held; ++i)
        says(a, names + "\r\n");
    CPPUNIT_ASSERT_MESSAGE("answers of ours count for nothing", world.client(a).held && exchange->usage().kept > 65536);
}

RULE(MemoryTest, partsDoNotFillTheMemoryForEver, keepParts)
{
    Options options;
    options.exchange.totalBuffer = 10000;
    options.exchange.requestBuffer = 1000;
    options.exchange.reserve = 100;
    begin(options);
    for (int i = 0; i < 20; ++i)
        says(join(), std::string(900, 'x'));
    const ClientId other = join();
    CPPUNIT_ASSERT_MESSAGE("parts of requests fill the memory", world.client(other).limit >= 500);
}

RULE(MemoryTest, whatIsBehindUnreadResponsesDoesNotFillTheMemoryForEver, trustUnread)
{
    Options options;
    options.connections = 20;
    options.exchange.totalBuffer = 10000;
    options.exchange.requestBuffer = 1000;
    options.exchange.responseBuffer = 500;
    options.exchange.maxRequests = 1;
    options.exchange.reserve = 100;
    begin(options);
    for (int i = 0; i < 20; ++i)
    {
        const ClientId lazy = join();
        world.client(lazy).room = 0;
        says(lazy, "x\n" + std::string(900, '\n'));
        for (const TargetId t : std::exchange(world.dialled, {}))
            if (world.has(t)) // else it went with its client, which was closed to make room
            {
                exchange->targetOpened(t, now);
                exchange->response(t, std::string(600, 'y') + "\n", now);
            }
    }
    const ClientId other = join();
    CPPUNIT_ASSERT_MESSAGE("what nobody looks at fills the memory", world.client(other).limit >= 500);
}

} // namespace proximux
