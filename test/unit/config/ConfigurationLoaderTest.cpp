#include "support/Test.h"

#include <proximux/ConfigurationLoader.h>
#include <proximux/config/Settings.h>

#include <SourceDir.h>

#include <Poco/File.h>
#include <Poco/TemporaryFile.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace proximux
{

class ConfigurationLoaderTest : public CppUnit::TestCase
{
protected:
    using Environment = std::map<std::string, std::string>;

    static Environment least()
    {
        return {
            {"LOCAL_PORT", "3307"}, {"LOCAL_MAX_CONNECTIONS", "1"}, {"TARGET_HOST_1", "db"}, {"TARGET_PORT_1", "3306"}};
    }

    static LoadResult fromEnvironment(const Environment& environment)
    {
        ConfigurationLoader loader;
        loader.addEnvironment(environment);
        return loader.load();
    }

    static LoadResult with(const std::string& name, const std::string& value)
    {
        Environment environment = least();
        environment[name] = value;
        return fromEnvironment(environment);
    }

    static std::string all(const LoadResult& result)
    {
        std::string text;
        for (const std::string& mistake : result.mistakes)
            text += mistake + "\n";
        return text;
    }

    static const Configuration& good(const LoadResult& result)
    {
        CPPUNIT_ASSERT_MESSAGE(all(result), result.configuration != nullptr);
        return *result.configuration;
    }

    static void assertMistake(const LoadResult& result, const std::string& expected)
    {
        CPPUNIT_ASSERT_MESSAGE("expected: " + expected + "\ngot: " + all(result),
                               all(result).find(expected) != std::string::npos);
        CPPUNIT_ASSERT(result.configuration == nullptr);
    }

    std::string file(const std::string& ending, const std::string& content)
    {
        std::string path = Poco::TemporaryFile::tempName() + ending;
        std::ofstream(path, std::ios::binary) << content;
        _files.push_back(path);
        return path;
    }

    LoadResult fromFile(const std::string& ending, const std::string& content)
    {
        ConfigurationLoader loader;
        loader.addFile(file(ending, content));
        return loader.load();
    }

    std::vector<std::string> _files;
    void tearDown() override
    {
        for (const std::string& path : _files)
            Poco::File(path).remove(true);
    }
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

TEST(ConfigurationLoaderTest, namesWhatIsMissing)
{
    const LoadResult result = fromEnvironment({});
    assertMistake(result, "local.port (LOCAL_PORT, --listen): missing");
    assertMistake(result, "target.1.host (TARGET_HOST_1, --target): missing");
    assertMistake(result, "target.1.port (TARGET_PORT_1, --target): missing; expected 1..65535");
}

TEST(ConfigurationLoaderTest, namesEveryMistakeOfEveryLayerAtOnce)
{
    ConfigurationLoader loader;
    loader.addFile(file(".ini", "[local]\nport = 12abc\n"));
    loader.addFile(file(".json", R"({"exchange": {"protocol": "morse"}})"));
    Environment environment = least();
    environment["LOG_LEVEL"] = "9";
    loader.addEnvironment(environment);
    loader.addCommandLine("pool.connect_timeout", "soon", "--set");
    const LoadResult result = loader.load();
    assertMistake(result, "local.port = 12abc (");
    assertMistake(result, ".ini): not a whole number; expected 0..65535");
    assertMistake(result, "exchange.protocol = morse (");
    assertMistake(result, ".json): unknown; expected one of auto, raw, line");
    assertMistake(result, "log.level = 9 (environment LOG_LEVEL): out of range; expected 0..3");
    assertMistake(result, "pool.connect_timeout = soon (command line --set): not a duration; expected");
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, result.mistakes.size());
}

TEST(ConfigurationLoaderTest, refusesWrongValues)
{
    const std::vector<std::pair<const char*, const char*>> wrong{
        {"LOG_LEVEL", "-1"},
        {"LOG_LEVEL", "abc"},
        {"LOCAL_PORT", "65536"},
        {"LOCAL_PORT", "0x50"},
        {"LOCAL_PORT", "80 "},
        {"LOCAL_HOST", "a:80"},
        {"LOCAL_HOST", "[::1]"},
        {"LOCAL_HOST", "a b"},
        {"LOCAL_MAX_CONNECTIONS", "many"},
        {"LOCAL_MAX_CONNECTIONS", "99999999999"},
        {"LOCAL_IPV6_ONLY", "2"},
        {"PROXY_INACTIVE_TIMEOUT", "-5"},
        {"TARGET_PORT_1", "0"},
        {"PROXIMUX_LOCAL_HALF_CLOSE_TIMEOUT", "0"},
        {"PROXIMUX_POOL_CONNECT_TIMEOUT", "-1"},
        {"PROXIMUX_EXCHANGE_REQUEST_BUFFER", "1"},
        {"PROXIMUX_EXCHANGE_REQUEST_BUFFER", "64kB"},
        {"PROXIMUX_IO_BACKEND", "kqueue"},
        {"PROXIMUX_IO_THREADS", "0"},
        {"PROXIMUX_ACCESS_DENY", "10.1"},
        {"PROXIMUX_ACCESS_ALLOW", "10.0.0.0/8,,::1"},
        {"PROXIMUX_POOL_BACKOFF_MIN", "11s"}, // more than the most
    };
    for (const auto& [name, value] : wrong)
    {
        const LoadResult result = with(name, value);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(std::string(name) + "=" + value + "\n" + all(result), std::size_t{1},
                                     result.mistakes.size());
        CPPUNIT_ASSERT_MESSAGE(all(result), all(result).find(name) != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(all(result), all(result).find("expected ") != std::string::npos);
    }
}

TEST(ConfigurationLoaderTest, refusesAnUnknownKeyAndNamesTheNearest)
{
    assertMistake(with("PROXIMUX_EXCHANGE_PROTOCL", "mysql"),
                  "exchange.protocl (environment PROXIMUX_EXCHANGE_PROTOCL): unknown; the nearest known setting is "
                  "exchange.protocol");
    assertMistake(fromFile(".ini", "[local]\nprot = 1\n"), "the nearest known setting is local.port");
    assertMistake(fromFile(".json", R"({"localServerPrt": 1})"), "localServerPrt");
    assertMistake(fromFile(".ini", "[target]\nx.host = a\n"), "target.x.host");
}

TEST(ConfigurationLoaderTest, suggestsNothingForWhatResemblesNothing)
{
    for (const char* key : {"foo.bar", "nonsense.setting", "local.colour", "x", "zz.level", "a.b.c.d"})
    {
        ConfigurationLoader loader;
        loader.addEnvironment(least());
        loader.addCommandLine(key, "1", "--set");
        const LoadResult result = loader.load();
        assertMistake(result, std::string(key) + " (command line --set): unknown");
        CPPUNIT_ASSERT_MESSAGE(all(result), all(result).find("nearest") == std::string::npos);
    }
    assertMistake(fromFile(".json", R"({"acess": {"deny": "::1"}})"), "the nearest known section is access");
    assertMistake(fromFile(".json", R"({"localServerPrt": 1})"), "the nearest known setting is local.port");
    assertMistake(fromFile(".ini", "[lgo]\nlevel = 1\n"), "the nearest known setting is log.level");
    assertMistake(fromFile(".ini", "[target]\n12.hots = a\n"), "the nearest known setting is target.N.host");
    assertMistake(fromFile(".ini", "[local]\nnonsense =\n"), "local.nonsense"); // also without a value
}

TEST(ConfigurationLoaderTest, refusesAVariableThatIsOneSlipAwayFromOurs)
{
    for (const char* name :
         {"PROXIMUX_EXCHNAGE_MODE", "PROXIMUX_EXCHANG_MODE", "PROXIMUX_EXCHANGES_MODE", "PROXIMUX_EXCHENGE_WHAT",
          "PROXIMUX_LOCLA_PORT", "PROXIMUX_LGO_LEVEL", "PROXIMUX_LOGS_LEVL", "PROXIMUX_OI_THREADS",
          "PROXIMUX_POL_WARMUP", "PROXIMUX_TARGTE_1_HOST", "PROXIMUX_ACCES_DENY", "PROXIMUX_LOCALPORT",
          "PROXIMUX_ACCESS_DENNY"})
    {
        const LoadResult result = with(name, "1");
        assertMistake(result, std::string("(environment ") + name + "): unknown");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(all(result), std::size_t{1}, result.mistakes.size());
    }
    assertMistake(with("PROXIMUX_EXCHNAGE_MODE", "fifo"), "the nearest known setting is exchange.mode");
}

TEST(ConfigurationLoaderTest, refusesTwoVariablesThatContradictEachOther)
{
    assertMistake(with("PROXIMUX_LOCAL_PORT", "3308"),
                  "local.port (environment LOCAL_PORT): differs from environment PROXIMUX_LOCAL_PORT");
    assertMistake(with("PROXIMUX_TARGET_1_HOST", "other"),
                  "target.1.host (environment TARGET_HOST_1): differs from environment PROXIMUX_TARGET_1_HOST");
    CPPUNIT_ASSERT_EQUAL(std::uint16_t{3307}, good(with("PROXIMUX_LOCAL_PORT", "3307")).local.endpoint.port);
    CPPUNIT_ASSERT_EQUAL(std::uint16_t{3307}, good(with("PROXIMUX_LOCAL_PORT", "")).local.endpoint.port);
}

TEST(ConfigurationLoaderTest, leavesOtherVariablesAlone)
{
    Environment environment = least();
    for (const char* name : {"PROXIMUX_POOL_PORT", "PROXIMUX_LOCAL_PORT", "PROXIMUX_PORT"})
        environment[name] = "tcp://10.0.0.1:80";
    good(fromEnvironment(environment));
    environment = least();
    for (const char* name : {"PROXIMUX_CMD",
                             "PROXIMUX_SERVICE_HOST",
                             "PROXIMUX_SERVICE_PORT",
                             "PROXIMUX_SERVICE_PORT_MYSQL",
                             "PROXIMUX_PORT",
                             "PROXIMUX_PORT_3307_TCP",
                             "PROXIMUX_PORT_3307_TCP_ADDR",
                             "PROXIMUX_PORT_3307_TCP_PORT",
                             "PROXIMUX_PORT_3307_TCP_PROTO",
                             "PROXIMUX_PORT_53_UDP",
                             "PROXIMUX_POOL_SERVICE_HOST",
                             "PROXIMUX_POOL_PORT_80_TCP",
                             "PROXIMUX_POOL_PORT_80_TCP_ADDR",
                             "PROXIMUX_SLOW",
                             "PROXIMUX_OPT_X",
                             "PROXIMUX_NO_COLOR",
                             "PROXIMUX_IP_ADDRESS",
                             "PROXIMUX_HOME_DIR",
                             "LOCAL_FOO",
                             "TARGET_HOST_X",
                             "TARGET_HOST_01",
                             "PROXIMUX"})
        environment[name] = "x";
    good(fromEnvironment(environment));
}

TEST(ConfigurationLoaderTest, comparesTheCountWithTheTargets)
{
    const LoadResult fewer = with("PROXY_CONNECTIONS_CNT", "2");
    assertMistake(fewer, "TARGET_HOST_2");
    Environment more = least();
    more["TARGET_HOST_2"] = "b";
    more["TARGET_PORT_2"] = "wrong, and ignored";
    more["PROXY_CONNECTIONS_CNT"] = "1";
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, good(fromEnvironment(more)).targets.size());
    assertMistake(fromFile(".json", R"({"localServerPort": 1, "proxyConnectionsCount": 2, "exchange": {"mode": "proxy"},
                                        "targetServers": [{"host": "a", "port": 1}]})"),
                  "pool.connections = 2");
    assertMistake(fromFile(".ini", "[local]\nport=1\n[exchange]\nmode=proxy\n[pool]\nconnections=1\n"
                                   "[target]\n1.host=a\n1.port=1\n2.host=b\n2.port=2\n"),
                  "the targets have 2 connections in total; expected the same number");
}

TEST(ConfigurationLoaderTest, findsAGapInTheTargets)
{
    Environment environment = least();
    environment["TARGET_HOST_3"] = "c";
    environment["TARGET_PORT_3"] = "3";
    const LoadResult result = fromEnvironment(environment);
    assertMistake(result, "target.2.host (TARGET_HOST_2, --target): missing");
    assertMistake(result, "target.2.port (TARGET_PORT_2, --target): missing");
}

TEST(ConfigurationLoaderTest, saysWhatIsWrongWithAnIniFile)
{
    assertMistake(fromFile(".ini", "# comment\n"), ", line 1: '#' does not start a comment; expected ';'");
    assertMistake(fromFile(".ini", "[local\n"), ", line 1: incomplete section name; expected [section]");
    assertMistake(fromFile(".ini", "\nport\n"), ", line 2: 'port': expected key = value");
    assertMistake(fromFile(".ini", "[local]\nport=1\nport=2\n"), ", line 3: local.port: given twice");
    assertMistake(fromFile(".ini", "port = 1\n"), "port (");
}

TEST(ConfigurationLoaderTest, saysWhatIsWrongWithAJsonFile)
{
    assertMistake(fromFile(".json", "{\"local\": "), "invalid JSON");
    assertMistake(fromFile(".json", "[1]"), "expected an object");
    assertMistake(fromFile(".json", ""), "invalid JSON");
    assertMistake(fromFile(".json", R"({"local": {"port": [1]}})"), "local.port (");
    assertMistake(fromFile(".json", R"({"local": {"port": {"a": 1}}})"), "local.port (");
    assertMistake(fromFile(".json", R"({"local": {"port": 1.5}})"), "local.port (");
    assertMistake(fromFile(".json", R"({"nowhere": {"port": 1}})"), "nowhere (");
    assertMistake(fromFile(".json", R"({"targetServers": ["a"]})"), "targetServers[0] (");
    assertMistake(fromFile(".json", R"({"target": [{"host": ["a"], "port": 1}]})"), "target[0].host (");
    assertMistake(fromFile(".json", R"({"target": {"host": "a"}})"), "target.host (");
}

TEST(ConfigurationLoaderTest, refusesWhatAJsonFileGivesTwice)
{
    const std::vector<std::pair<const char*, const char*>> twice{
        {R"({"access": {"deny": ["10.0.0.0/8"]}, "access": {"allow": ["::1"]}})", "access ("},
        {R"({"access": {"deny": "10.0.0.0/8", "deny": "::1"}})", "access.deny ("},
        {R"({"access": {"deny": ["10.0.0.0/8"], "deny": ["::1"]}})", "access.deny ("},
        {R"({"localServerPort": 1, "localServerPort": 1})", "localServerPort ("},
        {R"({"access": null, "access": {"deny": "::1"}})", "access ("},
        {R"({"target": [{"host": "a", "port": 1, "port": 2}]})", "target[0].port ("},
        {R"({"target": [{"host": "a", "port": 1}, {"host": "a", "port": 1, "host": "b"}]})", "target[1].host ("},
        {R"({"x": {"y": [[{"z": {"w": 1, "w": 2}}]]}})", "x.y[0][0].z.w ("}};
    for (const auto& [text, path] : twice)
    {
        const LoadResult result = fromFile(".json", text);
        assertMistake(result, path);
        CPPUNIT_ASSERT_MESSAGE(all(result), all(result).find("): given twice") != std::string::npos);
    }
    good(fromFile(".json", R"({"local": {"port": 1, "host": "a"}, "exchange": {"mode": "proxy"},
            "target": [{"host": "a", "port": 1}, {"host": "a", "port": 1}]})"));
}

TEST(ConfigurationLoaderTest, refusesASettingUnderTwoNamesInOneJsonFile)
{
    const std::vector<std::pair<const char*, const char*>> twice{
        {R"({"local": {"port": 1}, "localServerPort": 1})", "local.port"},
        {R"({"localServerPort": 1, "local.port": 2})", "local.port"},
        {R"({"local": {"port": 1}, "local.port": 2})", "local.port"},
        {R"({"access": {"deny": ["10.0.0.0/8"]}, "access.deny": ["::1"]})", "access.deny"},
        {R"({"target": [{"host": "a", "port": 1}], "targetServers": [{"host": "b", "port": 2}]})", "target"},
        {R"({"target": [{"host": "a", "port": 1}], "target.1.host": "b"})", "target.1.host"},
        {R"({"target": [{"host": "a", "port": 1, "keepAlive": 0, "keep_alive": 1}]})", "target[0].keepAlive"}};
    for (const auto& [text, path] : twice)
    {
        const LoadResult result = fromFile(".json", text);
        assertMistake(result, "given twice; it is also given as ");
        CPPUNIT_ASSERT_MESSAGE(all(result), all(result).find(path) != std::string::npos);
    }
    assertMistake(fromFile(".json", R"({"target": []})"), "target (");
}

TEST(ConfigurationLoaderTest, takesAMarkOfTheEncodingAlikeInEachKindOfFile)
{
    const std::string mark = "\xEF\xBB\xBF";
    const std::string ini = "[local]\nport = 1\n[exchange]\nmode = proxy\n[target]\n1.host = a\n1.port = 1\n";
    const std::string json =
        R"({"local": {"port": 1}, "exchange": {"mode": "proxy"}, "target": [{"host": "a", "port": 1}]})";
    good(fromFile(".ini", mark + ini));
    good(fromFile(".json", mark + json));
    for (const char* ending : {".ini", ".json"})
        for (const char* other : {"\xFF\xFE", "\xFE\xFF"})
            assertMistake(fromFile(ending, other + ini), "encoded as UTF-16; expected UTF-8");
    assertMistake(fromFile(".ini", mark + mark + ini), "line 1");
    assertMistake(fromFile(".json", mark + mark + json), "invalid JSON");
}

TEST(ConfigurationLoaderTest, refusesAListOfAddressesThatKeepsNobodyOut)
{
    for (const std::string name : {"allow", "deny"})
    {
        const std::string expected = "access." + name + " (";
        assertMistake(fromFile(".ini", "[access]\n" + name + " =\n"), expected);
        assertMistake(fromFile(".json", R"({"access": {")" + name + R"(": []}})"), expected);
        assertMistake(fromFile(".json", R"({"access": {")" + name + R"(": ""}})"), expected);
        assertMistake(fromFile(".json", R"({"access": {")" + name + R"(": [""]}})"), expected);
        assertMistake(with(name == "allow" ? "PROXIMUX_ACCESS_ALLOW" : "PROXIMUX_ACCESS_DENY", ""), expected);
        ConfigurationLoader loader;
        loader.addEnvironment(least());
        loader.addCommandLine("access." + name, "", "--set");
        assertMistake(loader.load(), "access." + name + " (command line --set): empty; expected addresses");
    }
    good(fromFile(".json", R"({"local": {"port": 1}, "exchange": {"mode": "proxy"}, "access": {"allow": null},
            "target": [{"host": "a", "port": 1}]})"));
}

TEST(ConfigurationLoaderTest, refusesANulInAPath)
{
    assertMistake(fromFile(".json", R"({"log": {"file": "/var/log/p\u0000.log"}})"), "contains a NUL character");
    assertMistake(fromFile(".ini", std::string("[log]\nfile = /var/log/p") + '\0' + ".log\n"),
                  "contains a NUL character");
}

TEST(ConfigurationLoaderTest, saysWhichFileCannotBeRead)
{
    for (const char* path : {"/nonexistent/a.ini", "/nonexistent/a.json", "/tmp/a.conf"})
    {
        ConfigurationLoader loader;
        loader.addFile(path);
        assertMistake(loader.load(), std::string("--config ") + path);
    }
    const std::string folder = Poco::TemporaryFile::tempName() + ".ini";
    Poco::File(folder).createDirectory();
    _files.push_back(folder);
    ConfigurationLoader loader;
    loader.addFile(folder);
    assertMistake(loader.load(), "not a regular file");
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

TEST(ConfigurationLoaderTest, acceptsTheExamples)
{
    const std::string examples = PROXIMUX_SOURCE_DIR "/etc/examples/";
    for (const char* name : {"proxy-mysql.ini", "proxy.json", "fifo-instrument.ini", "funnel-payment.ini",
                             "fifo-modbus.ini", "funnel-redis.ini", "funnel-web.ini"})
    {
        ConfigurationLoader loader;
        loader.addFile(examples + name);
        good(loader.load());
    }
    Environment environment;
    std::ifstream stream(examples + "proxy.env");
    for (std::string line; std::getline(stream, line);)
        if (!line.empty() && line.front() != '#')
            environment[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
    good(fromEnvironment(environment));
}

} // namespace proximux
