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

    /// check.kind = exchange, with this request.
    static LoadResult asking(const std::string& mode, const std::string& protocol, const std::string& request,
                             const std::string& expect = "x")
    {
        return withAll({{"PROXIMUX_CHECK_KIND", "exchange"},
                        {"PROXIMUX_EXCHANGE_MODE", mode},
                        {"PROXIMUX_EXCHANGE_PROTOCOL", protocol},
                        {"PROXIMUX_CHECK_REQUEST", request},
                        {"PROXIMUX_CHECK_EXPECT", expect}});
    }

    static void assertWrong(const std::string& text, const LoadResult& result)
    {
        const std::string mistakes = all(result);
        CPPUNIT_ASSERT_MESSAGE(mistakes, mistakes.find(text) != std::string::npos);
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

TEST(CheckSettingsTest, aRequestOfOnesOwnIsOneThatAnyConnectionMayCarry)
{
    for (const auto& [protocol, request] :
         {std::pair("line", "*IDN?\\n"), std::pair("resp", "EXISTS k\\r\\n"), std::pair("memcached", "version\\r\\n"),
          std::pair("http", "GET /health HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n"),
          std::pair("modbus", "\\0\\x01\\0\\0\\0\\x06\\x01\\x03\\0\\0\\0\\x01")})
        for (const char* mode : {"fifo", "funnel"})
            CPPUNIT_ASSERT(good(asking(mode, protocol, request)).check.kind == CheckSettings::Kind::exchange);
    CPPUNIT_ASSERT_EQUAL(std::string("*IDN?\n"), good(asking("fifo", "line", "*IDN?\\n")).check.request);
    for (const auto& [protocol, request] : {std::pair("line", "*IDN?"), std::pair("line", "a\\nb\\n"),
                                            std::pair("resp", "*1\\r\\n"), std::pair("modbus", "hello")})
        assertWrong("check.request = " + std::string(request) +
                        " (environment PROXIMUX_CHECK_REQUEST): expected one whole request of the protocol",
                    asking("fifo", protocol, request));
    for (const char* request : {"MULTI\\r\\n", "QUIT\\r\\n", "SUBSCRIBE a\\r\\n", "AUTH x\\r\\n", "BLPOP a 0\\r\\n"})
        assertWrong("expected a request that any connection may carry at any time", asking("fifo", "resp", request));
}

TEST(CheckSettingsTest, aConnectionOfItsOwnMaySayAnything)
{
    CPPUNIT_ASSERT_EQUAL(std::string("QUIT\r\n"), good(asking("proxy", "auto", "QUIT\\r\\n", "220 ")).check.request);
    CPPUNIT_ASSERT_EQUAL(std::string("220 "), good(asking("fifo", "raw", "", "220 ")).check.expect);
    CPPUNIT_ASSERT_EQUAL(std::string("220 "), good(asking("fifo", "line", "", "220 ")).check.expect);
}

TEST(CheckSettingsTest, aRequestOfOnesOwnIsComplete)
{
    assertWrong("needs check.request, check.expect or both", asking("proxy", "auto", "", ""));
    assertWrong("check.request = a (environment PROXIMUX_CHECK_REQUEST): is used with check.kind = exchange only",
                with("PROXIMUX_CHECK_REQUEST", "a"));
    assertWrong("check.expect = a (environment PROXIMUX_CHECK_EXPECT): is used with check.kind = exchange only",
                with("PROXIMUX_CHECK_EXPECT", "a"));
    assertWrong("is not possible with exchange.modbus_target", withAll({{"PROXIMUX_CHECK_KIND", "exchange"},
                                                                        {"PROXIMUX_CHECK_REQUEST", "a"},
                                                                        {"PROXIMUX_EXCHANGE_MODE", "fifo"},
                                                                        {"PROXIMUX_EXCHANGE_PROTOCOL", "modbus"},
                                                                        {"PROXIMUX_EXCHANGE_MODBUS_TARGET", "rtu"}}));
}

} // namespace proximux
