#include "unit/config/LoadingFixture.h"

namespace proximux
{

/// The settings of health checks.
class CheckSettingsTest : public LoadingFixture
{
protected:
    static LoadResult withAll(const Environment& more)
    {
        Environment environment = least();
        environment.insert(more.begin(), more.end());
        return fromEnvironment(environment);
    }
};

TEST(CheckSettingsTest, thereAreNoneByDefault)
{
    const CheckSettings check = good(fromEnvironment(least())).check;
    CPPUNIT_ASSERT(!check.isOn());
    CPPUNIT_ASSERT(check.kind == CheckSettings::Kind::automatic);
    CPPUNIT_ASSERT(check.timeout == Duration::seconds(2));
    CPPUNIT_ASSERT_EQUAL(3U, check.fall);
    CPPUNIT_ASSERT_EQUAL(2U, check.rise);
    CPPUNIT_ASSERT(!check.downInterval);
    CPPUNIT_ASSERT(check.lazy);
}

TEST(CheckSettingsTest, anIntervalBeginsThem)
{
    CPPUNIT_ASSERT(good(with("PROXIMUX_CHECK_INTERVAL", "2s")).check.interval == Duration::seconds(2));
    CPPUNIT_ASSERT(!good(with("PROXIMUX_CHECK_INTERVAL", "0")).check.isOn());
    CPPUNIT_ASSERT(good(with("PROXIMUX_CHECK_DOWN_INTERVAL", "30s")).check.downInterval == Duration::seconds(30));
    for (const auto& [name, wrong] : {std::pair("INTERVAL", "9ms"), std::pair("TIMEOUT", "0"), std::pair("FALL", "0"),
                                      std::pair("RISE", "0"), std::pair("KIND", "ping")})
        CPPUNIT_ASSERT(!all(with(std::string("PROXIMUX_CHECK_") + name, wrong)).empty());
}

TEST(CheckSettingsTest, aRequestMustBeKnown)
{
    const Environment protocol{{"PROXIMUX_CHECK_KIND", "protocol"}, {"PROXIMUX_EXCHANGE_MODE", "fifo"}};
    for (const char* known : {"resp", "modbus", "http", "dns"})
    {
        Environment asked = protocol;
        asked["PROXIMUX_EXCHANGE_PROTOCOL"] = known;
        CPPUNIT_ASSERT(good(withAll(asked)).check.kind == CheckSettings::Kind::protocol);
    }
    for (const char* unknown : {"line", "raw", "auto"})
    {
        Environment asked = protocol;
        asked["PROXIMUX_EXCHANGE_PROTOCOL"] = unknown;
        const std::string text = all(withAll(asked));
        CPPUNIT_ASSERT_MESSAGE(
            text, text.find("check.kind = protocol (environment PROXIMUX_CHECK_KIND): no harmless request is "
                            "known with exchange.protocol = ") != std::string::npos);
    }
}

} // namespace proximux
