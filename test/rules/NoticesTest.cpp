#include "rules/DatabaseRules.h"

namespace proximux
{

/// What a target says on a connection at rest is read before that is used.
class NoticesTest : public DatabaseRules
{
protected:
    static std::string notice() { return message('N', std::string("SNOTICE\0\0", 9)); }

    /// It is later than when the connections were read last.
    void rest() { passes(Duration{1}); }
};

TEST(NoticesTest, aRequestWaitsUntilItIsRead)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    rest();
    world.target(t).says = notice();
    says(a, query("select 1"));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    world.target(t).says.clear();
    answers(t, notice());
    CPPUNIT_ASSERT_EQUAL(query("select 1"), got(t));
    answers(t, done());
    CPPUNIT_ASSERT_EQUAL(done(), got(a));
}

TEST(NoticesTest, anotherConnectionServesItMeanwhile)
{
    database(2);
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    says(b, query("begin"));
    got(t);
    says(a, query("select 1"));
    const TargetId other = signedIn("u");
    CPPUNIT_ASSERT_EQUAL(query("select 1"), got(other));
    answers(t, done());
    answers(other, done());
    got(a);
    rest();
    world.target(t).says = notice();
    says(a, query("select 2"));
    CPPUNIT_ASSERT_EQUAL(query("select 2"), got(other));
}

TEST(NoticesTest, aConnectionThatWasReadJustNowIsNotAsked)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const ClientId b = further("u");
    says(a, query("select 1"));
    says(b, query("select 2"));
    CPPUNIT_ASSERT_EQUAL(query("select 1"), got(t));
    world.target(t).says = notice();
    answers(t, done());
    CPPUNIT_ASSERT_EQUAL(query("select 2"), got(t));
    world.target(t).says.clear();
    answers(t, notice() + done());
    CPPUNIT_ASSERT_EQUAL(notice() + done(), got(b));
}

TEST(NoticesTest, anErrorAtRestCostsNobodyItsRequest)
{
    database();
    TargetId t;
    const ClientId a = first("u", t);
    const std::string error = message('E', std::string("SFATAL\0C57P01\0\0", 15));
    rest();
    world.target(t).says = error;
    says(a, query("select 1"));
    world.target(t).says.clear();
    answers(t, error);
    assertClosed(t, CloseReason::targetEnded, How::abort);
    const TargetId other = signedIn("u");
    CPPUNIT_ASSERT_EQUAL(query("select 1"), got(other));
    answers(other, done());
    CPPUNIT_ASSERT_EQUAL(done(), got(a));
}

} // namespace proximux
