#include "support/Test.h"

#include <proximux/targets/Targets.h>

#include <optional>
#include <vector>

namespace proximux
{

class TargetsTest : public CppUnit::TestCase
{
protected:
    using Health = Targets::Health;
    static constexpr Backoff BACKOFF{Duration::milliseconds(100), Duration::milliseconds(1000)};
    const std::vector<bool> _none{};

    static Instant at(std::int64_t ms) { return Instant{} + Duration::milliseconds(ms); }

    /// How long the target is left alone after its n-th failure in a row.
    static Duration backoffAfter(Targets& targets, std::size_t failures)
    {
        Instant now = at(1000000);
        Instant failed = now;
        for (std::size_t i = 0; i < failures; ++i)
        {
            CPPUNIT_ASSERT(targets.choose({}, now).has_value());
            targets.failed(0, now);
            failed = now;
            now = now + Duration::seconds(3600);
        }
        Instant low = failed;
        for (Instant high = now; (high - low).us > 1000;)
        {
            const Instant middle{low.us + (high - low).us / 2};
            (targets.candidates({}, middle) == 1 ? high : low) = middle;
        }
        return low - failed;
    }
};

TEST(TargetsTest, choosesTheFewestConnectionsInListedOrder)
{
    Targets targets(3, BACKOFF, 1);
    std::vector<std::size_t> chosen;
    for (int i = 0; i < 6; ++i)
    {
        chosen.push_back(targets.choose(_none, at(0)).value());
        targets.opened(chosen.back(), at(0));
    }
    CPPUNIT_ASSERT((chosen == std::vector<std::size_t>{0, 1, 2, 0, 1, 2}));
    targets.closed(1);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, targets.choose(_none, at(0)).value());
}

TEST(TargetsTest, passesADeadOneOver)
{
    Targets targets(2, BACKOFF, 1);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, targets.choose(_none, at(0)).value());
    targets.failed(0, at(0));
    CPPUNIT_ASSERT(targets.health(0) == Health::dead);
    for (int i = 0; i < 5; ++i)
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, targets.choose(_none, at(1)).value());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, targets.connections(0));
}

TEST(TargetsTest, triesADeadOneByOneConnectionWhenItsBackoffIsOver)
{
    Targets targets(2, BACKOFF, 1);
    (void)targets.choose(_none, at(0));
    targets.failed(0, at(0));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, targets.choose(_none, at(49)).value());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, targets.choose(_none, at(100)).value());
    CPPUNIT_ASSERT(targets.health(0) == Health::trial);
    for (int i = 0; i < 5; ++i)
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, targets.choose(_none, at(100)).value());
}

TEST(TargetsTest, backsOffTwiceAsLongEachTimeUpToTheMost)
{
    const std::int64_t most[] = {100, 200, 400, 800, 1000, 1000};
    for (std::size_t failures = 1; failures <= 6; ++failures)
    {
        for (std::uint64_t seed = 1; seed < 20; ++seed)
        {
            Targets targets(1, BACKOFF, seed);
            const Duration backoff = backoffAfter(targets, failures);
            CPPUNIT_ASSERT(backoff <= Duration::milliseconds(most[failures - 1]));
            CPPUNIT_ASSERT(backoff >= Duration::milliseconds(most[failures - 1] / 2 - 2));
        }
    }
}

TEST(TargetsTest, countsParallelFailuresAsOne)
{
    Targets targets(1, BACKOFF, 1);
    for (int i = 0; i < 10; ++i)
        (void)targets.choose(_none, at(0));
    for (int i = 0; i < 10; ++i)
        targets.failed(0, at(0));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, targets.candidates(_none, at(100)));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, targets.connections(0));
}

TEST(TargetsTest, livesAgainOnceOneOpened)
{
    Targets targets(1, BACKOFF, 1);
    (void)targets.choose(_none, at(0));
    targets.failed(0, at(0));
    (void)targets.choose(_none, at(500));
    targets.opened(0, at(500));
    CPPUNIT_ASSERT(targets.health(0) == Health::living);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, targets.connections(0));
    (void)targets.choose(_none, at(500));
    targets.failed(0, at(500)); // the row of failures began anew
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, targets.candidates(_none, at(600)));
}

TEST(TargetsTest, anAbandonedTrialSaysNothing)
{
    Targets targets(2, BACKOFF, 1);
    (void)targets.choose(_none, at(0));
    targets.failed(0, at(0));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, targets.choose(_none, at(200)).value());
    targets.abandoned(0, at(201));
    CPPUNIT_ASSERT(targets.health(0) == Health::dead);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, targets.choose(_none, at(201)).value()); // and may be tried at once
}

TEST(TargetsTest, triesTheSoonestWhereNoneLives)
{
    Targets targets(2, BACKOFF, 1);
    (void)targets.choose(_none, at(0));
    (void)targets.choose(_none, at(0));
    targets.failed(1, at(0));
    targets.failed(0, at(300));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, targets.candidates(_none, at(10)));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, targets.choose(_none, at(10)).value());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, targets.choose({false, true}, at(10)).value());
}

TEST(TargetsTest, givesNothingWhereAllWereTried)
{
    Targets targets(2, BACKOFF, 1);
    CPPUNIT_ASSERT(!targets.choose({true, true}, at(0)));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, targets.candidates({true, true}, at(0)));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, targets.choose({true, false}, at(0)).value());
}

TEST(TargetsTest, historyTellsOfEachMove)
{
    Targets targets(2, BACKOFF, 1);
    (void)targets.begin(1, at(0));
    targets.failed(1, at(1000));
    CPPUNIT_ASSERT(targets.history(1, at(3000)).down == Duration::milliseconds(2000));
    (void)targets.begin(1, at(3000));
    CPPUNIT_ASSERT(targets.history(1, at(3500)).health == Health::trial);
    targets.opened(1, at(4000));
    (void)targets.begin(1, at(5000));
    targets.opened(1, at(5000));
    targets.shun(1, at(6000));
    const Targets::History history = targets.history(1, at(6500));
    CPPUNIT_ASSERT(history.health == Health::dead);
    CPPUNIT_ASSERT(history.down == Duration::milliseconds(3500));
    const auto movesTo = [&history](Health health) { return history.moves[static_cast<std::size_t>(health)]; };
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, movesTo(Health::living));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, movesTo(Health::dead));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, movesTo(Health::trial));
    CPPUNIT_ASSERT(targets.history(0, at(6500)).down == Duration{0});
}

} // namespace proximux
