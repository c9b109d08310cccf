#pragma once

#include "support/SharedWorld.h"
#include "support/Test.h"

#include <proximux/exchange/mux/FramedExchange.h>
#include <proximux/exchange/mux/RawExchange.h>
#include <proximux/protocol/Registry.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

/// A fifo or funnel exchange with its pool in a SharedWorld, and a clock that changes only when the test sets it.
class SharingFixture : public CppUnit::TestCase
{
protected:
    static constexpr Duration MS = Duration::milliseconds(1);

    struct Options
    {
        std::size_t connections = 1;
        std::size_t targets = 1;
        bool anyTarget = false; ///< one connection to the first target that is alive
        SharedExchangeSettings exchange;
        std::string protocol = "line";
        Framing framing;
    };

    void begin(const Options& options, bool raw)
    {
        now = Instant{1000000};
        exchange.reset();
        pool.reset();
        world = SharedWorld();
        health = std::make_unique<Targets>(options.targets, Backoff{MS, Duration::seconds(1)}, 1);
        SharedPoolSettings places;
        for (std::size_t i = 0; i < options.connections; ++i)
            places.targets.push_back(options.anyTarget ? SharedPoolSettings::ANY : i % options.targets);
        places.pipeline = options.exchange.pipeline;
        pool = std::make_unique<SharedPool>(places, *health, world);
        SharedExchangeSettings settings = options.exchange;
        settings.fair = options.connections > 1;
        if (raw)
        {
            exchange = std::make_unique<RawExchange>(settings, world, *pool);
            return;
        }
        Framing framing = options.framing;
        framing.maxMessage = 10000;
        const std::shared_ptr<Protocol> protocol = findProtocol(options.protocol)->make(framing);
        settings.requestId = protocol->requestId();
        settings.responseId = protocol->responseId();
        exchange = std::make_unique<FramedExchange>(settings, world, *pool, protocol);
    }

    ClientId join()
    {
        const ClientId id = world.addClient();
        exchange->clientOpened(id, now);
        CPPUNIT_ASSERT(!world.client(id).held);
        return id;
    }

    void says(ClientId client, const std::string& bytes) { exchange->request(client, bytes, now); }

    /// Opens all requested target connections. Returns the last one.
    TargetId opens()
    {
        CPPUNIT_ASSERT_MESSAGE("no connection was asked for", !world.dialled.empty());
        const auto dialled = std::exchange(world.dialled, {});
        for (const TargetId id : dialled)
        {
            world.target(id).held = false;
            exchange->targetOpened(id, now);
        }
        return dialled.back();
    }

    void answers(TargetId target, const std::string& bytes)
    {
        CPPUNIT_ASSERT_MESSAGE("a held target is read", !world.target(target).held);
        exchange->response(target, bytes, now);
    }

    /// The bytes that the peer received since the last call.
    std::string got(ClientId client) { return std::exchange(world.client(client).sent, std::string()); }
    std::string got(TargetId target) { return std::exchange(world.target(target).sent, std::string()); }

    Instant pass(Duration time)
    {
        now.us += time.us;
        return exchange->expire(now);
    }

    void assertClosed(ClientId client, CloseReason reason, How how)
    {
        CPPUNIT_ASSERT_MESSAGE("the client is still there", !world.has(client));
        const auto& closed = world.closedClients.at(client.slot);
        CPPUNIT_ASSERT_EQUAL(std::string(toString(reason)), std::string(toString(closed.reason)));
        CPPUNIT_ASSERT(closed.how == how);
    }

    void assertClosed(TargetId target, CloseReason reason, How how)
    {
        CPPUNIT_ASSERT_MESSAGE("the target connection is still there", !world.has(target));
        const auto& closed = world.closedTargets.at(target.slot);
        CPPUNIT_ASSERT_EQUAL(std::string(toString(reason)), std::string(toString(closed.reason)));
        CPPUNIT_ASSERT(closed.how == how);
    }

    Instant now;
    SharedWorld world;
    std::unique_ptr<Targets> health;
    std::unique_ptr<SharedPool> pool;
    std::unique_ptr<SharedExchange> exchange;
};

} // namespace proximux
