#include "support/Test.h"

#include <proximux/targets/HealthCheck.h>

#include <algorithm>

namespace proximux
{

class HealthCheckTest : public CppUnit::TestCase
{
protected:
    using Change = HealthCheck::Change;
    static constexpr Duration SECOND = Duration::seconds(1);
    static constexpr Duration ms(std::int64_t n) { return Duration::milliseconds(n); }
    static constexpr Instant START{1000000000};

    static HealthCheckSettings settings()
    {
        HealthCheckSettings made;
        made.interval = SECOND;
        made.backoff = {Duration::milliseconds(100), Duration::seconds(10)};
        return made;
    }

    /// Does the next check, which takes this long. Returns when it was due.
    Instant passes(HealthCheck& check, Duration time = Duration{0})
    {
        const Instant due = check.next();
        check.begin(due);
        _change = check.passed(due + time);
        return due;
    }

    Instant fails(HealthCheck& check, Duration time = Duration{0})
    {
        const Instant due = check.next();
        check.begin(due);
        _change = check.failed(due + time);
        return due;
    }

    static void assertBetween(Duration low, Duration high, Duration value)
    {
        CPPUNIT_ASSERT(low <= value);
        CPPUNIT_ASSERT(value <= high);
    }

    HealthCheck _check{settings(), 1, START};
    Change _change = Change::none;
};

TEST(HealthCheckTest, theFirstIsDueWithinAnInterval)
{
    Instant least = Instant::never();
    Instant most = START;
    for (std::uint64_t seed = 1; seed <= 200; ++seed)
    {
        const HealthCheck check(settings(), seed * 7919, START);
        least = std::min(least, check.next());
        most = std::max(most, check.next());
    }
    assertBetween(Duration{0}, ms(200), least - START);
    assertBetween(ms(800), SECOND, most - START);
}

TEST(HealthCheckTest, isDueAtAnInstantAndNotBefore)
{
    const Instant due = _check.next();
    CPPUNIT_ASSERT(!_check.isDue(due - Duration{1}));
    CPPUNIT_ASSERT(_check.isDue(due));
    _check.begin(due);
    CPPUNIT_ASSERT(!_check.isDue(due));
    CPPUNIT_ASSERT(_check.isUnderWay());
    CPPUNIT_ASSERT(_check.next() == due + Duration::seconds(2));
    CPPUNIT_ASSERT(!_check.isOverdue(due + Duration::seconds(2) - Duration{1}));
    CPPUNIT_ASSERT(_check.isOverdue(due + Duration::seconds(2)));
}

TEST(HealthCheckTest, anIntervalIsUpToATenthShorterByChance)
{
    Duration least = SECOND;
    Duration most{0};
    Instant last = passes(_check);
    for (int i = 0; i < 300; ++i)
    {
        const Instant next = passes(_check);
        least = std::min(least, next - last);
        most = std::max(most, next - last);
        last = next;
    }
    assertBetween(ms(900), ms(910), least);
    assertBetween(ms(990), SECOND, most);
}

TEST(HealthCheckTest, anIntervalBeginsWithACheck)
{
    const Instant due = passes(_check, ms(800));
    assertBetween(ms(900), SECOND, _check.next() - due);
    const Instant late = passes(_check, ms(1500));
    CPPUNIT_ASSERT(_check.next() == late + ms(1500));
}

TEST(HealthCheckTest, fallsWithTheLastOfSoManyFailures)
{
    const Instant before = passes(_check);
    fails(_check);
    CPPUNIT_ASSERT(_change == Change::none);
    fails(_check);
    CPPUNIT_ASSERT(_change == Change::none && _check.isUp());
    const Instant last = fails(_check);
    CPPUNIT_ASSERT(_change == Change::down && !_check.isUp());
    CPPUNIT_ASSERT_EQUAL(3U, _check.failuresInARow());
    CPPUNIT_ASSERT(last - before <= Duration::seconds(3));
    fails(_check);
    CPPUNIT_ASSERT(_change == Change::none);
}

TEST(HealthCheckTest, aSuccessBetweenThemBeginsAnew)
{
    for (int i = 0; i < 5; ++i)
    {
        fails(_check);
        fails(_check);
        passes(_check);
        CPPUNIT_ASSERT(_change == Change::none);
    }
    CPPUNIT_ASSERT(_check.isUp());
}

TEST(HealthCheckTest, risesWithTheLastOfSoManySuccesses)
{
    for (int i = 0; i < 30; ++i)
        fails(_check);
    const Instant back = _check.next() - Duration{1};
    passes(_check);
    CPPUNIT_ASSERT(_change == Change::none && !_check.isUp());
    const Instant last = passes(_check);
    CPPUNIT_ASSERT(_change == Change::up && _check.isUp());
    CPPUNIT_ASSERT(last - back <= Duration::seconds(2));
    passes(_check);
    CPPUNIT_ASSERT(_change == Change::none);
}

TEST(HealthCheckTest, aFailureBetweenThemBeginsAnew)
{
    for (int i = 0; i < 3; ++i)
        fails(_check);
    for (int i = 0; i < 5; ++i)
    {
        passes(_check);
        fails(_check);
        CPPUNIT_ASSERT(_change == Change::none);
    }
    CPPUNIT_ASSERT(!_check.isUp());
}

TEST(HealthCheckTest, whileItIsDownTheTimeDoublesUpToTheInterval)
{
    Instant last;
    for (int i = 0; i < 3; ++i)
        last = fails(_check);
    for (const std::int64_t most : {100, 200, 400, 800, 1000, 1000})
    {
        const Instant next = fails(_check);
        assertBetween(Duration::milliseconds(most * 9 / 10), Duration::milliseconds(most), next - last);
        last = next;
    }
}

TEST(HealthCheckTest, theBackoffBoundsTheTimeBelowTheInterval)
{
    HealthCheckSettings slow = settings();
    slow.interval = Duration::seconds(60);
    HealthCheck check(slow, 1, START);
    Instant last;
    for (int i = 0; i < 20; ++i)
        last = fails(check);
    assertBetween(Duration::seconds(9), Duration::seconds(10), check.next() - last);
}

TEST(HealthCheckTest, afterTheFirstSuccessTheIntervalApplies)
{
    for (int i = 0; i < 3; ++i)
        fails(_check);
    const Instant first = passes(_check);
    assertBetween(ms(900), SECOND, _check.next() - first);
}

TEST(HealthCheckTest, anIntervalOfItsOwnWhileItIsDown)
{
    HealthCheckSettings patient = settings();
    patient.downInterval = Duration::seconds(30);
    HealthCheck check(patient, 1, START);
    Instant last;
    for (int i = 0; i < 3; ++i)
        last = fails(check);
    assertBetween(Duration::seconds(27), Duration::seconds(30), check.next() - last);
    last = passes(check);
    assertBetween(Duration::seconds(27), Duration::seconds(30), check.next() - last);
    last = passes(check);
    CPPUNIT_ASSERT(check.isUp());
    assertBetween(ms(900), SECOND, check.next() - last);
}

TEST(HealthCheckTest, whatWasHeardCountsAndPutsTheNextOff)
{
    const Instant last = passes(_check);
    fails(_check);
    fails(_check);
    const Instant heard = _check.next() - Duration{1};
    CPPUNIT_ASSERT(_check.heard(heard) == Change::none);
    assertBetween(ms(900), SECOND, _check.next() - heard);
    CPPUNIT_ASSERT_EQUAL(0U, _check.failuresInARow());
    const Instant due = _check.next();
    CPPUNIT_ASSERT(_check.heard(heard) == Change::none); // known already
    CPPUNIT_ASSERT(_check.heard(last) == Change::none);
    CPPUNIT_ASSERT(_check.next() == due);
}

TEST(HealthCheckTest, whatTheCheckItselfHeardCountsOnce)
{
    for (int i = 0; i < 3; ++i)
        fails(_check);
    const Instant due = passes(_check, ms(5));
    CPPUNIT_ASSERT(_check.heard(due + ms(5)) == Change::none);
    CPPUNIT_ASSERT(!_check.isUp());
    CPPUNIT_ASSERT(_check.heard(due + ms(6)) == Change::up);
}

TEST(HealthCheckTest, oneWithoutAResultSaysNothing)
{
    fails(_check);
    const Instant last = fails(_check);
    for (int i = 0; i < 5; ++i)
    {
        const Instant due = _check.next();
        _check.begin(due);
        CPPUNIT_ASSERT(_check.skipped(due, last) == Change::none);
        assertBetween(ms(900), SECOND, _check.next() - due);
    }
    fails(_check);
    CPPUNIT_ASSERT(_change == Change::down);
}

TEST(HealthCheckTest, whatWasHeardInItsPlaceIsItsResult)
{
    for (int i = 0; i < 3; ++i)
        fails(_check);
    for (int i = 0; i < 2; ++i)
    {
        CPPUNIT_ASSERT(!_check.isUp());
        const Instant due = _check.next();
        _check.begin(due);
        _change = _check.skipped(due, due - Duration{1});
    }
    CPPUNIT_ASSERT(_change == Change::up);
}

TEST(HealthCheckTest, otherSettingsCountFromTheLastCheck)
{
    const Instant last = passes(_check);
    HealthCheckSettings slow = settings();
    slow.interval = Duration::seconds(10);
    _check.use(slow, last + ms(500));
    assertBetween(Duration::seconds(9), Duration::seconds(10), _check.next() - last);
    _check.use(settings(), last + Duration::seconds(5));
    CPPUNIT_ASSERT(_check.next() == last + Duration::seconds(5));
}

TEST(HealthCheckTest, theOneUnderWayGoesOnWithOtherSettings)
{
    const Instant due = _check.next();
    _check.begin(due);
    HealthCheckSettings once = settings();
    once.fall = 1;
    _check.use(once, due + ms(1));
    CPPUNIT_ASSERT(_check.isUnderWay());
    CPPUNIT_ASSERT(_check.failed(due + ms(2)) == Change::down);
}

} // namespace proximux
