#include "rules/Pair.h"

namespace proximux
{

/// An administrator drains and closes targets, and pauses all, in proxy mode.
class PairMaintenanceTest : public Pair
{
protected:
    using Duty = Targets::Duty;

    static void order(Stage& stage, std::size_t target, Duty duty)
    {
        stage.targets.setDuty(target, duty, stage.now);
        stage.exchange.healthChanged(stage.now);
    }

    static void pause(Stage& stage, bool paused)
    {
        stage.targets.pause(paused);
        stage.exchange.healthChanged(stage.now);
    }

    /// A client for which a connection is looked for.
    static ClientId join(Stage& stage)
    {
        const ClientId id = stage.world.addClient();
        stage.exchange.clientOpened(id, stage.now);
        return id;
    }

    static std::size_t dialledTarget(Stage& stage) { return stage.world.target(stage.world.dialled.back()).index; }
};

TEST(PairMaintenanceTest, aPairOfADrainedTargetStaysAndNoneIsAdded)
{
    Stage stage(2);
    const ClientId id = stage.open();
    order(stage, 0, Duty::draining);
    for (int i = 0; i < 3; ++i)
    {
        join(stage);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, dialledTarget(stage));
    }
    stage.pass(90);
    CPPUNIT_ASSERT(stage.world.has(id));
}

TEST(PairMaintenanceTest, whoIsBeingConnectedToADrainedTargetIsConnectedToAnother)
{
    Stage stage(2);
    const ClientId id = join(stage);
    const TargetId old = stage.world.dialled.back();
    order(stage, 0, Duty::draining);
    CPPUNIT_ASSERT(!stage.world.has(old));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, dialledTarget(stage));
    CPPUNIT_ASSERT(stage.world.has(id));
}

TEST(PairMaintenanceTest, whereAllAreDrainedClientsAreRefused)
{
    Stage stage(2);
    order(stage, 0, Duty::draining);
    order(stage, 1, Duty::closing);
    stage.assertGone(join(stage), CloseReason::allDrained);
    order(stage, 1, Duty::ready);
    join(stage);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, dialledTarget(stage));
}

RULE(PairMaintenanceTest, aPairOfAClosedTargetEndsAtRest, keepClosedPair)
{
    Stage stage(2);
    bool rests = false;
    stage.world.makeWatcher = [&rests] { return std::make_unique<FakeWatcher>(rests); };
    const ClientId id = stage.open();
    const TargetId target = stage.target;
    order(stage, 0, Duty::closing);
    stage.exchange.response(target, "x", stage.now);
    CPPUNIT_ASSERT(stage.world.has(id));
    rests = true;
    stage.exchange.response(target, "y", stage.now);
    stage.assertGone(id, CloseReason::targetClosed);
}

TEST(PairMaintenanceTest, aPairOfAClosedTargetThatDoesNotRestEndsAsInADrain)
{
    Stage stage;
    const ClientId id = stage.open();
    order(stage, 0, Duty::closing);
    stage.pass(9);
    CPPUNIT_ASSERT(stage.world.has(id));
    stage.pass(1);
    stage.assertGone(id, CloseReason::targetClosed);
}

TEST(PairMaintenanceTest, aPairWhoseTargetIsReadyAgainStays)
{
    Stage stage;
    const ClientId id = stage.open();
    order(stage, 0, Duty::closing);
    order(stage, 0, Duty::ready);
    stage.pass(90);
    CPPUNIT_ASSERT(stage.world.has(id));
}

RULE(PairMaintenanceTest, inAPauseClientsWaitForTheirConnection, refusePaused)
{
    Stage stage;
    const ClientId open = stage.open();
    pause(stage, true);
    const ClientId id = join(stage);
    stage.pass(3);
    CPPUNIT_ASSERT(stage.world.has(id) && stage.world.has(open));
    const std::size_t before = stage.world.dialled.size();
    pause(stage, false);
    CPPUNIT_ASSERT_EQUAL(before + 1, stage.world.dialled.size());
    stage.pass(3); // it has all the time to connect again
    CPPUNIT_ASSERT(stage.world.has(id));
    stage.exchange.targetOpened(stage.world.dialled.back(), stage.now);
    stage.pass(90);
    CPPUNIT_ASSERT(stage.world.has(id));
}

TEST(PairMaintenanceTest, theyDoNotWaitForLongerThanForATarget)
{
    Stage stage;
    pause(stage, true);
    const ClientId id = join(stage);
    stage.pass(3);
    CPPUNIT_ASSERT(stage.world.has(id));
    stage.pass(1);
    stage.assertGone(id, CloseReason::paused);
}

TEST(PairMaintenanceTest, anAttemptThatIsUnderWayIsMadeAgainAfterAPause)
{
    Stage stage;
    const ClientId id = join(stage);
    const TargetId old = stage.world.dialled.back();
    pause(stage, true);
    CPPUNIT_ASSERT(!stage.world.has(old));
    CPPUNIT_ASSERT(stage.world.targets.empty());
    pause(stage, false);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, stage.world.targets.size());
    CPPUNIT_ASSERT(stage.world.has(id));
}

TEST(PairMaintenanceTest, aClientMayLeaveWhileItWaits)
{
    Stage stage;
    pause(stage, true);
    const ClientId id = join(stage);
    stage.exchange.clientLost(id, stage.now);
    stage.assertGone(id, CloseReason::clientLost);
}

} // namespace proximux
