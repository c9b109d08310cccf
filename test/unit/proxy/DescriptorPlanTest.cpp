#include "support/Test.h"

#include <proximux/proxy/DescriptorPlan.h>

namespace proximux
{

class DescriptorPlanTest : public CppUnit::TestCase
{
protected:
    static Configuration with(Mode mode, std::size_t targets, int most = -1)
    {
        Configuration configuration;
        configuration.exchange.mode = mode;
        configuration.targets.resize(targets);
        configuration.local.maxConnections = most;
        return configuration;
    }
};

TEST(DescriptorPlanTest, setsTheTargetConnectionsAside)
{
    const auto one = DescriptorPlan::make(with(Mode::funnel, 1), {200, 10});
    const auto many = DescriptorPlan::make(with(Mode::funnel, 31), {200, 10});
    CPPUNIT_ASSERT_EQUAL(one.clients, many.clients + 30);
    CPPUNIT_ASSERT_EQUAL(std::size_t{200}, 10 + many.setAside + many.clients);
    Configuration threads = with(Mode::funnel, 1);
    threads.io.resolverThreads = 12;
    CPPUNIT_ASSERT_EQUAL(one.clients, DescriptorPlan::make(threads, {200, 10}).clients + 20);
}

TEST(DescriptorPlanTest, setsOneAsideForTheCheckOfEachTarget)
{
    Configuration checked = with(Mode::proxy, 30);
    const auto without = DescriptorPlan::make(checked, {200, 10});
    checked.check.interval = Duration::seconds(1);
    CPPUNIT_ASSERT_EQUAL(without.setAside + 30, DescriptorPlan::make(checked, {200, 10}).setAside);
}

TEST(DescriptorPlanTest, setsOneAsideForEachAddressOnWhichItListens)
{
    Configuration several = with(Mode::proxy, 1);
    several.local.endpoint.host = "127.0.0.1";
    const auto one = DescriptorPlan::make(several, {200, 10});
    several.local.otherHosts = {"::1", "name"}; // which may have two
    CPPUNIT_ASSERT_EQUAL(one.setAside + 3, DescriptorPlan::make(several, {200, 10}).setAside);
}

TEST(DescriptorPlanTest, countsTwoForAPair)
{
    const auto plan = DescriptorPlan::make(with(Mode::proxy, 3), {200, 10});
    CPPUNIT_ASSERT_EQUAL((200 - 10 - plan.setAside) / 2, plan.clients);
}

TEST(DescriptorPlanTest, tellsTheLimitWhereItIsSmallerThanWhatWasAskedFor)
{
    const auto plan = DescriptorPlan::make(with(Mode::proxy, 1), {2000, 10});
    LocalSettings local = Configuration().local;
    for (const int most : {0, -1, 2, static_cast<int>(plan.clients) - 1, static_cast<int>(plan.clients)})
    {
        local.maxConnections = most;
        const bool off = most <= 0;
        CPPUNIT_ASSERT_EQUAL_MESSAGE(std::to_string(most), off && plan.clients < 1000, plan.notice(local).has_value());
    }
    local.maxConnections = static_cast<int>(plan.clients) + 1;
    const std::string told = plan.notice(local).value();
    CPPUNIT_ASSERT_MESSAGE(told, told.find("At most " + std::to_string(plan.clients) + " ") == 0);
    CPPUNIT_ASSERT(told.find("the limit is 2000 descriptors") != std::string::npos);
    local.maxConnections = -1;
    CPPUNIT_ASSERT(!DescriptorPlan::make(with(Mode::fifo, 1), {100000, 10}).notice(local));
    CPPUNIT_ASSERT(DescriptorPlan::make(with(Mode::fifo, 1), {64, 10}).notice(local));
}

TEST(DescriptorPlanTest, leavesOneClientAndSaysWhatIsLacking)
{
    const auto enough = DescriptorPlan::make(with(Mode::funnel, 4), {64, 10});
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, enough.lacking);
    const auto few = DescriptorPlan::make(with(Mode::funnel, 100), {64, 10});
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, few.clients);
    CPPUNIT_ASSERT_EQUAL(10 + few.setAside + 1 - 64, few.lacking);
}

TEST(DescriptorPlanTest, limitsNobodyWhereTheSystemDoesNot)
{
    const auto plan = DescriptorPlan::make(with(Mode::proxy, 1), {0, 10});
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, plan.clients);
    CPPUNIT_ASSERT(!plan.notice(LocalSettings()));
}

} // namespace proximux
