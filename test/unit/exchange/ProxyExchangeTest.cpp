#include "support/ExchangeWorld.h"
#include "support/Test.h"

#include <memory>
#include <string>

namespace proximux
{

class ProxyExchangeTest : public CppUnit::TestCase
{
protected:
    /// At rest when told so.
    class FakeWatcher : public Watcher
    {
    public:
        explicit FakeWatcher(const bool& rests)
            : _rests(rests)
        {
        }
        void fromClient(Bytes, Instant) override {}
        void fromTarget(Bytes, Instant) override {}
        void ended(Instant) override {}
        [[nodiscard]] bool isAtRest() const override { return _rests; }

    private:
        const bool& _rests;
    };

    static ProxyExchangeSettings settings()
    {
        ProxyExchangeSettings s;
        s.connectTimeout = Duration::seconds(4);
        s.inactiveTimeout = Duration::seconds(100);
        s.idleTimeout = Duration::seconds(200);
        s.halfCloseTimeout = Duration::seconds(60);
        return s;
    }

    struct Stage
    {
        explicit Stage(std::size_t count = 1, const ProxyExchangeSettings& s = settings())
            : targets(count, {Duration::milliseconds(100), Duration::seconds(1)}, 1)
            , pool(targets, world)
            , exchange(s, world, pool)
        {
        }

        ~Stage() { exchange.closeAll(CloseReason::stopped, now); }

        ClientId open()
        {
            const ClientId id = world.addClient();
            exchange.clientOpened(id, now);
            target = world.dialled;
            exchange.targetOpened(target, now);
            return id;
        }

        void pass(std::int64_t seconds)
        {
            now = now + Duration::seconds(seconds);
            exchange.expire(now);
        }

        void clientTakes(ClientId id, std::size_t n)
        {
            const std::size_t left = ExchangeWorld::take(world.client(id), n);
            exchange.clientSent(id, left, now);
        }

        void assertGone(ClientId id, CloseReason reason)
        {
            CPPUNIT_ASSERT(!world.has(id));
            CPPUNIT_ASSERT_EQUAL(std::string(toString(reason)),
                                 std::string(toString(world.closedClients.at(id.slot).reason)));
            CPPUNIT_ASSERT(world.targets.empty());
            CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange.size());
            CPPUNIT_ASSERT_EQUAL(std::size_t{0}, pool.size());
            for (std::size_t i = 0; i < targets.count(); ++i)
                CPPUNIT_ASSERT_EQUAL(std::size_t{0}, targets.connections(i));
            CPPUNIT_ASSERT(exchange.expire(now) == Instant::never());
        }

        ExchangeWorld world;
        Targets targets;
        PairPool pool;
        ProxyExchange exchange;
        Instant now{1000000};
        TargetId target;
    };
};

TEST(ProxyExchangeTest, holdsTheClientUntilItsTargetIsThere)
{
    Stage stage;
    const ClientId id = stage.world.addClient();
    stage.exchange.clientOpened(id, stage.now);
    CPPUNIT_ASSERT(stage.world.client(id).held);
    stage.exchange.targetOpened(stage.world.dialled, stage.now);
    CPPUNIT_ASSERT(!stage.world.client(id).held);
}

TEST(ProxyExchangeTest, passesBytesBothWays)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.exchange.response(stage.target, "greeting", stage.now);
    stage.exchange.request(id, "hello", stage.now);
    stage.exchange.response(stage.target, ", world", stage.now);
    CPPUNIT_ASSERT_EQUAL(std::string("hello"), stage.world.target(stage.target).sent);
    CPPUNIT_ASSERT_EQUAL(std::string("greeting, world"), stage.world.client(id).sent);
}

TEST(ProxyExchangeTest, triesTheNextTargetForTheSameClient)
{
    Stage stage(3);
    const ClientId id = stage.world.addClient();
    stage.exchange.clientOpened(id, stage.now);
    for (std::size_t i = 0; i < 2; ++i)
    {
        CPPUNIT_ASSERT_EQUAL(i, stage.world.target(stage.world.dialled).index);
        stage.exchange.targetFailed(stage.world.dialled, stage.now);
    }
    stage.exchange.targetOpened(stage.world.dialled, stage.now);
    CPPUNIT_ASSERT(stage.world.has(id) && !stage.world.client(id).held);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, stage.world.targets.size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, stage.world.target(stage.world.dialled).index);
}

TEST(ProxyExchangeTest, closesTheClientWhereNoTargetCanBeHad)
{
    Stage stage(2);
    const ClientId id = stage.world.addClient();
    stage.exchange.clientOpened(id, stage.now);
    stage.exchange.targetFailed(stage.world.dialled, stage.now);
    stage.exchange.targetFailed(stage.world.dialled, stage.now);
    stage.assertGone(id, CloseReason::noTarget);
}

TEST(ProxyExchangeTest, countsAShortageOfOursAgainstNoTarget)
{
    Stage stage(2);
    const ClientId id = stage.world.addClient();
    stage.exchange.clientOpened(id, stage.now);
    stage.exchange.targetUnavailable(stage.world.dialled, stage.now);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, stage.world.target(stage.world.dialled).index);
    stage.exchange.targetUnavailable(stage.world.dialled, stage.now);
    stage.assertGone(id, CloseReason::noTarget);
    for (std::size_t i = 0; i < 2; ++i)
    {
        CPPUNIT_ASSERT(stage.targets.health(i) == Targets::Health::living);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, stage.targets.connections(i));
    }
}

TEST(ProxyExchangeTest, sharesTheConnectTimeAmongTargets)
{
    Stage stage(2);
    const ClientId id = stage.world.addClient();
    stage.exchange.clientOpened(id, stage.now);
    CPPUNIT_ASSERT(stage.world.target(stage.world.dialled).deadline == stage.now + Duration::seconds(2));
    stage.now = stage.now + Duration::seconds(2);
    stage.exchange.targetFailed(stage.world.dialled, stage.now);
    CPPUNIT_ASSERT(stage.world.target(stage.world.dialled).deadline == stage.now + Duration::seconds(2));
    stage.now = stage.now + Duration::seconds(2);
    stage.exchange.targetFailed(stage.world.dialled, stage.now);
    stage.assertGone(id, CloseReason::noTarget);
}

TEST(ProxyExchangeTest, holdsTheTargetWhileBytesWaitForTheClient)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.world.client(id).takes = false;
    stage.exchange.response(stage.target, "0123456789", stage.now);
    CPPUNIT_ASSERT(stage.world.target(stage.target).held);
    stage.clientTakes(id, 4);
    CPPUNIT_ASSERT(stage.world.target(stage.target).held);
    stage.clientTakes(id, 6);
    CPPUNIT_ASSERT(!stage.world.target(stage.target).held);
    CPPUNIT_ASSERT_EQUAL(std::string("0123456789"), stage.world.client(id).sent);
}

TEST(ProxyExchangeTest, holdsTheClientWhileBytesWaitForTheTarget)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.world.target(stage.target).takes = false;
    stage.exchange.request(id, "0123456789", stage.now);
    CPPUNIT_ASSERT(stage.world.client(id).held);
    stage.exchange.targetSent(stage.target, ExchangeWorld::take(stage.world.target(stage.target), 10), stage.now);
    CPPUNIT_ASSERT(!stage.world.client(id).held);
}

TEST(ProxyExchangeTest, halfClosesFromTheClientFirst)
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

TEST(ProxyExchangeTest, halfClosesFromTheTargetFirst)
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

TEST(ProxyExchangeTest, endsOnlyWhenAllWasSent)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.world.client(id).takes = false;
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

TEST(ProxyExchangeTest, aLostClientResetsItsTarget)
{
    for (const bool opened : {false, true})
    {
        Stage stage;
        const ClientId id = stage.world.addClient();
        stage.exchange.clientOpened(id, stage.now);
        if (opened)
            stage.exchange.targetOpened(stage.world.dialled, stage.now);
        const TargetId target = stage.world.dialled;
        stage.exchange.clientLost(id, stage.now);
        stage.assertGone(id, CloseReason::clientLost);
        CPPUNIT_ASSERT(stage.world.closedTargets.at(target.slot).how == How::abort);
    }
}

TEST(ProxyExchangeTest, aLostTargetsLastBytesReachTheClient)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.world.client(id).takes = false;
    stage.exchange.response(stage.target, "last words", stage.now);
    stage.exchange.targetLost(stage.target, stage.now);
    CPPUNIT_ASSERT(stage.world.has(id) && stage.world.targets.empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, stage.targets.connections(0));
    stage.clientTakes(id, 10);
    CPPUNIT_ASSERT(stage.world.client(id).finArrived);
    stage.exchange.clientEnded(id, stage.now);
    stage.assertGone(id, CloseReason::ended);
}

TEST(ProxyExchangeTest, whatAClientSendsToALostTargetIsThrownAway)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.world.target(stage.target).takes = false;
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

TEST(ProxyExchangeTest, aLostTargetAfterTheClientsFinEndsThePair)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.exchange.clientEnded(id, stage.now);
    stage.exchange.targetLost(stage.target, stage.now);
    stage.assertGone(id, CloseReason::ended);
}

TEST(ProxyExchangeTest, closesAfterInactivity)
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

TEST(ProxyExchangeTest, inactivityIsNotCountedWhileTheTargetIsHeld)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.world.client(id).takes = false;
    stage.exchange.response(stage.target, "x", stage.now);
    stage.pass(150);
    CPPUNIT_ASSERT(stage.world.has(id));
    stage.pass(50); // but a client that takes nothing is idle
    stage.assertGone(id, CloseReason::idle);
}

TEST(ProxyExchangeTest, idlenessIsNotCountedWhileTheClientIsHeld)
{
    ProxyExchangeSettings s = settings();
    s.idleTimeout = Duration::seconds(50);
    Stage stage(1, s);
    const ClientId id = stage.open();
    stage.world.target(stage.target).takes = false;
    stage.exchange.request(id, "x", stage.now);
    stage.pass(99);
    CPPUNIT_ASSERT(stage.world.has(id));
    stage.pass(1);
    stage.assertGone(id, CloseReason::inactive);
}

TEST(ProxyExchangeTest, closesAHalfClosedPairThatIsSilent)
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

TEST(ProxyExchangeTest, bytesPutTheHalfCloseTimeoutOff)
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

TEST(ProxyExchangeTest, drainsAWatchedPairAtRest)
{
    Stage stage;
    const bool rests = true;
    stage.world.makeWatcher = [&rests] { return std::make_unique<FakeWatcher>(rests); };
    const ClientId id = stage.open();
    stage.exchange.drain(stage.now);
    stage.assertGone(id, CloseReason::drained);
}

TEST(ProxyExchangeTest, drainsAWatchedPairWhenItsResponseIsThrough)
{
    Stage stage;
    bool rests = false;
    stage.world.makeWatcher = [&rests] { return std::make_unique<FakeWatcher>(rests); };
    const ClientId id = stage.open();
    stage.exchange.drain(stage.now);
    CPPUNIT_ASSERT(stage.world.has(id));
    stage.world.client(id).takes = false;
    rests = true;
    stage.exchange.response(stage.target, "the end", stage.now);
    CPPUNIT_ASSERT(stage.world.has(id));
    stage.clientTakes(id, 7);
    stage.assertGone(id, CloseReason::drained);
}

TEST(ProxyExchangeTest, drainLeavesOtherPairsAlone)
{
    Stage stage;
    const ClientId id = stage.open();
    stage.exchange.drain(stage.now);
    stage.exchange.request(id, "x", stage.now);
    stage.exchange.response(stage.target, "y", stage.now);
    CPPUNIT_ASSERT(stage.world.has(id));
}

TEST(ProxyExchangeTest, closesAllAtOnce)
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

TEST(ProxyExchangeTest, aFaultCostsItsPairAlone)
{
    Stage stage;
    const ClientId a = stage.open();
    const ClientId b = stage.open();
    stage.exchange.targetFaulted(stage.target, stage.now);
    CPPUNIT_ASSERT(stage.world.has(a) && !stage.world.has(b));
    stage.exchange.clientFaulted(a, stage.now);
    stage.assertGone(a, CloseReason::fault);
}

TEST(ProxyExchangeTest, ignoresIdsOfWhatIsGone)
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

TEST(ProxyExchangeTest, neverGivesATargetConnectionToAnotherClient)
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
