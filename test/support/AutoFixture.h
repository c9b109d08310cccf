#pragma once

#include "support/SharingFixture.h"

#include <proximux/exchange/AutoExchange.h>

namespace proximux
{

/// An AutoExchange in a SharedWorld.
class AutoFixture : public SharingFixture
{
protected:
    void beginAuto(std::size_t connections = 1, const SharedExchangeSettings& common = {})
    {
        automatic.reset();
        Options options;
        options.connections = connections;
        begin(options, true);
        exchange.reset();
        pool.reset();
        const auto claims = std::make_shared<PlaceClaims>(connections);
        const auto make = [this, connections, common, claims](std::string_view name)
        {
            SharedExchangeSettings settings = common;
            settings.fair = connections > 1;
            settings.pipeline = name == "resp" ? 8 : 1;
            SharedPoolSettings places;
            places.targets.assign(connections, 0);
            places.pipeline = settings.pipeline;
            AutoExchange::Tenant made;
            made.pool = std::make_unique<SharedPool>(places, *health, world, claims);
            if (name == "raw")
                made.exchange = std::make_unique<RawExchange>(settings, world, *made.pool);
            else
                made.exchange =
                    std::make_unique<FramedExchange>(settings, world, *made.pool, findProtocol(name)->make({}));
            return made;
        };
        automatic = std::make_unique<AutoExchange>(AutoExchangeSettings{}, world, make);
    }

    ClientId joinAuto()
    {
        const ClientId id = world.addClient();
        automatic->clientOpened(id, now);
        CPPUNIT_ASSERT(!world.client(id).held);
        return id;
    }

    /// Adds a client that sends these bytes.
    ClientId asks(const std::string& bytes)
    {
        const ClientId id = joinAuto();
        automatic->request(id, bytes, now);
        return id;
    }

    /// Opens the one target connection that was requested.
    TargetId openAuto()
    {
        CPPUNIT_ASSERT_EQUAL_MESSAGE("connections that were asked for", std::size_t{1}, world.dialled.size());
        const TargetId id = world.dialled.back();
        world.dialled.clear();
        world.target(id).held = false;
        automatic->targetOpened(id, now);
        return id;
    }

    void tells(TargetId target, const std::string& bytes) { automatic->response(target, bytes, now); }

    void passAuto(Duration time)
    {
        now.us += time.us;
        CPPUNIT_ASSERT_MESSAGE("what is due is not done", automatic->expire(now) > now);
    }

    std::unique_ptr<AutoExchange> automatic;
};

} // namespace proximux
