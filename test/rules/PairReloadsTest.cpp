#include "rules/Pair.h"

namespace proximux
{

/// A reload changes settings and targets of pairs under way.
class PairReloadsTest : public Pair
{
};

TEST(PairReloadsTest, aDeadlineThatRunsMovesWithItsSetting)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.pass(50);
    PairExchangeSettings s = settings();
    s.inactiveTimeout = Duration::seconds(60);
    stage.exchange.reconfigure(s, stage.now);
    stage.pass(9);
    CPPUNIT_ASSERT(stage.world.has(id));
    stage.pass(1);
    stage.assertGone(id, CloseReason::inactive);
}

TEST(PairReloadsTest, aDeadlineThatWasOffRunsFromTheReload)
{
    PairExchangeSettings s = settings();
    s.inactiveTimeout = Duration::off();
    s.idleTimeout = Duration::off();
    Stage stage(1, s);
    const ClientId id = stage.open();
    stage.pass(1000);
    stage.exchange.reconfigure(settings(), stage.now);
    stage.pass(99);
    CPPUNIT_ASSERT(stage.world.has(id));
    stage.pass(1);
    stage.assertGone(id, CloseReason::inactive);
}

TEST(PairReloadsTest, aPairOfATargetThatIsGoneLastsAsLongAsADrain)
{
    Stage stage(2);
    const ClientId id = stage.open();
    stage.targets.assign({{1}});
    stage.exchange.reconfigure(settings(), stage.now);
    stage.pass(9);
    stage.exchange.reconfigure(settings(), stage.now); // does not begin the time anew
    stage.exchange.request(id, "x", stage.now);
    stage.pass(1);
    stage.assertGone(id, CloseReason::outgoing);
}

TEST(PairReloadsTest, aPairOfATargetThatComesBackStays)
{
    Stage stage(2);
    const ClientId id = stage.open();
    stage.targets.assign({{1}});
    stage.exchange.reconfigure(settings(), stage.now);
    stage.targets.assign({{1}, {0}});
    stage.exchange.reconfigure(settings(), stage.now);
    stage.pass(90);
    CPPUNIT_ASSERT(stage.world.has(id));
}

TEST(PairReloadsTest, whoIsBeingConnectedIsConnectedToAnother)
{
    Stage stage(2);
    const ClientId id = stage.world.addClient();
    stage.exchange.clientOpened(id, stage.now);
    const TargetId old = stage.world.dialled.back();
    stage.targets.assign({{1}});
    stage.exchange.reconfigure(settings(), stage.now);
    CPPUNIT_ASSERT(!stage.world.has(old));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, stage.world.target(stage.world.dialled.back()).index);
    CPPUNIT_ASSERT(stage.world.has(id));
}

} // namespace proximux
