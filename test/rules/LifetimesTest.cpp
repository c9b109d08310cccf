#include "rules/DatabaseRules.h"

namespace proximux
{

/// A target connection serves for pool.lifetime, but for a random part of up to a tenth, and as long as it is needed.
class LifetimesTest : public DatabaseRules
{
protected:
    static constexpr std::int64_t LIFETIME = 20; ///< seconds

    void limited(std::size_t connections = 1)
    {
        Options options;
        options.connections = connections;
        options.exchange.lifetime = Duration::seconds(LIFETIME);
        begin(options);
    }
};

RULE(LifetimesTest, anOldConnectionIsReplaced, keepAged)
{
    limited();
    const ClientId a = asks("1\n");
    const TargetId t = opens();
    answers(t, "A1\n");
    got(a);
    passes(Duration::seconds(LIFETIME / 10 * 9 - 1));
    CPPUNIT_ASSERT(!isClosed(t));
    passes(Duration::seconds(LIFETIME / 10 + 1));
    assertClosed(t, CloseReason::aged, How::finish);
    says(a, "2\n");
    const TargetId next = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("2\n"), got(next));
}

RULE(LifetimesTest, anOldConnectionAnswersWhatItWasAsked, cutAged)
{
    limited();
    const ClientId a = asks("1\n");
    const TargetId t = opens();
    passes(Duration::seconds(LIFETIME / 10 * 8));
    answers(t, "A1\n");
    says(a, "2\n");
    passes(Duration::seconds(LIFETIME / 10 * 2));
    CPPUNIT_ASSERT(!isClosed(t));
    const ClientId b = asks("3\n");
    answers(t, "A2\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A1\nA2\n"), got(a));
    assertClosed(t, CloseReason::aged, How::finish);
    const TargetId next = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("3\n"), got(next));
    answers(next, "A3\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A3\n"), got(b));
}

RULE(LifetimesTest, aTransactionEndsFirst)
{
    lifetime = Duration::seconds(LIFETIME);
    database(2);
    TargetId t;
    const ClientId a = first("u", t);
    says(a, query("begin"));
    got(t);
    answers(t, done('T'));
    got(a);
    for (int i = 0; i < 3; ++i)
    {
        passes(Duration::seconds(LIFETIME));
        says(a, query("select 1"));
        CPPUNIT_ASSERT_EQUAL(query("select 1"), got(t));
        answers(t, done('T'));
    }
    says(a, query("commit"));
    got(t);
    answers(t, done());
    CPPUNIT_ASSERT(isClosed(t));
}

} // namespace proximux
