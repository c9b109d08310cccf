#include "rules/Pair.h"

namespace proximux
{

/// A pair that is silent for too long is closed, and one at rest when the program drains.
class PairDeadlinesTest : public Pair
{
};

TEST(PairDeadlinesTest, closesAfterInactivity)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.pass(99);
    stage.exchange.request(id, "x", stage.now);
    stage.pass(99);
    stage.exchange.response(stage.target, "x", stage.now);
    stage.pass(99);
    CPPUNIT_ASSERT(stage.world.has(id));
    stage.pass(1);
    stage.assertGone(id, CloseReason::inactive);
}

TEST(PairDeadlinesTest, inactivityIsNotCountedWhileTheTargetIsHeld)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.world.client(id).room = 0;
    stage.exchange.response(stage.target, "x", stage.now);
    stage.pass(150);
    CPPUNIT_ASSERT(stage.world.has(id));
    stage.pass(50); // but a client that takes nothing is idle
    stage.assertGone(id, CloseReason::idle);
}

TEST(PairDeadlinesTest, idlenessIsNotCountedWhileTheClientIsHeld)
{
    PairExchangeSettings s = settings();
    s.idleTimeout = Duration::seconds(50);
    Stage stage(1, s);
    const ClientId id = stage.open();
    stage.world.target(stage.target).room = 0;
    stage.exchange.request(id, "x", stage.now);
    stage.pass(99);
    CPPUNIT_ASSERT(stage.world.has(id));
    stage.pass(1);
    stage.assertGone(id, CloseReason::inactive);
}

TEST(PairDeadlinesTest, closesAHalfClosedPairThatIsSilent)
{
    for (const bool clientFirst : {true, false})
    {
        Stage stage;
        const ClientId id = stage.open();
        if (clientFirst)
            stage.exchange.clientEnded(id, stage.now);
        else
            stage.exchange.targetEnded(stage.target, stage.now);
        stage.pass(59);
        CPPUNIT_ASSERT(stage.world.has(id));
        stage.pass(1);
        stage.assertGone(id, CloseReason::halfCloseTimeout);
    }
}

TEST(PairDeadlinesTest, bytesPutTheHalfCloseTimeoutOff)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.exchange.clientEnded(id, stage.now);
    for (int i = 0; i < 5; ++i)
    {
        stage.pass(59);
        stage.exchange.response(stage.target, "x", stage.now);
    }
    CPPUNIT_ASSERT(stage.world.has(id));
}

TEST(PairDeadlinesTest, drainsAWatchedPairAtRest)
{
    Stage stage;
    const bool rests = true;
    stage.world.makeWatcher = [&rests] { return std::make_unique<FakeWatcher>(rests); };
    const ClientId id = stage.open();
    stage.exchange.drain(stage.now);
    stage.assertGone(id, CloseReason::drained);
}

TEST(PairDeadlinesTest, drainsAWatchedPairWhenItsResponseIsThrough)
{
    Stage stage;
    bool rests = false;
    stage.world.makeWatcher = [&rests] { return std::make_unique<FakeWatcher>(rests); };
    const ClientId id = stage.open();
    stage.exchange.drain(stage.now);
    CPPUNIT_ASSERT(stage.world.has(id));
    stage.world.client(id).room = 0;
    rests = true;
    stage.exchange.response(stage.target, "the end", stage.now);
    CPPUNIT_ASSERT(stage.world.has(id));
    stage.clientTakes(id, 7);
    stage.assertGone(id, CloseReason::drained);
}

TEST(PairDeadlinesTest, drainLeavesOtherPairsAlone)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.exchange.drain(stage.now);
    stage.exchange.request(id, "x", stage.now);
    stage.exchange.response(stage.target, "y", stage.now);
    CPPUNIT_ASSERT(stage.world.has(id));
}

} // namespace proximux
