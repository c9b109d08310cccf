#pragma once

#include "simulation/World.h"
#include "support/Test.h"

#include <memory>
#include <string>

namespace proximux
{

/// What the tests of the rules of proxy mode share.
class Pair : public CppUnit::TestCase
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

    static PairExchangeSettings settings()
    {
        PairExchangeSettings s;
        s.connectTimeout = Duration::seconds(4);
        s.inactiveTimeout = Duration::seconds(100);
        s.idleTimeout = Duration::seconds(200);
        s.halfCloseTimeout = Duration::seconds(60);
        return s;
    }

    struct Stage
    {
        explicit Stage(std::size_t count = 1, const PairExchangeSettings& s = settings())
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
            target = world.dialled.back();
            world.target(target).held = false;
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
            const std::size_t left = World::take(world.client(id), n);
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

        World world;
        Targets targets;
        PairPool pool;
        PairExchange exchange;
        Instant now{1000000};
        TargetId target;
    };
};

} // namespace proximux
