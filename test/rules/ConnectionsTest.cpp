#include "rules/Rules.h"

namespace proximux
{

/// Which connection a request goes to, when one is opened, and what becomes of one that fails.
class ConnectionsTest : public Rules
{
};

TEST(ConnectionsTest, opensAtTheFirstRequestAndServesWhenOpen)
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

TEST(ConnectionsTest, usesTheLowestIdleConnection)
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

TEST(ConnectionsTest, opensNoMoreThanWaitAndNeverMoreThanAllowed)
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

TEST(ConnectionsTest, aClientInFlightIsServedThereAlone)
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

TEST(ConnectionsTest, takesTheFewestInFlightWhereAllAreBusy)
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

TEST(ConnectionsTest, aConnectionThatEndedUnseenIsNotUsed)
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

TEST(ConnectionsTest, aGreetingIsAFailedAttempt)
{
    Options options;
    options.exchange.settle = MS;
    begin(options);
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

TEST(ConnectionsTest, aLostTargetCostsThoseThatWereOnIt)
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

TEST(ConnectionsTest, goesToTheNextTargetWhereTheFirstIsDown)
{
    Options options;
    options.targets = 2;
    options.anyTarget = true;
    begin(options);
    const ClientId a = join();
    says(a, "x\n");
    const TargetId first = world.dialled.back();
    world.dialled.clear();
    exchange->targetFailed(first, now);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.target(world.dialled.back()).index);
    CPPUNIT_ASSERT_EQUAL(std::string("x\n"), got(opens()));
}

TEST(ConnectionsTest, triesATargetAgainAtOnceAfterAShortageOfOurs)
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

} // namespace proximux
