#include "rules/Pair.h"

namespace proximux
{

/// In proxy mode a client has a target connection of its own, and bytes pass as fast as they are read.
class PairBytesTest : public Pair
{
};

TEST(PairBytesTest, holdsTheClientUntilItsTargetIsThere)
{
    Stage stage;
    const ClientId id = stage.world.addClient();
    stage.world.client(id).held = false;
    stage.exchange.clientOpened(id, stage.now);
    CPPUNIT_ASSERT(stage.world.client(id).held);
    stage.exchange.targetOpened(stage.world.dialled.back(), stage.now);
    CPPUNIT_ASSERT(!stage.world.client(id).held);
}

TEST(PairBytesTest, passesBytesBothWays)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.exchange.response(stage.target, "greeting", stage.now);
    stage.exchange.request(id, "hello", stage.now);
    stage.exchange.response(stage.target, ", world", stage.now);
    CPPUNIT_ASSERT_EQUAL(std::string("hello"), stage.world.target(stage.target).sent);
    CPPUNIT_ASSERT_EQUAL(std::string("greeting, world"), stage.world.client(id).sent);
}

TEST(PairBytesTest, triesTheNextTargetForTheSameClient)
{
    Stage stage(3);
    const ClientId id = stage.world.addClient();
    stage.exchange.clientOpened(id, stage.now);
    for (std::size_t i = 0; i < 2; ++i)
    {
        CPPUNIT_ASSERT_EQUAL(i, stage.world.target(stage.world.dialled.back()).index);
        stage.exchange.targetFailed(stage.world.dialled.back(), stage.now);
    }
    stage.exchange.targetOpened(stage.world.dialled.back(), stage.now);
    CPPUNIT_ASSERT(stage.world.has(id) && !stage.world.client(id).held);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, stage.world.targets.size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, stage.world.target(stage.world.dialled.back()).index);
}

TEST(PairBytesTest, closesTheClientWhereNoTargetCanBeHad)
{
    Stage stage(2);
    const ClientId id = stage.world.addClient();
    stage.exchange.clientOpened(id, stage.now);
    stage.exchange.targetFailed(stage.world.dialled.back(), stage.now);
    stage.exchange.targetFailed(stage.world.dialled.back(), stage.now);
    stage.assertGone(id, CloseReason::noTarget);
}

TEST(PairBytesTest, countsAShortageOfOursAgainstNoTarget)
{
    Stage stage(2);
    const ClientId id = stage.world.addClient();
    stage.exchange.clientOpened(id, stage.now);
    stage.exchange.targetUnavailable(stage.world.dialled.back(), stage.now);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, stage.world.target(stage.world.dialled.back()).index);
    stage.exchange.targetUnavailable(stage.world.dialled.back(), stage.now);
    stage.assertGone(id, CloseReason::noTarget);
    for (std::size_t i = 0; i < 2; ++i)
    {
        CPPUNIT_ASSERT(stage.targets.health(i) == Targets::Health::living);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, stage.targets.connections(i));
    }
}

TEST(PairBytesTest, sharesTheConnectTimeAmongTargets)
{
    Stage stage(2);
    const ClientId id = stage.world.addClient();
    stage.exchange.clientOpened(id, stage.now);
    CPPUNIT_ASSERT(stage.world.target(stage.world.dialled.back()).deadline == stage.now + Duration::seconds(2));
    stage.now = stage.now + Duration::seconds(2);
    stage.exchange.targetFailed(stage.world.dialled.back(), stage.now);
    CPPUNIT_ASSERT(stage.world.target(stage.world.dialled.back()).deadline == stage.now + Duration::seconds(2));
    stage.now = stage.now + Duration::seconds(2);
    stage.exchange.targetFailed(stage.world.dialled.back(), stage.now);
    stage.assertGone(id, CloseReason::noTarget);
}

TEST(PairBytesTest, holdsTheTargetWhileBytesWaitForTheClient)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.world.client(id).room = 0;
    stage.exchange.response(stage.target, "0123456789", stage.now);
    CPPUNIT_ASSERT(stage.world.target(stage.target).held);
    stage.clientTakes(id, 4);
    CPPUNIT_ASSERT(stage.world.target(stage.target).held);
    stage.clientTakes(id, 6);
    CPPUNIT_ASSERT(!stage.world.target(stage.target).held);
    CPPUNIT_ASSERT_EQUAL(std::string("0123456789"), stage.world.client(id).sent);
}

TEST(PairBytesTest, holdsTheClientWhileBytesWaitForTheTarget)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.world.target(stage.target).room = 0;
    stage.exchange.request(id, "0123456789", stage.now);
    CPPUNIT_ASSERT(stage.world.client(id).held);
    stage.exchange.targetSent(stage.target, World::take(stage.world.target(stage.target), 10), stage.now);
    CPPUNIT_ASSERT(!stage.world.client(id).held);
}

TEST(PairBytesTest, ignoresIdsOfWhatIsGone)
{
    Stage stage;
    const ClientId id = stage.open();
    const TargetId target = stage.target;
    stage.exchange.clientLost(id, stage.now);
    stage.exchange.request(id, "x", stage.now);
    stage.exchange.response(target, "x", stage.now);
    stage.exchange.clientEnded(id, stage.now);
    stage.exchange.targetEnded(target, stage.now);
    stage.exchange.clientSent(id, 0, stage.now);
    stage.exchange.targetSent(target, 0, stage.now);
    stage.exchange.clientLost(id, stage.now);
    stage.exchange.targetLost(target, stage.now);
    stage.exchange.targetOpened(target, stage.now);
    stage.exchange.targetFailed(target, stage.now);
    stage.exchange.clientFaulted(id, stage.now);
    stage.assertGone(id, CloseReason::clientLost);
}

TEST(PairBytesTest, neverGivesATargetConnectionToAnotherClient)
{
    Stage stage;
    const ClientId a = stage.open();
    const TargetId first = stage.target;
    const ClientId b = stage.open();
    CPPUNIT_ASSERT(first != stage.target);
    stage.exchange.request(a, "from a", stage.now);
    stage.exchange.request(b, "from b", stage.now);
    CPPUNIT_ASSERT_EQUAL(std::string("from a"), stage.world.target(first).sent);
    CPPUNIT_ASSERT_EQUAL(std::string("from b"), stage.world.target(stage.target).sent);
}

} // namespace proximux
