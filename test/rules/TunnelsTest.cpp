#include "rules/Rules.h"

namespace proximux
{

/// What follows an upgrade is no message, and waits until the target has agreed to it.
class TunnelsTest : public Rules
{
};

TEST(TunnelsTest, httpUpgradesToATunnel)
{
    named("http", 2, 1, 1);
    const ClientId a = join();
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    const TargetId t = opens();
    got(t);
    answers(t, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nfirst");
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nfirst"), got(a));
    says(a, "anything");
    CPPUNIT_ASSERT_EQUAL(std::string("anything"), got(t));
    pass(Duration::seconds(1000));
    answers(t, "else");
    CPPUNIT_ASSERT_EQUAL(std::string("else"), got(a));
    exchange->clientEnded(a, now);
    CPPUNIT_ASSERT(world.target(t).fin && world.has(a));
    answers(t, "last");
    CPPUNIT_ASSERT_EQUAL(std::string("last"), got(a));
    exchange->targetEnded(t, now);
    CPPUNIT_ASSERT(!world.has(t) && !world.has(a));
}

RULE(TunnelsTest, aTunnelHasNoMessages, ignoreTunnel)
{
    named("http", 2, 1, 1);
    const ClientId a = join();
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    const TargetId t = opens();
    got(t);
    const std::string head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
    answers(t, head + "first");
    CPPUNIT_ASSERT_MESSAGE("the tunnel was closed", world.has(a) && world.has(t));
    CPPUNIT_ASSERT_EQUAL(head + "first", got(a));
    says(a, "anything");
    CPPUNIT_ASSERT_EQUAL(std::string("anything"), got(t));
}

RULE(TunnelsTest, whatStandsBehindAnUpgradeWaits, passBehindUpgrade)
{
    named("http", 2, 1, 1);
    const ClientId a = join();
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello\r\n\r\n");
    const TargetId t = opens();
    got(t);
    const std::string head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
    answers(t, head);
    CPPUNIT_ASSERT_MESSAGE("the tunnel was closed", world.has(a) && world.has(t));
    CPPUNIT_ASSERT_EQUAL(head, got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("hello\r\n\r\n"), got(t));
}

} // namespace proximux
