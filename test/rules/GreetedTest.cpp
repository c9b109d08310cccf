#include "rules/GreetedRules.h"

namespace proximux
{

class GreetedTest : public GreetedRules
{
};

TEST(GreetedTest, clientsGetTheGreetingOfTheTarget)
{
    database(2);
    TargetId t;
    const ClientId a = first(t);
    does(a, t, "select 1", ok());
    const ClientId b = further();
    does(b, t, "select 2", ok());
}

TEST(GreetedTest, aConnectionIsLoggedInAnewBehindWhatItsClientHasLeft)
{
    database(2, 1);
    TargetId t;
    const ClientId a = first(t);
    const ClientId b = further();
    does(a, t, "set @a = 1", ok());
    exchange->clientLost(a, now);
    const std::string said = got(t);
    CPPUNIT_ASSERT_EQUAL('\x11', said.at(4));
    says(b, query("select 2"));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t)); // not yet
    answers(t, mysql::okPacket(1, 2));
    CPPUNIT_ASSERT(got(t).find("session_track") != std::string::npos);
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(query("select 2"), got(t));
}

RULE(GreetedTest, behindAnErrorTheTargetIsAskedForATransaction, trustErrors)
{
    database(2);
    TargetId t;
    const ClientId a = first(t);
    const std::string error = mysql::errorPacket(1, 1305, "42000", "no");
    does(a, t, "select 1", error);
    CPPUNIT_ASSERT_EQUAL(ping(), got(t));
    answers(t, ok(3)); // it is open
    const ClientId b = further();
    says(b, query("select 2"));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    says(a, query("rollback"));
    CPPUNIT_ASSERT_EQUAL(query("rollback"), got(t));
    exchange->clientLost(b, now);
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
    does(a, t, "select 1", error);
    CPPUNIT_ASSERT_EQUAL(ping(), got(t));
    answers(t, ok()); // it is not
    const ClientId c = further();
    does(c, t, "select 3", ok());
}

} // namespace proximux
