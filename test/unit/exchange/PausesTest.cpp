#include "support/SharingFixture.h"
#include "support/Test.h"

namespace proximux
{

/// Targets that need time: pool.connect_delay, pool.request_gap.
class PausesTest : public SharingFixture
{
protected:
    static constexpr Duration ALMOST = Duration::milliseconds(99);

    void pauses(Duration delay, Duration gap, std::size_t connections = 1, std::size_t pipeline = 1, bool raw = false)
    {
        Options options;
        options.connections = connections;
        options.exchange.pipeline = pipeline;
        options.exchange.connectDelay = delay;
        options.exchange.requestGap = gap;
        options.exchange.prologues = _prologues;
        if (raw)
            options.protocol = "raw";
        begin(options);
    }

    std::vector<Prologue> _prologues;
    void setUp() override { _prologues.clear(); }
};

TEST(PausesTest, aNewConnectionIsLeftAloneForSoLong)
{
    _prologues = {{"hello", "yes"}};
    pauses(Duration::milliseconds(100), Duration{0});
    says(join(), "x\n");
    const TargetId t = opens();
    const Instant next = pass(ALMOST);
    CPPUNIT_ASSERT(next <= now + MS);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    pass(MS);
    CPPUNIT_ASSERT_EQUAL(std::string("hello"), got(t));
    answers(t, "yes");
    CPPUNIT_ASSERT_EQUAL(std::string("x\n"), got(t));
}

TEST(PausesTest, whatComesBeforeTheDelayHasPassedIsLookedAt)
{
    _prologues = {{"", "220 hi\n"}};
    pauses(Duration::milliseconds(100), Duration{0});
    says(join(), "x\n");
    const TargetId t = opens();
    answers(t, "220 hi\n");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    pass(Duration::milliseconds(100));
    CPPUNIT_ASSERT_EQUAL(std::string("x\n"), got(t));

    pauses(Duration::milliseconds(100), Duration{0});
    says(join(), "x\n");
    const TargetId other = opens();
    answers(other, "421");
    assertClosed(other, CloseReason::prologueRefused, How::abort);

    _prologues.clear();
    pauses(Duration::milliseconds(100), Duration{0});
    says(join(), "x\n");
    const TargetId greeting = opens();
    answers(greeting, "2");
    assertClosed(greeting, CloseReason::greeted, How::abort);
}

TEST(PausesTest, theNextRequestWaitsAfterAnAnswer)
{
    pauses(Duration{0}, Duration::milliseconds(100));
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1\n");
    says(b, "2\n");
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("1\n"), got(t));
    pass(Duration::seconds(1));
    answers(t, "A1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A1\n"), got(a));
    const Instant next = pass(ALMOST);
    CPPUNIT_ASSERT(next <= now + MS);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    pass(MS);
    CPPUNIT_ASSERT_EQUAL(std::string("2\n"), got(t));
    answers(t, "A2\n");
    pass(Duration::seconds(1));
    says(a, "3\n"); // it has rested
    CPPUNIT_ASSERT_EQUAL(std::string("3\n"), got(t));
}

TEST(PausesTest, theNextRequestWaitsAfterOneThatIsInFlight)
{
    pauses(Duration{0}, Duration::milliseconds(100), 1, 4);
    says(join(), "1\n2\n");
    const TargetId t = opens();
    pass(ALMOST);
    CPPUNIT_ASSERT_EQUAL(std::string("1\n"), got(t));
    pass(MS);
    CPPUNIT_ASSERT_EQUAL(std::string("2\n"), got(t));
}

TEST(PausesTest, anotherConnectionIsUsedMeanwhile)
{
    pauses(Duration{0}, Duration::milliseconds(100), 2);
    const ClientId a = join();
    says(a, "1\n");
    const TargetId first = opens();
    answers(first, "A1\n");
    got(first);
    says(a, "2\n");
    const TargetId second = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("2\n"), got(second));
    pass(Duration::milliseconds(100));
    says(join(), "3\n");
    CPPUNIT_ASSERT_EQUAL(std::string("3\n"), got(first));
}

TEST(PausesTest, rawWaitsToo)
{
    pauses(Duration{0}, Duration::milliseconds(100), 1, 1, true);
    const ClientId a = join();
    says(a, "1");
    const TargetId t = opens();
    answers(t, "A");
    CPPUNIT_ASSERT_EQUAL(std::string("1"), got(t));
    pass(Duration::milliseconds(10));
    says(a, "2");
    pass(Duration::milliseconds(89));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    pass(MS);
    CPPUNIT_ASSERT_EQUAL(std::string("2"), got(t));
    answers(t, "B");
    CPPUNIT_ASSERT_EQUAL(std::string("AB"), got(a));
}

} // namespace proximux
