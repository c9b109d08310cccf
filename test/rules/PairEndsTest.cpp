#include "rules/Pair.h"

namespace proximux
{

/// A pair ends when both sides have sent FIN and everything was passed on.
class PairEndsTest : public Pair
{
};

TEST(PairEndsTest, halfClosesFromTheClientFirst)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.exchange.clientEnded(id, stage.now);
    CPPUNIT_ASSERT(stage.world.target(stage.target).fin && !stage.world.client(id).fin);
    stage.exchange.response(stage.target, "late", stage.now);
    CPPUNIT_ASSERT_EQUAL(std::string("late"), stage.world.client(id).sent);
    stage.exchange.targetEnded(stage.target, stage.now);
    stage.assertGone(id, CloseReason::ended);
    CPPUNIT_ASSERT(stage.world.closedClients.at(id.slot).how == How::finish);
}

TEST(PairEndsTest, halfClosesFromTheTargetFirst)
{
    Stage stage;
    const ClientId id = stage.open();
    const TargetId target = stage.target;
    stage.exchange.targetEnded(target, stage.now);
    CPPUNIT_ASSERT(stage.world.client(id).fin && !stage.world.target(target).fin);
    stage.exchange.request(id, "late", stage.now);
    CPPUNIT_ASSERT_EQUAL(std::string("late"), stage.world.target(target).sent);
    stage.exchange.clientEnded(id, stage.now);
    stage.assertGone(id, CloseReason::ended);
    CPPUNIT_ASSERT_EQUAL(std::string("late"), stage.world.closedTargets.at(target.slot).last.sent);
}

TEST(PairEndsTest, endsOnlyWhenAllWasSent)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.world.client(id).room = 0;
    stage.exchange.response(stage.target, "tail", stage.now);
    stage.exchange.clientEnded(id, stage.now);
    stage.exchange.targetEnded(stage.target, stage.now);
    CPPUNIT_ASSERT(stage.world.has(id));
    stage.clientTakes(id, 2);
    CPPUNIT_ASSERT(stage.world.has(id));
    stage.clientTakes(id, 2);
    stage.assertGone(id, CloseReason::ended);
    CPPUNIT_ASSERT_EQUAL(std::string("tail"), stage.world.closedClients.at(id.slot).last.sent);
}

TEST(PairEndsTest, aLostClientResetsItsTarget)
{
    for (const bool opened : {false, true})
    {
        Stage stage;
        const ClientId id = stage.world.addClient();
        stage.exchange.clientOpened(id, stage.now);
        if (opened)
            stage.exchange.targetOpened(stage.world.dialled.back(), stage.now);
        const TargetId target = stage.world.dialled.back();
        stage.exchange.clientLost(id, stage.now);
        stage.assertGone(id, CloseReason::clientLost);
        CPPUNIT_ASSERT(stage.world.closedTargets.at(target.slot).how == How::abort);
    }
}

TEST(PairEndsTest, aLostTargetsLastBytesReachTheClient)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.world.client(id).room = 0;
    stage.exchange.response(stage.target, "last words", stage.now);
    stage.exchange.targetLost(stage.target, stage.now);
    CPPUNIT_ASSERT(stage.world.has(id) && stage.world.targets.empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, stage.targets.connections(0));
    stage.clientTakes(id, 10);
    CPPUNIT_ASSERT(stage.world.client(id).hasGotAll());
    stage.exchange.clientEnded(id, stage.now);
    stage.assertGone(id, CloseReason::ended);
}

TEST(PairEndsTest, whatAClientSendsToALostTargetIsThrownAway)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.world.target(stage.target).room = 0;
    stage.exchange.request(id, "unsent", stage.now);
    CPPUNIT_ASSERT(stage.world.client(id).held);
    stage.exchange.targetLost(stage.target, stage.now);
    CPPUNIT_ASSERT(!stage.world.client(id).held);
    stage.exchange.request(id, "more", stage.now);
    CPPUNIT_ASSERT(stage.world.has(id));
    for (int i = 0; i < 7; ++i) // nor does it keep the pair alive
    {
        stage.pass(9);
        stage.exchange.request(id, "more", stage.now);
    }
    stage.assertGone(id, CloseReason::halfCloseTimeout);
}

TEST(PairEndsTest, aLostTargetAfterTheClientsFinEndsThePair)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.exchange.clientEnded(id, stage.now);
    stage.exchange.targetLost(stage.target, stage.now);
    stage.assertGone(id, CloseReason::ended);
}

TEST(PairEndsTest, closesAllAtOnce)
{
    Stage stage(2);
    const ClientId a = stage.open();
    const ClientId b = stage.open();
    const ClientId c = stage.world.addClient();
    stage.exchange.clientOpened(c, stage.now);
    stage.exchange.closeAll(CloseReason::stopped, stage.now);
    for (const ClientId id : {a, b, c})
        stage.assertGone(id, CloseReason::stopped);
}

TEST(PairEndsTest, aFaultCostsItsPairAlone)
{
    Stage stage;
    const ClientId a = stage.open();
    const ClientId b = stage.open();
    stage.exchange.targetFaulted(stage.target, stage.now);
    CPPUNIT_ASSERT(stage.world.has(a) && !stage.world.has(b));
    stage.exchange.clientFaulted(a, stage.now);
    stage.assertGone(a, CloseReason::fault);
}

} // namespace proximux
