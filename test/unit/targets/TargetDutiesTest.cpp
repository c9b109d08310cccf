#include "support/Test.h"

#include <proximux/targets/Targets.h>

#include <vector>

namespace proximux
{

/// What an administrator wants of targets.
class TargetDutiesTest : public CppUnit::TestCase
{
protected:
    using Avoidance = Targets::Avoidance;
    using Duty = Targets::Duty;
    using Health = Targets::Health;
    static constexpr Backoff BACKOFF{Duration::milliseconds(100), Duration::milliseconds(1000)};
    const std::vector<bool> _none{};

    static Instant at(std::int64_t ms) { return Instant{} + Duration::milliseconds(ms); }
};

TEST(TargetDutiesTest, oneThatIsDrainedIsPassedOver)
{
    Targets targets(2, BACKOFF, 1);
    targets.setDuty(0, Duty::draining, at(0));
    CPPUNIT_ASSERT(targets.health(0) == Health::drained);
    CPPUNIT_ASSERT(targets.avoidance(0) == Avoidance::drained);
    for (int i = 0; i < 5; ++i)
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, targets.choose(_none, at(1000)).value());
    CPPUNIT_ASSERT(!targets.begin(0, at(1000)));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, targets.beginAny(at(1000)).value());
    targets.setDuty(0, Duty::ready, at(2000));
    CPPUNIT_ASSERT(targets.health(0) == Health::living);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, targets.choose(_none, at(2000)).value());
}

TEST(TargetDutiesTest, nothingIsTriedInsteadOfAllThatAreDrained)
{
    Targets targets(2, BACKOFF, 1);
    targets.setDuty(0, Duty::draining, at(0));
    targets.setDuty(1, Duty::closing, at(0));
    CPPUNIT_ASSERT(targets.avoidance(1) == Avoidance::closed);
    CPPUNIT_ASSERT(!targets.isAnyUsed());
    CPPUNIT_ASSERT(!targets.choose(_none, at(1000)));
    CPPUNIT_ASSERT(!targets.beginAny(at(1000)));
    CPPUNIT_ASSERT(targets.retryAnyAt(at(1000)) == Instant::never());
}

TEST(TargetDutiesTest, theEndOfABackoffIsNotWaitedForWhereItIsOfNoUse)
{
    Targets targets(1, BACKOFF, 1);
    (void)targets.begin(0, at(0));
    targets.failed(0, at(0));
    CPPUNIT_ASSERT(targets.retryAt(0, at(1)) != Instant::never());
    targets.setDuty(0, Duty::draining, at(1));
    CPPUNIT_ASSERT(targets.retryAt(0, at(1)) == Instant::never());
    CPPUNIT_ASSERT(targets.retryAt(0, at(5000)) == Instant::never());
}

TEST(TargetDutiesTest, oneThatIsDrainedIsNoLastResort)
{
    Targets targets(3, BACKOFF, 1);
    targets.markDown(1, at(0));
    targets.markDown(0, at(1)); // the last one
    targets.setDuty(0, Duty::draining, at(2));
    targets.setDuty(2, Duty::draining, at(2)); // which is not down, and does not count
    CPPUNIT_ASSERT(targets.avoidance(0) == Avoidance::drained);
    CPPUNIT_ASSERT(targets.avoidance(1) == Avoidance::none);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, targets.choose(_none, at(3)).value());
    targets.setDuty(0, Duty::ready, at(4));
    CPPUNIT_ASSERT(targets.avoidance(0) == Avoidance::none);
    CPPUNIT_ASSERT(targets.avoidance(1) == Avoidance::down);
}

TEST(TargetDutiesTest, whatIsFoundOfItMeanwhileCountsAfterwards)
{
    Targets targets(2, BACKOFF, 1);
    targets.setDuty(0, Duty::closing, at(0));
    targets.markDown(0, at(1));
    CPPUNIT_ASSERT(targets.health(0) == Health::closed);
    targets.setDuty(0, Duty::ready, at(2));
    CPPUNIT_ASSERT(targets.health(0) == Health::down);
    CPPUNIT_ASSERT(targets.avoidance(0) == Avoidance::down);
}

TEST(TargetDutiesTest, itStaysThroughAReloadAndGoesWithTheTarget)
{
    Targets targets(2, BACKOFF, 1);
    targets.setDuty(0, Duty::draining, at(0));
    targets.assign({{1}});
    targets.assign({{1}, {0}});
    CPPUNIT_ASSERT(targets.avoidance(0) == Avoidance::drained);
    targets.assign({{1}});
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, targets.makeRoom({}));
    targets.assign({{0}, {1}});
    CPPUNIT_ASSERT(targets.avoidance(0) == Avoidance::none);
}

TEST(TargetDutiesTest, aPauseAvoidsAllAndChangesNoHealth)
{
    Targets targets(2, BACKOFF, 1);
    targets.setDuty(1, Duty::closing, at(0));
    targets.pause(true);
    CPPUNIT_ASSERT(targets.isPaused());
    CPPUNIT_ASSERT(!targets.isAnyUsed());
    CPPUNIT_ASSERT(targets.health(0) == Health::living);
    CPPUNIT_ASSERT(targets.avoidance(0) == Avoidance::paused);
    CPPUNIT_ASSERT(targets.avoidance(1) == Avoidance::closed);
    CPPUNIT_ASSERT(!targets.choose(_none, at(1)));
    targets.assign({{0}, {1}, {targets.makeRoom({})}});
    CPPUNIT_ASSERT(targets.avoidance(2) == Avoidance::paused);
    targets.pause(false);
    CPPUNIT_ASSERT(targets.begin(0, at(2)) && targets.begin(2, at(2)));
    CPPUNIT_ASSERT(!targets.begin(1, at(2)));
}

TEST(TargetDutiesTest, historyTellsOfIt)
{
    Targets targets(1, BACKOFF, 1);
    targets.setDuty(0, Duty::draining, at(1000));
    targets.setDuty(0, Duty::draining, at(2000));
    targets.setDuty(0, Duty::closing, at(3000));
    targets.setDuty(0, Duty::ready, at(4000));
    const Targets::History history = targets.history(0, at(9000));
    const auto movesTo = [&history](Health health) { return history.moves[static_cast<std::size_t>(health)]; };
    CPPUNIT_ASSERT(history.down == Duration::milliseconds(3000));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, movesTo(Health::drained));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, movesTo(Health::closed));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, movesTo(Health::living));
    CPPUNIT_ASSERT_EQUAL(std::string("drained"), std::string(toString(Health::drained)));
    CPPUNIT_ASSERT_EQUAL(std::string("closed"), std::string(toString(Health::closed)));
}

} // namespace proximux
