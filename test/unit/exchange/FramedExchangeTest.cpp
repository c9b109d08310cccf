#include "support/SharingFixture.h"
#include "support/Test.h"

namespace proximux
{

class FramedExchangeTest : public SharingFixture
{
protected:
    void line(std::size_t connections = 1, std::size_t pipeline = 1, std::size_t targets = 1)
    {
        Options options;
        options.connections = connections;
        options.targets = targets;
        options.exchange.pipeline = pipeline;
        begin(options, false);
    }
};

TEST(FramedExchangeTest, opensAtTheFirstRequestAndServesWhenOpen)
{
    line();
    const ClientId a = join();
    CPPUNIT_ASSERT(world.dialled.empty());
    says(a, "x\n");
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("x\n"), got(t));
    answers(t, "y\n");
    CPPUNIT_ASSERT_EQUAL(std::string("y\n"), got(a));
    CPPUNIT_ASSERT(world.has(t));
}

TEST(FramedExchangeTest, servesInOrderOfArrival)
{
    line();
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1\n2\n");
    says(b, "3\n");
    says(a, "4\n");
    const TargetId t = opens();
    for (const char* expected : {"1\n", "2\n", "3\n", "4\n"})
    {
        CPPUNIT_ASSERT_EQUAL(std::string(expected), got(t));
        answers(t, std::string("A") + expected);
    }
    CPPUNIT_ASSERT_EQUAL(std::string("A1\nA2\nA4\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("A3\n"), got(b));
}

TEST(FramedExchangeTest, hasOneInFlightWhereExclusive)
{
    line();
    const ClientId a = join();
    says(a, "1\n");
    const TargetId t = opens();
    says(join(), "2\n");
    says(a, "3\n");
    CPPUNIT_ASSERT_EQUAL(std::string("1\n"), got(t));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, exchange->queued());
}

TEST(FramedExchangeTest, hasAsManyInFlightAsThePipelineTakes)
{
    line(1, 3);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1\n2\n");
    says(b, "3\n4\n");
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("1\n2\n3\n"), got(t));
    answers(t, "A1\nA");
    CPPUNIT_ASSERT_EQUAL(std::string("4\n"), got(t));
    answers(t, "2\nA3\nA4\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A1\nA2\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("A3\nA4\n"), got(b));
}

TEST(FramedExchangeTest, keepsARequestUntilItIsWhole)
{
    line();
    const ClientId a = join();
    says(a, "ha");
    says(a, "lf");
    CPPUNIT_ASSERT(world.dialled.empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, exchange->kept());
    says(join(), "other\n");
    const TargetId t = opens();
    says(a, "\nne");
    CPPUNIT_ASSERT_EQUAL(std::string("other\n"), got(t));
    answers(t, "\n");
    CPPUNIT_ASSERT_EQUAL(std::string("half\n"), got(t));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, exchange->kept());
}

TEST(FramedExchangeTest, passesAResponseOnAsItComes)
{
    line();
    const ClientId a = join();
    says(a, "x\n");
    const TargetId t = opens();
    answers(t, "lo");
    CPPUNIT_ASSERT_EQUAL(std::string("lo"), got(a));
    answers(t, "ng\n");
    CPPUNIT_ASSERT_EQUAL(std::string("ng\n"), got(a));
}

TEST(FramedExchangeTest, swallowsWhatAnswersALeaver)
{
    line(1, 3);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1\n");
    says(b, "2\n");
    const TargetId t = opens();
    answers(t, "A");
    exchange->clientLost(a, now);
    answers(t, "1\nA2\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A2\n"), got(b));
    CPPUNIT_ASSERT_EQUAL(std::string("A"), world.closedClients.at(a.slot).last.sent);
    CPPUNIT_ASSERT(world.has(t));
}

TEST(FramedExchangeTest, aLeaversQueuedRequestsLeaveTheLine)
{
    line();
    const ClientId a = join();
    const ClientId b = join();
    const ClientId c = join();
    says(a, "1\n");
    const TargetId t = opens();
    says(b, "2\n3\n");
    says(c, "4\n");
    exchange->clientLost(b, now);
    CPPUNIT_ASSERT_EQUAL(std::string("1\n"), got(t));
    answers(t, "A1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("4\n"), got(t));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->kept());
}

TEST(FramedExchangeTest, usesTheLowestIdleConnection)
{
    line(3);
    for (int i = 0; i < 3; ++i)
        says(join(), "x\n");
    const auto dialled = world.dialled;
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, dialled.size());
    opens();
    for (const TargetId id : {dialled[2], dialled[1]})
        answers(id, "y\n");
    says(join(), "z\n");
    CPPUNIT_ASSERT_EQUAL(std::string("x\nz\n"), got(dialled[1]));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, world.target(dialled[1]).number);
}

TEST(FramedExchangeTest, opensNoMoreThanWaitAndNeverMoreThanAllowed)
{
    line(3);
    const ClientId a = join();
    says(a, "x\n");
    says(a, "y\n"); // stands behind the first: one connection is enough
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.dialled.size());
    for (int i = 0; i < 10; ++i)
        says(join(), "x\n");
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, world.mostTargets);
}

TEST(FramedExchangeTest, aClientInFlightIsServedThereAlone)
{
    line(2, 4);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1\n");
    says(b, "2\n");
    const auto dialled = world.dialled;
    opens();
    // the first had room for both, and took them
    CPPUNIT_ASSERT_EQUAL(std::string("1\n2\n"), got(dialled[0]));
    says(a, "3\n");
    CPPUNIT_ASSERT_EQUAL(std::string("3\n"), got(dialled[0]));
    says(join(), "4\n");
    CPPUNIT_ASSERT_EQUAL(std::string("4\n"), got(dialled[1]));
}

TEST(FramedExchangeTest, inFunnelOneRequestOfAClientStandsInLine)
{
    line(2);
    const ClientId greedy = join();
    const ClientId other = join();
    const ClientId modest = join();
    says(greedy, "g1\ng2\ng3\n");
    says(other, "o1\n");
    const auto dialled = world.dialled;
    opens();
    says(modest, "m1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("g1\n"), got(dialled[0]));
    CPPUNIT_ASSERT_EQUAL(std::string("o1\n"), got(dialled[1]));
    answers(dialled[1], "A\n"); // g2 stands before m1, but may only go where g1 is
    CPPUNIT_ASSERT_EQUAL(std::string("m1\n"), got(dialled[1]));
    answers(dialled[0], "A\n");
    CPPUNIT_ASSERT_EQUAL(std::string("g2\n"), got(dialled[0]));
}

TEST(FramedExchangeTest, takesTheFewestInFlightWhereAllAreBusy)
{
    line(2, 3);
    std::vector<ClientId> clients(4);
    for (ClientId& client : clients)
        client = join();
    says(clients[0], "1\n");
    const TargetId first = opens();
    says(clients[1], "2\n");
    const TargetId second = opens();
    says(clients[1], "3\n");
    CPPUNIT_ASSERT_EQUAL(std::string("2\n3\n"), got(second));
    says(clients[2], "4\n");
    CPPUNIT_ASSERT_EQUAL(std::string("1\n4\n"), got(first));
    says(clients[3], "5\n");
    CPPUNIT_ASSERT_EQUAL(std::string("5\n"), got(first)); // two each: the lower number
}

TEST(FramedExchangeTest, aLargeRequestHasItsConnectionAloneUntilItIsSent)
{
    Options options;
    options.exchange.pipeline = 4;
    options.exchange.requestBuffer = 10;
    begin(options, false);
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

TEST(FramedExchangeTest, aLargeRequestIsNotOvertakenForEver)
{
    Options options;
    options.connections = 2;
    options.exchange.pipeline = 4;
    options.exchange.requestBuffer = 10;
    begin(options, false);
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

TEST(FramedExchangeTest, aLargeRequestThatBreaksOffClosesItsConnection)
{
    for (const bool reset : {true, false})
    {
        Options options;
        options.exchange.requestBuffer = 10;
        begin(options, false);
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

TEST(FramedExchangeTest, anEarlyResponseIsPassedOnAndTheRestDiscarded)
{
    Options options;
    options.exchange.requestBuffer = 10;
    begin(options, false);
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

TEST(FramedExchangeTest, surplusClosesTheConnection)
{
    line();
    const ClientId a = join();
    says(a, "x\n");
    const TargetId t = opens();
    answers(t, "y\nz\n");
    CPPUNIT_ASSERT_EQUAL(std::string("y\n"), got(a));
    assertClosed(t, CloseReason::desync, How::abort);
    says(a, "w\n");
    const TargetId u = opens();
    answers(u, "v\n");
    answers(u, "s");
    assertClosed(u, CloseReason::desync, How::abort);
    CPPUNIT_ASSERT_EQUAL(std::string("v\n"), got(a));
}

TEST(FramedExchangeTest, unreadSurplusKeepsARequestBack)
{
    line();
    const ClientId a = join();
    says(a, "x\n");
    const TargetId t = opens();
    answers(t, "y\n");
    world.target(t).says = "z\n";
    says(a, "w\n");
    assertClosed(t, CloseReason::desync, How::abort);
    CPPUNIT_ASSERT_EQUAL(std::string("x\n"), world.closedTargets.at(t.slot).last.sent);
    CPPUNIT_ASSERT_EQUAL(std::string("w\n"), got(opens()));
}

TEST(FramedExchangeTest, aConnectionThatEndedUnseenIsNotUsed)
{
    line();
    const ClientId a = join();
    says(a, "x\n");
    const TargetId t = opens();
    answers(t, "y\n");
    world.target(t).ends = true;
    says(a, "w\n");
    assertClosed(t, CloseReason::targetEnded, How::finish);
    CPPUNIT_ASSERT_EQUAL(std::string("w\n"), got(opens()));
}

TEST(FramedExchangeTest, aGreetingIsAFailedAttempt)
{
    Options options;
    options.exchange.settle = MS;
    begin(options, false);
    const ClientId a = join();
    says(a, "x\n");
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, "hello\n");
    assertClosed(t, CloseReason::greeted, How::abort);
    CPPUNIT_ASSERT(health->health(0) == Targets::Health::dead);
    CPPUNIT_ASSERT(world.dialled.empty());
    const Instant retry = pass(Duration{0});
    CPPUNIT_ASSERT(retry > now && retry <= now + MS);
    pass(MS);
    const TargetId u = opens();
    pass(MS);
    CPPUNIT_ASSERT_EQUAL(std::string("x\n"), got(u));
    CPPUNIT_ASSERT(health->health(0) == Targets::Health::living);
}

TEST(FramedExchangeTest, aLostTargetCostsThoseThatWereOnIt)
{
    for (const bool reset : {true, false})
    {
        line(1, 2);
        const ClientId a = join();
        const ClientId b = join();
        const ClientId c = join();
        says(a, "1\n");
        says(b, "2\n");
        const TargetId t = opens();
        says(c, "3\n");
        answers(t, "half");
        if (reset)
            exchange->targetLost(t, now);
        else
            exchange->targetEnded(t, now);
        const CloseReason reason = reset ? CloseReason::targetLost : CloseReason::targetEnded;
        assertClosed(a, reason, How::abort);  // something was cut off
        assertClosed(b, reason, How::finish); // nothing was
        CPPUNIT_ASSERT_EQUAL(std::string("3\n"), got(opens()));
    }
}

TEST(FramedExchangeTest, malformedMessagesCloseTheirSide)
{
    line();
    const ClientId a = join();
    const ClientId b = join();
    says(b, "x\n");
    const TargetId t = opens();
    says(a, std::string(10001, 'y'));
    assertClosed(a, CloseReason::malformedRequest, How::finish);
    answers(t, std::string(10001, 'z'));
    assertClosed(t, CloseReason::malformedResponse, How::abort);
    CPPUNIT_ASSERT(!world.has(b));
    CPPUNIT_ASSERT_EQUAL(std::string("a line longer than exchange.max_message"), world.malformed);
}

TEST(FramedExchangeTest, aClientThatEndedIsServedAndThenClosed)
{
    line();
    const ClientId a = join();
    says(a, "1\n2\nrest");
    const TargetId t = opens();
    exchange->clientEnded(a, now);
    answers(t, "A1\n");
    CPPUNIT_ASSERT(world.has(a));
    world.client(a).room = 0;
    answers(t, "A2\n");
    CPPUNIT_ASSERT(world.client(a).fin); // behind what waits
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, world.dropped);
    exchange->clientSent(a, SharedWorld::take(world.client(a), 10), now);
    assertClosed(a, CloseReason::ended, How::finish);
    CPPUNIT_ASSERT_EQUAL(std::string("A1\nA2\n"), world.closedClients.at(a.slot).last.sent);
}

TEST(FramedExchangeTest, aClientIsHeldWhereItsRequestsAreManyOrItDoesNotRead)
{
    Options options;
    options.exchange.maxRequests = 2;
    begin(options, false);
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
    exchange->clientSent(a, SharedWorld::take(world.client(a), 10), now);
    CPPUNIT_ASSERT(!world.client(a).held);
}

TEST(FramedExchangeTest, aFullQueueHoldsAllUntilAQuarterIsFree)
{
    Options options;
    options.exchange.maxQueue = 8;
    begin(options, false);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    CPPUNIT_ASSERT(world.client(a).held && world.client(b).held);
    CPPUNIT_ASSERT_EQUAL(std::size_t{8}, exchange->queued());
    const TargetId t = opens(); // one is sent
    CPPUNIT_ASSERT(world.client(b).held);
    answers(t, "A\n");
    CPPUNIT_ASSERT(!world.client(b).held);
    for (int i = 0; i < 8; ++i)
        answers(t, "A\n");
    CPPUNIT_ASSERT_EQUAL(std::size_t{18}, got(a).size());
}

TEST(FramedExchangeTest, goesToTheNextTargetWhereTheFirstIsDown)
{
    Options options;
    options.targets = 2;
    options.anyTarget = true;
    begin(options, false);
    const ClientId a = join();
    says(a, "x\n");
    const TargetId first = world.dialled.back();
    world.dialled.clear();
    exchange->targetFailed(first, now);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.target(world.dialled.back()).index);
    CPPUNIT_ASSERT_EQUAL(std::string("x\n"), got(opens()));
}

TEST(FramedExchangeTest, triesATargetAgainAtOnceAfterAShortageOfOurs)
{
    line();
    const ClientId a = join();
    says(a, "x\n");
    const TargetId first = world.dialled.back();
    world.dialled.clear();
    exchange->targetUnavailable(first, now);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.dialled.size()); // without a back-off
    CPPUNIT_ASSERT_EQUAL(std::string("x\n"), got(opens()));
}

TEST(FramedExchangeTest, drainAnswersWhatIsWholeAndDropsTheRest)
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

TEST(FramedExchangeTest, tellsTheEndOfEachRequestOnce)
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

TEST(FramedExchangeTest, closeAllLeavesNothing)
{
    line(2, 2);
    for (int i = 0; i < 6; ++i)
        says(join(), "1\n2\nrest");
    opens();
    exchange->closeAll(CloseReason::stopped, now);
    CPPUNIT_ASSERT(world.clients.empty() && world.targets.empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->size() + exchange->kept() + exchange->queued());
    CPPUNIT_ASSERT_EQUAL(world.tags, world.ended);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, health->connections(0));
}

} // namespace proximux
