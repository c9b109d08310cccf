#include "unit/config/LoadingFixture.h"

namespace proximux
{

/// Where values come from, and which of them is in force.
class ConfigurationLoaderTest : public LoadingFixture
{
};

TEST(ConfigurationLoaderTest, takesEveryNameOfTheOriginalFromTheEnvironment)
{
    const LoadResult result = fromEnvironment({{"LOG_LEVEL", "3"},
                                               {"LOCAL_HOST", "::1"},
                                               {"LOCAL_PORT", "0"},
                                               {"LOCAL_IPV6_ONLY", "1"},
                                               {"LOCAL_MAX_CONNECTIONS", "2"},
                                               {"EXCHANGE_FUNNEL_ASYNC", "1"},
                                               {"PROXY_INACTIVE_TIMEOUT", "400"},
                                               {"PROXY_CONNECTIONS_CNT", "2"},
                                               {"TARGET_HOST_1", "a"},
                                               {"TARGET_PORT_1", "1"},
                                               {"TARGET_CONN_1_KEEP_ALIVE", "1"},
                                               {"TARGET_HOST_2", "b"},
                                               {"TARGET_PORT_2", "2"}});
    const Configuration& c = good(result);
    CPPUNIT_ASSERT_EQUAL(3, c.log.level);
    CPPUNIT_ASSERT(c.local.endpoint == (Endpoint{"::1", 0}));
    CPPUNIT_ASSERT(c.local.ipv6Only && c.exchange.funnelAsync);
    CPPUNIT_ASSERT_EQUAL(2, c.local.maxConnections);
    CPPUNIT_ASSERT(c.pool.inactiveTimeout == Duration::milliseconds(400));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, c.targets.size());
    CPPUNIT_ASSERT(c.targets[0].socket.keepAlive == KeepAlive::ofTheSystem());
    CPPUNIT_ASSERT(c.targets[1].socket.keepAlive == KeepAlive{});
    CPPUNIT_ASSERT(c.targets[1].endpoint == (Endpoint{"b", 2}));
}

TEST(ConfigurationLoaderTest, takesEveryNameOfTheOriginalFromJson)
{
    const LoadResult result = fromFile(".json", R"({"logLevel": 1, "localServerHost": "127.0.0.1",
            "localServerPort": 3307, "localServerIpv6Only": 0, "localServerMaxConnections": 1, "exchangeFunnelAsync": 0,
            "proxyInactivityTimeout": -1, "proxyConnectionsCount": 1, "warmup": false,
            "targetServers": [{"host": "db", "port": 3306, "keepAlive": 1}]})");
    const Configuration& c = good(result);
    CPPUNIT_ASSERT_EQUAL(1, c.log.level);
    CPPUNIT_ASSERT(c.local.endpoint == (Endpoint{"127.0.0.1", 3307}));
    CPPUNIT_ASSERT(c.pool.inactiveTimeout.isOff());
    CPPUNIT_ASSERT(c.targets[0].socket.keepAlive == KeepAlive::ofTheSystem());
}

TEST(ConfigurationLoaderTest, takesEverySettingByItsOwnVariable)
{
    for (const Setting& setting : settings())
    {
        if (setting.isOfTarget() || setting.fallback.empty() || setting.key == "exchange.mode")
            continue;
        const LoadResult result =
            with(setting.ownEnvironment(), setting.key == "local.max_connections" ? "1" : setting.fallback);
        CPPUNIT_ASSERT_MESSAGE(setting.key + ": " + all(result), result.configuration != nullptr);
    }
    CPPUNIT_ASSERT(!good(with("PROXIMUX_TARGET_1_KEEP_ALIVE", "0")).targets[0].socket.keepAlive.on);
}

TEST(ConfigurationLoaderTest, takesOurSectionsFromJson)
{
    const LoadResult result = fromFile(".json", R"({"local": {"port": 1, "max_connections": 10},
            "exchange": {"mode": "proxy", "protocol": "mysql"}, "access": {"deny": ["10.0.0.0/8", "::1"]},
            "log": {"mask_addresses": false}, "target": [{"host": "a", "port": 1}, {"host": "b", "port": 2, "keep_alive": true}]})");
    const Configuration& c = good(result);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, c.access.deny.size());
    CPPUNIT_ASSERT(!c.log.maskAddresses);
    CPPUNIT_ASSERT_EQUAL(std::string("mysql"), c.exchange.protocol);
    CPPUNIT_ASSERT(c.targets[1].socket.keepAlive == KeepAlive::ofTheSystem());
}

TEST(ConfigurationLoaderTest, letsTheLaterLayerWin)
{
    const std::string ini = file(".ini", "[log]\nlevel = 0\n[local]\nport = 1\nmax_connections = 1\nbacklog = 5\n");
    const std::string json = file(".json", R"({"log": {"level": 1}, "local": {"port": 2}})");
    ConfigurationLoader loader;
    loader.addCommandLine("local.port", "4", "--listen");
    loader.addEnvironment({{"LOG_LEVEL", "2"}, {"LOCAL_PORT", "3"}, {"TARGET_HOST_1", "db"}, {"TARGET_PORT_1", "1"}});
    loader.addFile(json);
    loader.addFile(ini);
    const LoadResult result = loader.load();
    CPPUNIT_ASSERT_EQUAL(std::uint16_t{4}, good(result).local.endpoint.port);
    CPPUNIT_ASSERT_EQUAL(2, result.configuration->log.level);
    CPPUNIT_ASSERT_EQUAL(5, result.configuration->local.backlog);
}

TEST(ConfigurationLoaderTest, goesByKindOfFileAndThenByOrder)
{
    ConfigurationLoader loader;
    loader.addEnvironment(least());
    loader.addFile(file(".json", R"({"log": {"data_limit": 100}})"));
    loader.addFile(file(".ini", "[log]\ndata_limit = 200\nfile_count = 7\n"));
    loader.addFile(file(".ini", "[log]\nfile_count = 8\n"));
    const LoadResult result = loader.load();
    CPPUNIT_ASSERT_EQUAL(std::size_t{100}, good(result).log.dataLimit);
    CPPUNIT_ASSERT_EQUAL(std::size_t{8}, result.configuration->log.fileCount);
}

TEST(ConfigurationLoaderTest, takesTheListOfTargetsWhole)
{
    ConfigurationLoader loader;
    loader.addFile(
        file(".json", R"({"target": [{"host": "a", "port": 1, "keep_alive": 1}, {"host": "b", "port": 2}]})"));
    loader.addEnvironment(least());
    const LoadResult result = loader.load();
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, good(result).targets.size());
    CPPUNIT_ASSERT(result.configuration->targets[0].endpoint == (Endpoint{"db", 3306}));
    CPPUNIT_ASSERT(result.configuration->targets[0].socket.keepAlive == KeepAlive{});
}

TEST(ConfigurationLoaderTest, decidesTheModeAsTheOriginalDoes)
{
    CPPUNIT_ASSERT(good(fromEnvironment(least())).exchange.mode == Mode::proxy);
    for (const char* most : {"", "0", "-1", "-2", "5"})
        CPPUNIT_ASSERT(good(with("LOCAL_MAX_CONNECTIONS", most)).exchange.mode == Mode::fifo);
    Environment two = least();
    two["TARGET_HOST_2"] = "b";
    two["TARGET_PORT_2"] = "2";
    CPPUNIT_ASSERT(good(fromEnvironment(two)).exchange.mode == Mode::funnel);
    two["LOCAL_MAX_CONNECTIONS"] = "2";
    CPPUNIT_ASSERT(good(fromEnvironment(two)).exchange.mode == Mode::proxy);
    two["PROXIMUX_TARGET_2_CONNECTIONS"] = "3";
    CPPUNIT_ASSERT(good(fromEnvironment(two)).exchange.mode == Mode::funnel);
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, good(fromEnvironment(two)).pool.connections);
    two["PROXIMUX_EXCHANGE_MODE"] = "proxy";
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, good(fromEnvironment(two)).targets.size());
}

TEST(ConfigurationLoaderTest, noticesAModeThatNobodyAskedFor)
{
    const Environment least{{"LOCAL_PORT", "0"}, {"TARGET_HOST_1", "a"}, {"TARGET_PORT_1", "1"}};
    const LoadResult result = fromEnvironment(least);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, result.notices.size());
    CPPUNIT_ASSERT_EQUAL(std::string("exchange.mode = auto: clients share one target connection; a server that speaks "
                                     "first (MySQL, SSH, SMTP) needs exchange.mode = proxy (--mode proxy)"),
                         result.notices.front());
    for (const auto& [name, value] : Environment{
             {"PROXIMUX_EXCHANGE_MODE", "fifo"}, {"LOCAL_MAX_CONNECTIONS", "5"}, {"PROXIMUX_EXCHANGE_PROTOCOL", "raw"}})
    {
        Environment more = least;
        more[name] = value;
        CPPUNIT_ASSERT_MESSAGE(name, fromEnvironment(more).notices.empty());
    }
    Environment several = least;
    several["TARGET_HOST_2"] = "b";
    several["TARGET_PORT_2"] = "2";
    CPPUNIT_ASSERT(fromEnvironment(several).notices.at(0).find("share 2 target connections") != std::string::npos);
}

TEST(ConfigurationLoaderTest, noticesValuesWithoutEffect)
{
    const auto notice = [](const Environment& more)
    {
        Environment environment{{"PROXIMUX_LOCAL_PORT", "0"}, {"TARGET_HOST_1", "a"}, {"TARGET_PORT_1", "1"}};
        environment.insert(more.begin(), more.end());
        const LoadResult result = fromEnvironment(environment);
        good(result);
        CPPUNIT_ASSERT(result.notices.size() <= 1);
        return result.notices.empty() ? std::string() : result.notices.front();
    };
    const std::string mode = "PROXIMUX_EXCHANGE_MODE";
    const std::string protocol = "PROXIMUX_EXCHANGE_PROTOCOL";
    CPPUNIT_ASSERT_EQUAL(std::string("target.1.connections (environment PROXIMUX_TARGET_1_CONNECTIONS): no effect with "
                                     "exchange.mode = proxy; it applies to funnel"),
                         notice({{mode, "proxy"}, {"PROXIMUX_TARGET_1_CONNECTIONS", "3"}}));
    CPPUNIT_ASSERT_EQUAL(std::string("exchange.delimiter (environment PROXIMUX_EXCHANGE_DELIMITER): no effect with "
                                     "exchange.protocol = raw; it applies to line"),
                         notice({{protocol, "raw"}, {"PROXIMUX_EXCHANGE_DELIMITER", "x"}}));
    CPPUNIT_ASSERT(notice({{protocol, "line"}, {"PROXIMUX_EXCHANGE_PIPELINE", "4"}})
                       .find("no effect with exchange.pairing = exclusive") != std::string::npos);
    CPPUNIT_ASSERT(
        notice({{mode, "proxy"}, {"PROXIMUX_LOCAL_PASSWORD", "secret"}}).find("no effect with exchange.mode") !=
        std::string::npos);
    const std::vector<Environment> effective{
        {{mode, "funnel"}, {"PROXIMUX_TARGET_1_CONNECTIONS", "3"}},
        {{mode, "proxy"}, {"PROXIMUX_TARGET_1_CONNECTIONS", "1"}}, // the default
        {{mode, "fifo"}, {"PROXIMUX_EXCHANGE_RAW_GAP", "5ms"}},    // raw is what auto may find
        {{mode, "fifo"}, {"PROXIMUX_EXCHANGE_HTTP_CONNECT", "1"}},
        {{mode, "proxy"}, {protocol, "line"}, {"PROXIMUX_EXCHANGE_DELIMITER", "x"}},
        {{protocol, "resp"}, {"PROXIMUX_EXCHANGE_PIPELINE", "4"}},
        {{protocol, "modbus"}, {"PROXIMUX_EXCHANGE_UNKNOWN_ID", "ignore"}}};
    for (const Environment& each : effective)
        CPPUNIT_ASSERT_EQUAL(std::string(), notice(each));
}

TEST(ConfigurationLoaderTest, isEmptyWithoutAnyValue)
{
    CPPUNIT_ASSERT(fromEnvironment({{"HOME", "/"}}).isEmpty);
    CPPUNIT_ASSERT(!fromEnvironment({{"LOG_LEVEL", "1"}}).isEmpty);
    CPPUNIT_ASSERT(!fromEnvironment({{"PROXIMUX_LOCAL_PROT", "1"}}).isEmpty);
}

TEST(ConfigurationLoaderTest, takesTheModeThatIsSaid)
{
    CPPUNIT_ASSERT(good(with("PROXIMUX_EXCHANGE_MODE", "fifo")).exchange.mode == Mode::fifo);
    CPPUNIT_ASSERT(good(with("PROXIMUX_EXCHANGE_MODE", "funnel")).exchange.mode == Mode::funnel);
    assertMistake(with("PROXIMUX_EXCHANGE_MODE", "both"), "unknown; expected one of auto, proxy, fifo, funnel");
}

TEST(ConfigurationLoaderTest, takesAnEmptyVariableForAnAbsentOne)
{
    CPPUNIT_ASSERT_EQUAL(2, good(with("LOG_LEVEL", "")).log.level);
    CPPUNIT_ASSERT_EQUAL(2, good(with("PROXIMUX_LOG_LEVEL", "")).log.level);
    assertMistake(with("LOCAL_PORT", ""), "local.port (LOCAL_PORT, --listen): missing; expected 0..65535");
}

TEST(ConfigurationLoaderTest, takesKeepAliveAsAWordOrAsItsTimes)
{
    const auto of = [](const std::string& text)
    {
        const LoadResult local = with("PROXIMUX_LOCAL_KEEP_ALIVE", text);
        const LoadResult target = with("TARGET_CONN_1_KEEP_ALIVE", text);
        CPPUNIT_ASSERT(good(local).local.socket.keepAlive == good(target).targets[0].socket.keepAlive);
        return local.configuration->local.socket.keepAlive;
    };
    const KeepAlive fallback{true, Duration::seconds(60), Duration::seconds(10), 6};
    CPPUNIT_ASSERT(good(fromEnvironment(least())).local.socket.keepAlive == fallback);
    CPPUNIT_ASSERT(good(fromEnvironment(least())).targets[0].socket.keepAlive == fallback);
    for (const char* off : {"0", "off", "false", "no"})
        CPPUNIT_ASSERT(of(off) == KeepAlive::off());
    for (const char* on : {"1", "on", "true", "yes"})
        CPPUNIT_ASSERT(of(on) == KeepAlive::ofTheSystem());
    CPPUNIT_ASSERT(of("60s,10s,6") == fallback);
    CPPUNIT_ASSERT(of("2m,5000,127") == (KeepAlive{true, Duration::seconds(120), Duration::seconds(5), 127}));
    for (const char* wrong : {"2", "60s", "60s,10s", "60s,10s,6,1", "60,10,6", "1500ms,10s,6", "60s,10s,0",
                              "60s,10s,128", "60s,0s,6", "10h,10s,6", "60s,10s,", ",,", "-1", "60s, 10s, 6"})
        for (const char* name : {"PROXIMUX_LOCAL_KEEP_ALIVE", "TARGET_CONN_1_KEEP_ALIVE"})
            assertMistake(with(name, wrong), "expected off, on");
    CPPUNIT_ASSERT(good(fromEnvironment(least())).local.socket.userTimeout.isOff());
    CPPUNIT_ASSERT(good(with("PROXIMUX_LOCAL_USER_TIMEOUT", "0")).local.socket.userTimeout.isOff());
    CPPUNIT_ASSERT(good(with("PROXIMUX_TARGET_1_USER_TIMEOUT", "2m")).targets[0].socket.userTimeout ==
                   Duration::seconds(120));
    assertMistake(with("PROXIMUX_LOCAL_USER_TIMEOUT", "10ms"), "out of range");
}

TEST(ConfigurationLoaderTest, takesValuesAsTheyStand)
{
    ConfigurationLoader loader;
    loader.addEnvironment(least());
    loader.addFile(file(".ini", "\xEF\xBB\xBF; with a mark\r\n[log]\r\nfile = ${HOME}/a;b#c \"d\"\r\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("${HOME}/a;b#c \"d\""), good(loader.load()).log.file);
}

TEST(ConfigurationLoaderTest, tellsWhereEachValueComesFrom)
{
    const LoadResult result = with("LOG_LEVEL", "3");
    std::map<std::string, std::string> origins;
    for (const FoundValue& value : result.values)
        origins[numberedKey(*value.setting, value.number)] = value.text + " from " + value.origin;
    CPPUNIT_ASSERT_EQUAL(std::string("3 from environment LOG_LEVEL"), origins["log.level"]);
    CPPUNIT_ASSERT_EQUAL(std::string("1024 from default"), origins["local.backlog"]);
    CPPUNIT_ASSERT_EQUAL(std::string("db from environment TARGET_HOST_1"), origins["target.1.host"]);
}

} // namespace proximux
