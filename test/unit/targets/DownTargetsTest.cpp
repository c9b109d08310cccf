#include "support/Test.h"

#include <proximux/targets/Targets.h>

#include <optional>
#include <vector>

namespace proximux
{

/// What health checks say of targets.
class DownTargetsTest : public CppUnit::TestCase
{
protected:
    using Health = Targets::Health;
    static constexpr Backoff BACKOFF{Duration::milliseconds(100), Duration::milliseconds(1000)};
    const std::vector<bool> _none{};

    static Instant at(std::int64_t ms) { return Instant{} + Duration::milliseconds(ms); }
};

TEST(DownTargetsTest, oneThatIsDownIsPassedOver)
{
    Targets targets(2, BACKOFF, 1);
    targets.markDown(0, at(0));
    CPPUNIT_ASSERT(targets.health(0) == Health::down);
    CPPUNIT_ASSERT(targets.isAvoided(0));
    CPPUNIT_ASSERT(!targets.isLiving(0));
    for (int i = 0; i < 5; ++i)
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, targets.choose(_none, at(1000000)).value());
    CPPUNIT_ASSERT(!targets.begin(0, at(1000000)));
    CPPUNIT_ASSERT(targets.retryAt(0, at(1000000)) == Instant::never());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, targets.beginAny(at(1000000)).value());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, targets.candidates(_none, at(1000000)));
}

TEST(DownTargetsTest, oneThatIsDownIsNoLastResortForADeadOne)
{
    Targets targets(2, BACKOFF, 1);
    targets.markDown(0, at(0));
    (void)targets.choose(_none, at(0));
    targets.failed(1, at(0));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, targets.choose(_none, at(1)).value());
    CPPUNIT_ASSERT(!targets.choose({false, true}, at(1)));
}

TEST(DownTargetsTest, theOneThatWentDownLastIsTriedAllTheSame)
{
    Targets targets(3, BACKOFF, 1);
    targets.markDown(1, at(0));
    targets.markDown(2, at(1));
    CPPUNIT_ASSERT(targets.isAvoided(2));
    targets.markDown(0, at(2));
    CPPUNIT_ASSERT(!targets.isAvoided(0));
    CPPUNIT_ASSERT(targets.isAvoided(1) && targets.isAvoided(2));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, targets.choose(_none, at(3)).value());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, targets.beginAny(at(3)).value());
    CPPUNIT_ASSERT(targets.health(0) == Health::down);
    targets.markUp(2, at(4));
    CPPUNIT_ASSERT(targets.isAvoided(0));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, targets.choose(_none, at(5)).value());
}

TEST(DownTargetsTest, theLastResortIsBackedOffLikeAnyOther)
{
    Targets targets(1, BACKOFF, 1);
    targets.markDown(0, at(0));
    CPPUNIT_ASSERT(targets.begin(0, at(0)));
    targets.failed(0, at(0));
    CPPUNIT_ASSERT(!targets.begin(0, at(1)));
    CPPUNIT_ASSERT(targets.begin(0, at(100)));
    CPPUNIT_ASSERT(targets.health(0) == Health::down);
}

TEST(DownTargetsTest, aConnectionThatOpensDoesNotBringItUp)
{
    Targets targets(1, BACKOFF, 1);
    (void)targets.begin(0, at(0));
    targets.markDown(0, at(0));
    targets.opened(0, at(1));
    CPPUNIT_ASSERT(targets.health(0) == Health::down);
    targets.markUp(0, at(2));
    CPPUNIT_ASSERT(targets.health(0) == Health::living);
}

TEST(DownTargetsTest, oneThatIsUpNeedNotWaitForItsBackoff)
{
    Targets targets(1, BACKOFF, 1);
    for (const std::int64_t ms : {0, 1000, 2000})
    {
        CPPUNIT_ASSERT(targets.begin(0, at(ms)));
        targets.failed(0, at(ms));
    }
    targets.markDown(0, at(2001));
    targets.markUp(0, at(2002));
    CPPUNIT_ASSERT(targets.begin(0, at(2002)));
    targets.failed(0, at(2003));
    CPPUNIT_ASSERT(targets.begin(0, at(2103))); // the row of failures began anew
}

TEST(DownTargetsTest, aRetiredOneIsNoLastResort)
{
    Targets targets(2, BACKOFF, 1);
    targets.markDown(0, at(0));
    targets.markDown(1, at(1));
    CPPUNIT_ASSERT(targets.isAvoided(0));
    targets.assign({{0, Targets::UNLIMITED}});
    CPPUNIT_ASSERT(!targets.isAvoided(0));
    CPPUNIT_ASSERT(targets.begin(0, at(2)));
}

TEST(DownTargetsTest, historyTellsOfIt)
{
    Targets targets(1, BACKOFF, 1);
    targets.markDown(0, at(1000));
    targets.markDown(0, at(1500));
    targets.markUp(0, at(3000));
    (void)targets.begin(0, at(4000));
    targets.failed(0, at(4000));
    targets.markDown(0, at(5000));
    const Targets::History history = targets.history(0, at(6000));
    const auto movesTo = [&history](Health health) { return history.moves[static_cast<std::size_t>(health)]; };
    CPPUNIT_ASSERT(history.health == Health::down);
    CPPUNIT_ASSERT(history.down == Duration::milliseconds(4000));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, movesTo(Health::down));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, movesTo(Health::dead));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, movesTo(Health::living));
    CPPUNIT_ASSERT_EQUAL(std::string("down"), std::string(toString(history.health)));
}

} // namespace proximux
