#include "unit/config/LoadingFixture.h"

#include <proximux/wire/ProxyHeader.h>

#include <algorithm>

namespace proximux
{

/// The settings of the PROXY protocol.
class ProxyHeaderSettingsTest : public LoadingFixture
{
protected:
    static LoadResult withAll(const Environment& more)
    {
        Environment environment = least();
        environment.insert({"PROXIMUX_EXCHANGE_MODE", "proxy"});
        for (const auto& [name, value] : more)
            environment[name] = value;
        return fromEnvironment(environment);
    }

    static bool isNoticed(const std::string& text, const LoadResult& result)
    {
        return std::any_of(result.notices.begin(), result.notices.end(),
                           [&text](const std::string& each) { return each.find(text) != std::string::npos; });
    }

    static void assertWrong(const std::string& text, const LoadResult& result)
    {
        const std::string mistakes = all(result);
        CPPUNIT_ASSERT_MESSAGE(mistakes, mistakes.find(text) != std::string::npos);
    }
};

TEST(ProxyHeaderSettingsTest, thereAreNoneByDefault)
{
    const Configuration configuration = good(fromEnvironment(least()));
    CPPUNIT_ASSERT(!configuration.local.proxyProtocol);
    CPPUNIT_ASSERT(configuration.local.proxyFrom.empty());
    CPPUNIT_ASSERT(configuration.local.prefaceTimeout == Duration::seconds(5));
    CPPUNIT_ASSERT(configuration.targets[0].proxyProtocol == TargetSettings::ProxyProtocol::off);
}

TEST(ProxyHeaderSettingsTest, clientsMayBeginWithThem)
{
    const Configuration configuration =
        good(withAll({{"PROXIMUX_LOCAL_PROXY_PROTOCOL", "on"}, {"PROXIMUX_LOCAL_PROXY_FROM", "10.0.0.5, ::1"}}));
    CPPUNIT_ASSERT(configuration.local.proxyProtocol);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, configuration.local.proxyFrom.size());
    CPPUNIT_ASSERT(isNoticed("local.proxy_from = 10.0.0.5 (environment PROXIMUX_LOCAL_PROXY_FROM): no effect with "
                             "local.proxy_protocol = off",
                             withAll({{"PROXIMUX_LOCAL_PROXY_FROM", "10.0.0.5"}})));
    assertWrong("PROXIMUX_LOCAL_PROXY_PROTOCOL", withAll({{"PROXIMUX_LOCAL_PROXY_PROTOCOL", "v2"}}));
}

TEST(ProxyHeaderSettingsTest, whoMayNameAnyAddressIsTold)
{
    const auto noticed = [](const std::string& host)
    {
        return isNoticed("can claim any address",
                         withAll({{"PROXIMUX_LOCAL_PROXY_PROTOCOL", "on"}, {"PROXIMUX_LOCAL_HOST", host}}));
    };
    for (const char* open : {"*", "0.0.0.0", "192.0.2.1", "::"})
        CPPUNIT_ASSERT_MESSAGE(open, noticed(open));
    for (const char* closed : {"localhost", "127.0.0.1", "127.0.1.1", "::1"})
        CPPUNIT_ASSERT_MESSAGE(closed, !noticed(closed));
}

TEST(ProxyHeaderSettingsTest, aSharedConnectionHasNoOneClient)
{
    for (const char* mode : {"fifo", "funnel"})
        assertWrong(": a connection that clients share has no one client; expected off, or exchange.mode = proxy",
                    withAll({{"PROXIMUX_EXCHANGE_MODE", mode}, {"PROXIMUX_TARGET_1_PROXY_PROTOCOL", "v2"}}));
    assertWrong("target.1.proxy_protocol = v2 (environment PROXIMUX_TARGET_1_PROXY_PROTOCOL)",
                withAll({{"PROXIMUX_EXCHANGE_MODE", "fifo"}, {"PROXIMUX_TARGET_1_PROXY_PROTOCOL", "v2"}}));
    const Configuration configuration = good(withAll({{"PROXIMUX_TARGET_1_PROXY_PROTOCOL", "v1"}}));
    CPPUNIT_ASSERT(configuration.targets[0].proxyProtocol == TargetSettings::ProxyProtocol::v1);
}

TEST(ProxyHeaderSettingsTest, extensionsHaveNames)
{
    const auto chosen = [](const std::string& names) {
        return withAll({{"PROXIMUX_TARGET_1_PROXY_PROTOCOL", "v2"}, {"PROXIMUX_TARGET_1_PROXY_TLVS", names}});
    };
    CPPUNIT_ASSERT_EQUAL(PROXY_EXTENSIONS[3].bit() | PROXY_EXTENSIONS[4].bit(),
                         good(chosen("unique_id, crc32c")).targets[0].proxyExtensions);
    CPPUNIT_ASSERT_EQUAL(0U, good(chosen("")).targets[0].proxyExtensions);
    assertWrong("netns: unknown; expected authority, alpn, ssl, unique_id, crc32c", chosen("netns"));
    assertWrong("an empty name", chosen("crc32c,"));
    assertWrong("is used with target.N.proxy_protocol = v2 only",
                withAll({{"PROXIMUX_TARGET_1_PROXY_PROTOCOL", "v1"}, {"PROXIMUX_TARGET_1_PROXY_TLVS", "crc32c"}}));
}

} // namespace proximux
