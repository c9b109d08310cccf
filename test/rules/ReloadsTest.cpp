#include "rules/Rules.h"

namespace proximux
{

/// A reload changes settings and targets under way: nothing is lost, and no target has more connections than it may.
class ReloadsTest : public Rules
{
protected:
    void reloadsTo(const std::vector<std::size_t>& targets, const std::vector<bool>& renewed = {})
    {
        TargetChanges changes;
        changes.renewed = renewed;
        reloads(targets, changes, _settings);
    }

    static MultiplexerSettings pipelined()
    {
        MultiplexerSettings made;
        made.pipeline = 8;
        return made;
    }

    [[nodiscard]] CloseReason whyClosed(TargetId target) const { return world.closedTargets.at(target.slot).reason; }

    MultiplexerSettings _settings = pipelined();
};

RULE(ReloadsTest, aConnectionThatIsToBeReplacedAnswersWhatItHas, hurryOutgoing)
{
    line(1, 8);
    const ClientId a = asks("1\n");
    const TargetId t = opens();
    reloadsTo({0}, {true});
    CPPUNIT_ASSERT(world.has(t));
    answers(t, "A1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A1\n"), got(a));
    CPPUNIT_ASSERT(!world.has(t));
    CPPUNIT_ASSERT(whyClosed(t) == CloseReason::outgoing);
}

RULE(ReloadsTest, nothingNewIsSentOnAConnectionThatIsToBeReplaced, useOutgoing)
{
    line(1, 8);
    const ClientId a = asks("1\n");
    const TargetId old = opens();
    got(old);
    reloadsTo({0}, {true});
    const ClientId b = asks("2\n");
    says(a, "3\n");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(old));
    answers(old, "A1\n");
    const TargetId fresh = opensOne();
    CPPUNIT_ASSERT_EQUAL(std::string("2\n3\n"), got(fresh));
    answers(fresh, "A2\nA3\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A2\n"), got(b));
    CPPUNIT_ASSERT_EQUAL(std::string("A1\nA3\n"), got(a));
}

RULE(ReloadsTest, aTargetNeverHasMoreConnectionsThanItMay, exceedByReload)
{
    line(2);
    asks("1\n");
    const TargetId first = opens();
    const ClientId b = asks("2\n");
    const TargetId second = opens();
    _settings.pipeline = 1;
    reloadsTo({0}); // one of the two is left as soon as it has answered
    exchange->targetLost(first, now);
    asks("3\n");
    CPPUNIT_ASSERT(world.dialled.empty());
    answers(second, "A2\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A2\n"), got(b));
    CPPUNIT_ASSERT(!world.has(second));
    CPPUNIT_ASSERT_EQUAL(std::string("3\n"), got(opensOne()));
}

TEST(ReloadsTest, whoHasAConnectionKeepsItsPlace)
{
    line(2, 8, 2);
    asks("1\n");
    opens();
    asks("2\n");
    const TargetId second = opens();
    reloadsTo({0}); // the other target is there no more
    reloadsTo({1}); // and now the other way round
    asks("3\n");
    CPPUNIT_ASSERT(world.dialled.empty());
    CPPUNIT_ASSERT_EQUAL(std::string("2\n3\n"), got(second));
}

TEST(ReloadsTest, aTargetThatIsGoneIsLeftAndAnotherTaken)
{
    Options options;
    options.targets = 2;
    options.anyTarget = true;
    begin(options);
    const ClientId a = asks("1\n");
    const TargetId old = opens();
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, world.target(old).index);
    _settings.pipeline = 1;
    reloadsTo({1});
    says(a, "2\n");
    answers(old, "A1\n");
    const TargetId fresh = opensOne();
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.target(fresh).index);
    answers(fresh, "A2\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A1\nA2\n"), got(a));
}

TEST(ReloadsTest, aTargetThatComesBackInTimeKeepsItsConnection)
{
    line(2, 8, 2);
    asks("1\n");
    const TargetId t = opens();
    reloadsTo({1});
    reloadsTo({0, 1});
    answers(t, "A1\n");
    CPPUNIT_ASSERT(world.has(t));
}

TEST(ReloadsTest, anIdleConnectionIsClosedAtOnce)
{
    line(1, 8);
    asks("1\n");
    const TargetId t = opens();
    answers(t, "A1\n");
    reloadsTo({0}, {true});
    CPPUNIT_ASSERT(!world.has(t));
    CPPUNIT_ASSERT(world.closedTargets.at(t.slot).how == How::abort);
}

TEST(ReloadsTest, aConnectionWithUnsentBytesIsNotClosed)
{
    named("resp", 1, 8);
    const ClientId a = join();
    says(a, command({"GET", "x"}));
    const TargetId t = opens();
    answers(t, "+x\r\n");
    world.target(t).room = 0;
    says(a, command({"GET", "y"}));
    reloadsTo({0}, {true});
    CPPUNIT_ASSERT(world.has(t));
    takes(t, 1000);
    answers(t, "+y\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+x\r\n+y\r\n"), got(a));
    CPPUNIT_ASSERT(!world.has(t));
}

TEST(ReloadsTest, aPinnedClientKeepsItsConnectionUntilItsStateEnds)
{
    named("resp", 2, 8, 1);
    _settings.maxPinned = 1;
    const ClientId a = join();
    says(a, command({"MULTI"}));
    const TargetId t = opens();
    answers(t, "+OK\r\n");
    reloadsTo({0, 0}, {true});
    says(a, command({"EXEC"}));
    CPPUNIT_ASSERT_EQUAL(command({"MULTI"}) + command({"EXEC"}), got(t));
    answers(t, "*0\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+OK\r\n*0\r\n"), got(a));
    CPPUNIT_ASSERT(!world.has(t));
}

TEST(ReloadsTest, aPinLastsNoLongerThanADrain)
{
    named("resp", 2, 8, 1);
    _settings.maxPinned = 1;
    _settings.partingTimeout = Duration::seconds(10);
    const ClientId a = join();
    says(a, command({"MULTI"}));
    const TargetId t = opens();
    answers(t, "+OK\r\n");
    reloadsTo({0, 0}, {true});
    pass(Duration::seconds(9));
    reloadsTo({0, 0}); // a further one does not begin the time anew
    CPPUNIT_ASSERT(world.has(t));
    pass(Duration::seconds(1));
    CPPUNIT_ASSERT(!world.has(t));
    CPPUNIT_ASSERT(whyClosed(t) == CloseReason::outgoing);
    CPPUNIT_ASSERT(!world.isOpen(a.slot));
}

TEST(ReloadsTest, oneThatIsBeingOpenedIsOpenedAnew)
{
    line(1, 8);
    const ClientId a = asks("1\n");
    const TargetId old = std::exchange(world.dialled, {}).back();
    reloadsTo({0}, {true});
    CPPUNIT_ASSERT(!world.has(old));
    const TargetId fresh = opensOne();
    answers(fresh, "A1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A1\n"), got(a));
}

TEST(ReloadsTest, aDeadlineThatRunsMovesWithItsSetting)
{
    line(1, 8);
    const ClientId a = asks("1\n");
    opens();
    pass(Duration::seconds(20));
    CPPUNIT_ASSERT(world.has(a));
    _settings.responseTimeout = Duration::seconds(15);
    reloadsTo({0});
    pass(Duration{0});
    CPPUNIT_ASSERT(!world.has(a));
}

TEST(ReloadsTest, aDeadlineThatWasOffRunsFromTheReload)
{
    line(1, 8);
    const ClientId a = join();
    pass(Duration::seconds(1000));
    _settings.idleTimeout = Duration::seconds(5);
    reloadsTo({0});
    pass(Duration::seconds(4));
    CPPUNIT_ASSERT(world.has(a));
    pass(Duration::seconds(1));
    CPPUNIT_ASSERT(!world.has(a));
}

TEST(ReloadsTest, lowerLimitsCutNobodyOff)
{
    line(1, 1);
    const ClientId a = asks("1\n2\n3\n4\n");
    const TargetId t = opens();
    _settings.pipeline = 1;
    _settings.maxRequests = 1;
    _settings.maxQueue = 1;
    reloadsTo({0});
    CPPUNIT_ASSERT(world.client(a).held);
    for (const char* answer : {"A1\n", "A2\n", "A3\n", "A4\n"})
        answers(t, answer);
    CPPUNIT_ASSERT_EQUAL(std::string("A1\nA2\nA3\nA4\n"), got(a));
    CPPUNIT_ASSERT(!world.client(a).held);
}

TEST(ReloadsTest, whatIsKeptIsCountedByTheNewReserve)
{
    line(1, 1);
    const ClientId a = asks("1\n" + std::string(3000, 'x') + "\n");
    const TargetId t = opens();
    const std::size_t kept = exchange->usage().kept;
    _settings.pipeline = 1;
    _settings.reserve = 0;
    reloadsTo({0});
    CPPUNIT_ASSERT_EQUAL(kept, exchange->usage().kept);
    CPPUNIT_ASSERT_EQUAL(kept, exchange->usage().shared);
    _settings.reserve = 1000;
    reloadsTo({0});
    CPPUNIT_ASSERT_EQUAL(kept - 1000, exchange->usage().shared);
    answers(t, "A1\n");
    answers(t, "A2\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A1\nA2\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->usage().shared);
}

/// Nothing that was known of another target at the same index counts.
TEST(ReloadsTest, aFreshTargetIsNotKnownToFail)
{
    Options options;
    options.targets = 1;
    options.exchange.connectTimeout = Duration::seconds(1);
    options.backoff = {Duration::seconds(100), Duration::seconds(100)};
    begin(options);
    const ClientId a = asks("1\n");
    exchange->targetFailed(std::exchange(world.dialled, {}).back(), now);
    _settings = options.exchange;
    TargetChanges changes;
    changes.fresh = {health->makeRoom({true})};
    reloads(changes.fresh, changes, _settings);
    pass(Duration::seconds(2));
    answers(opensOne(), "A1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A1\n"), got(a));
}

TEST(ReloadsTest, rawBytesAreNotTorn)
{
    Options options;
    options.protocol = "raw";
    begin(options);
    const ClientId a = asks("1");
    const TargetId t = opens();
    _settings = options.exchange;
    reloadsTo({0}, {true});
    answers(t, "A");
    answers(t, "1");
    says(a, "2");
    CPPUNIT_ASSERT_EQUAL(std::string("1"), got(t));
    pass(Duration::milliseconds(10));
    const TargetId fresh = opensOne();
    CPPUNIT_ASSERT_EQUAL(std::string("2"), got(fresh));
    CPPUNIT_ASSERT_EQUAL(std::string("A1"), got(a));
}

} // namespace proximux
