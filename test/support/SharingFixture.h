#pragma once

#include "simulation/Simulation.h"
#include "support/Test.h"

#include <string>
#include <utility>

namespace proximux
{

/// A Simulation that asserts what is to be expected of each step.
class SharingFixture : public CppUnit::TestCase, protected Simulation
{
protected:
    static constexpr Duration MS = Duration::milliseconds(1);

    using Simulation::Options;

    void beginAuto(std::size_t connections = 1, const MultiplexerSettings& common = {})
    {
        Options options;
        options.protocol = "auto";
        options.connections = connections;
        options.exchange = common;
        options.exchange.pipeline = 8;
        begin(options);
    }

    ClientId join()
    {
        const ClientId id = Simulation::join();
        CPPUNIT_ASSERT(!world.client(id).held);
        return id;
    }

    /// Adds a client that sends these bytes.
    ClientId asks(const std::string& bytes)
    {
        const ClientId id = join();
        says(id, bytes);
        return id;
    }

    /// Opens all requested target connections. Returns the last one.
    TargetId opens()
    {
        CPPUNIT_ASSERT_MESSAGE("no connection was asked for", !world.dialled.empty());
        const auto dialled = std::exchange(world.dialled, {});
        for (const TargetId id : dialled)
            Simulation::opens(id);
        return dialled.back();
    }

    /// Opens the one target connection that was requested.
    TargetId opensOne()
    {
        CPPUNIT_ASSERT_EQUAL_MESSAGE("connections that were asked for", std::size_t{1}, world.dialled.size());
        return opens();
    }

    void answers(TargetId target, const std::string& bytes)
    {
        CPPUNIT_ASSERT_MESSAGE("a held target is read", !world.target(target).held);
        Simulation::answers(target, bytes);
    }

    /// What is due at the end of that time is done then.
    void passes(Duration time)
    {
        const Instant next = pass(time);
        CPPUNIT_ASSERT_MESSAGE("what is due is not done", next > now);
    }

    void assertClosed(ClientId client, CloseReason reason, How how)
    {
        CPPUNIT_ASSERT_MESSAGE("the client is still there", !world.has(client));
        assertClosed(world.closedClients.at(client.slot), reason, how);
    }

    void assertClosed(TargetId target, CloseReason reason, How how)
    {
        CPPUNIT_ASSERT_MESSAGE("the target connection is still there", !world.has(target));
        assertClosed(world.closedTargets.at(target.slot), reason, how);
    }

private:
    static void assertClosed(const World::Closed& closed, CloseReason reason, How how)
    {
        CPPUNIT_ASSERT_EQUAL(std::string(toString(reason)), std::string(toString(closed.reason)));
        CPPUNIT_ASSERT(closed.how == how);
    }
};

} // namespace proximux
