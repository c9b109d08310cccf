#include "rules/DatabaseRules.h"

namespace proximux
{

/// What a target says on a connection at rest is read before that is used.
class NoticesTest : public DatabaseRules
{
protected:
    static std::string notice() { return message('N', std::string("SNOTICE\0\0", 9)); }

    /// From the session of this number.
    static std::string notification(const std::string& number)
    {
        return message('A', number + std::string("channel\0payload\0", 16));
    }

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

TEST(NoticesTest, aClientKnowsItsOwnNotifications)
{
    database(1, 1);
    const ClientId a = asks(startup("u"));
    const TargetId t = opens();
    got(t);
    answers(t, welcome("\1\2\3\4secret"));
    const std::string greeting = got(a);
    const std::string own = greeting.substr(greeting.rfind("K") + 5, 4);
    says(a, query("listen x"));
    answers(t, done());
    got(a);
    answers(t, notification("\1\2\3\4"));
    CPPUNIT_ASSERT_EQUAL(notification(own), got(a));
    const std::string others = notification("\1\2\3\5");
    answers(t, others.substr(0, 7));
    answers(t, others.substr(7));
    CPPUNIT_ASSERT_EQUAL(others, got(a));
    says(a, query("notify x"));
    answers(t, message('C', std::string("NOTIFY\0", 7)) + notification("\1\2\3\4") + ready('I'));
    CPPUNIT_ASSERT_EQUAL(message('C', std::string("NOTIFY\0", 7)) + notification(own) + ready('I'), got(a));
    answers(t, notification("\1\2\3\4"));
    CPPUNIT_ASSERT_EQUAL(notification(own), got(a));
}

} // namespace proximux
