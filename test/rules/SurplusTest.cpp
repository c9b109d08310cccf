#include "rules/Rules.h"

namespace proximux
{

/// Unsolicited and malformed bytes end their connection.
class SurplusTest : public Rules
{
};

TEST(SurplusTest, surplusClosesTheConnection)
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

TEST(SurplusTest, unreadSurplusKeepsARequestBack)
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

TEST(SurplusTest, malformedMessagesCloseTheirSide)
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

} // namespace proximux
