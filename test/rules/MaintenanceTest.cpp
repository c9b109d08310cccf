#include "rules/Rules.h"

namespace proximux
{

/// An administrator drains and closes targets, and pauses all: what is in flight is answered, nothing new is sent, and
/// whoever waits keeps waiting.
class MaintenanceTest : public Rules
{
protected:
    using Duty = Targets::Duty;

    void orders(std::size_t target, Duty duty)
    {
        health->setDuty(target, duty, now);
        running().healthChanged(now);
    }

    void pauses(bool paused)
    {
        health->pause(paused);
        running().healthChanged(now);
    }

    /// A client that has a connection alone; to target 0.
    ClientId pinned(TargetId& connection, std::size_t connections = 1, std::size_t targets = 1)
    {
        Options options;
        options.protocol = "resp";
        options.connections = connections;
        options.targets = targets;
        options.exchange.pipeline = 8;
        options.exchange.maxPinned = 1;
        options.exchange.conversation.pins = true;
        options.exchange.partingTimeout = Duration::seconds(10);
        options.exchange.queueTimeout = Duration::seconds(1000);
        begin(options);
        const ClientId client = asks(command({"MULTI"}));
        connection = opens();
        answers(connection, "+OK\r\n");
        CPPUNIT_ASSERT_EQUAL(std::string("+OK\r\n"), got(client));
        got(connection);
        return client;
    }
};

RULE(MaintenanceTest, nothingIsSentToATargetThatIsDrained, useDownTarget)
{
    line(2, 8, 2);
    exchange->warmUp(now);
    const auto dialled = world.dialled;
    opens();
    const ClientId a = asks("1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("1\n"), got(dialled[0]));
    orders(0, Duty::draining);
    asks("2\n");
    says(a, "3\n");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(dialled[0]));
    answers(dialled[0], "A1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A1\n"), got(a));
    assertClosed(dialled[0], CloseReason::targetDrained, How::abort);
    CPPUNIT_ASSERT_EQUAL(std::string("2\n3\n"), got(dialled[1]));
    CPPUNIT_ASSERT(world.dialled.empty());
}

TEST(MaintenanceTest, anIdleConnectionIsClosedAtOnceAndOpenedAgainWhenItsTargetIsReady)
{
    line(1, 8);
    const ClientId a = asks("1\n");
    const TargetId t = opens();
    answers(t, "A1\n");
    orders(0, Duty::closing);
    assertClosed(t, CloseReason::targetClosed, How::abort);
    says(a, "2\n");
    CPPUNIT_ASSERT(world.dialled.empty());
    orders(0, Duty::ready);
    answers(opensOne(), "A2\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A1\nA2\n"), got(a));
}

TEST(MaintenanceTest, aConnectionThatIsBeingOpenedIsGivenUp)
{
    line(2, 8, 2);
    const ClientId a = asks("1\n");
    const TargetId old = std::exchange(world.dialled, {}).back();
    orders(0, Duty::draining);
    CPPUNIT_ASSERT(!world.has(old));
    answers(opensOne(), "A1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A1\n"), got(a));
}

RULE(MaintenanceTest, aTargetThatIsDrainedIsNoLastResort, drainToLastResort)
{
    line(2, 1, 2);
    health->markDown(1, now);
    health->markDown(0, now); // the one that would be tried
    orders(0, Duty::draining);
    const ClientId a = asks("1\n");
    const TargetId t = opensOne();
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.target(t).index);
    answers(t, "A1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A1\n"), got(a));
}

RULE(MaintenanceTest, whereAllAreDrainedRequestsWaitAsLongAsTheyMay, failDrained)
{
    line(2, 1, 2);
    const ClientId a = asks("1\n");
    orders(0, Duty::draining);
    orders(1, Duty::closing);
    passes(Duration::seconds(29));
    CPPUNIT_ASSERT(world.has(a) && world.targets.empty());
    passes(Duration::seconds(1));
    assertClosed(a, CloseReason::queueTimeout, How::finish);
}

/// Nobody would be served by the end of its back-off.
TEST(MaintenanceTest, aDeadTargetThatIsDrainedIsNotLookedAtAgainAndAgain)
{
    Options options;
    options.targets = 2;
    options.anyTarget = true;
    begin(options);
    asks("1\n");
    exchange->targetFailed(std::exchange(world.dialled, {}).back(), now);
    orders(0, Duty::draining);
    orders(1, Duty::draining);
    passes(Duration::seconds(2)); // its back-off is over
    CPPUNIT_ASSERT(world.targets.empty());
}

TEST(MaintenanceTest, whoHasAConnectionToADrainedTargetAloneKeepsItUntilThatEnds)
{
    TargetId t;
    const ClientId a = pinned(t);
    orders(0, Duty::draining);
    passes(Duration::seconds(60));
    says(a, command({"EXEC"}));
    CPPUNIT_ASSERT_EQUAL(command({"EXEC"}), got(t));
    answers(t, "*0\r\n");
    assertClosed(t, CloseReason::targetDrained, How::abort);
    CPPUNIT_ASSERT(world.has(a));
}

RULE(MaintenanceTest, aPinEndsBehindWhatIsInFlightWhenItsTargetIsClosed, cutClosing)
{
    TargetId t;
    const ClientId a = pinned(t);
    says(a, command({"GET", "x"}));
    orders(0, Duty::closing);
    CPPUNIT_ASSERT(world.has(t) && world.has(a));
    answers(t, "+QUEU");
    CPPUNIT_ASSERT(world.has(t));
    answers(t, "ED\r\n");
    assertClosed(t, CloseReason::targetClosed, How::abort);
    CPPUNIT_ASSERT_EQUAL(std::string("+QUEUED\r\n"), got(a).substr(0, 9));
    exchange->clientEnded(a, now);
    assertClosed(a, CloseReason::targetClosed, How::finish);
}

RULE(MaintenanceTest, nothingMoreIsSentForAPinWhenItsTargetIsClosed, sendToClosed)
{
    TargetId t;
    const ClientId a = pinned(t);
    says(a, command({"GET", "x"}));
    got(t);
    orders(0, Duty::closing);
    says(a, command({"GET", "y"}));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, "+QUEUED\r\n");
    CPPUNIT_ASSERT(!world.has(t));
}

TEST(MaintenanceTest, oneThatIsReadyAgainInTimeIsNotLeft)
{
    TargetId t;
    const ClientId a = pinned(t);
    says(a, command({"GET", "x"}));
    orders(0, Duty::closing);
    says(a, command({"EXEC"}));
    orders(0, Duty::ready);
    answers(t, "+QUEUED\r\n*1\r\n+x\r\n");
    passes(Duration::seconds(60));
    CPPUNIT_ASSERT(world.has(t) && world.has(a));
    CPPUNIT_ASSERT_EQUAL(std::string("+QUEUED\r\n*1\r\n+x\r\n"), got(a));
}

TEST(MaintenanceTest, whoDoesNotComeToAnEndIsClosedAsInADrain)
{
    TargetId t;
    const ClientId a = pinned(t);
    says(a, command({"GET", "x"}));
    orders(0, Duty::closing);
    passes(Duration::seconds(9));
    CPPUNIT_ASSERT(world.has(t) && world.has(a));
    passes(Duration::seconds(1));
    assertClosed(t, CloseReason::targetClosed, How::abort);
    CPPUNIT_ASSERT(!world.isOpen(a.slot));
}

TEST(MaintenanceTest, inAPauseWhatIsInFlightIsAnsweredAndTheRestWaits)
{
    line(2, 8, 2);
    exchange->warmUp(now);
    const auto dialled = world.dialled;
    opens();
    const ClientId a = asks("1\n");
    pauses(true);
    assertClosed(dialled[1], CloseReason::paused, How::abort);
    says(a, "2\n");
    const ClientId b = asks("3\n");
    answers(dialled[0], "A1\n");
    assertClosed(dialled[0], CloseReason::paused, How::abort);
    passes(Duration::seconds(29));
    CPPUNIT_ASSERT(world.dialled.empty());
    CPPUNIT_ASSERT(world.has(a) && world.has(b));
    pauses(false);
    for (const TargetId id : std::exchange(world.dialled, {}))
        Simulation::opens(id);
    std::string sent;
    for (const auto& [slot, target] : world.targets)
        sent += target.sent;
    CPPUNIT_ASSERT(sent.find("2\n") != std::string::npos && sent.find("3\n") != std::string::npos);
}

RULE(MaintenanceTest, inAPauseNobodysPinIsEndedForOthers, endPinInPause)
{
    TargetId t;
    const ClientId a = pinned(t);
    pauses(true);
    asks(command({"GET", "x"}));
    passes(Duration::seconds(100)); // exchange.tie_idle_timeout is over
    CPPUNIT_ASSERT(world.has(t) && world.has(a));
    says(a, command({"EXEC"}));
    answers(t, "*0\r\n");
    assertClosed(t, CloseReason::paused, How::abort);
    CPPUNIT_ASSERT(world.dialled.empty());
    pauses(false);
    CPPUNIT_ASSERT_EQUAL(command({"GET", "x"}), got(opensOne()));
}

/// The time that it waited in the pause is not that in which no target could be connected.
RULE(MaintenanceTest, afterAPauseATargetHasItsTimeToComeBack, forgetPause)
{
    line(1, 1);
    const ClientId a = asks("1\n");
    pauses(true);
    passes(Duration::seconds(20));
    pauses(false);
    for (int i = 0; i < 3; ++i)
    {
        const auto dialled = std::exchange(world.dialled, {});
        CPPUNIT_ASSERT(!dialled.empty());
        exchange->targetFailed(dialled.back(), now);
        passes(Duration::seconds(1));
    }
    answers(opensOne(), "A1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A1\n"), got(a));
}

TEST(MaintenanceTest, aPauseSurvivesAReload)
{
    line(1, 8);
    const ClientId a = asks("1\n");
    answers(opens(), "A1\n");
    pauses(true);
    MultiplexerSettings settings;
    settings.pipeline = 8;
    reloads({0, 0}, {}, settings);
    says(a, "2\n");
    CPPUNIT_ASSERT(world.dialled.empty());
    pauses(false);
    answers(opensOne(), "A2\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A1\nA2\n"), got(a));
}

TEST(MaintenanceTest, aDrainOfAllInAPauseLetsThoseGoWhoWaitForNothing)
{
    line(1, 8);
    const ClientId idle = join();
    pauses(true);
    const ClientId a = asks("1\n");
    exchange->drain(now);
    assertClosed(idle, CloseReason::drained, How::finish);
    CPPUNIT_ASSERT(world.has(a));
    pauses(false);
    answers(opensOne(), "A1\n");
    assertClosed(a, CloseReason::drained, How::finish);
}

TEST(MaintenanceTest, anExchangeThatDetectsItsProtocolIsPausedAsAWhole)
{
    beginAuto();
    const ClientId a = asks(get());
    pauses(true);
    CPPUNIT_ASSERT(world.targets.empty());
    asks("raw");
    passes(Duration::seconds(1));
    CPPUNIT_ASSERT(world.targets.empty());
    pauses(false);
    CPPUNIT_ASSERT(world.has(a));
    CPPUNIT_ASSERT(!world.targets.empty());
}

} // namespace proximux
