#include "unit/config/LoadingFixture.h"

namespace proximux
{

/// Mistakes are found, all of them, and named.
class ConfigurationMistakesTest : public LoadingFixture
{
};

TEST(ConfigurationMistakesTest, namesWhatIsMissing)
{
    const LoadResult result = fromEnvironment({});
    assertMistake(result, "local.port (PROXIMUX_LOCAL_PORT, --listen): missing");
    assertMistake(result, "target.1.host (PROXIMUX_TARGET_1_HOST, --target): missing");
    assertMistake(result, "target.1.port (PROXIMUX_TARGET_1_PORT, --target): missing; expected 1..65535");
    assertMistake(fromEnvironment({{"TARGET_HOST_1", "db"}}), "target.1.port (TARGET_PORT_1, --target): missing");
    assertMistake(fromEnvironment({{"PROXIMUX_TARGET_1_HOST", "db"}}),
                  "target.1.port (PROXIMUX_TARGET_1_PORT, --target): missing");
}

TEST(ConfigurationMistakesTest, namesEveryMistakeOfEveryLayerAtOnce)
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

TEST(ConfigurationMistakesTest, refusesWrongValues)
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

TEST(ConfigurationMistakesTest, saysHowToWriteAValueWithACommentOrQuotes)
{
    assertMistake(fromFile(".ini", "[local]\nport = 5000 # mine\n"), "local.port = 5000 # mine (");
    assertMistake(fromFile(".ini", "[local]\nport = 5000 # mine\n"),
                  "not a whole number; expected 0..65535; a comment needs a line of its own, which begins with ';'");
    assertMistake(fromFile(".ini", "[local]\nport = 5000 ; mine\n"), "; a comment needs a line of its own");
    assertMistake(fromFile(".ini", "[local]\nport = \"5000\"\n"), "expected 0..65535, without quotes");
    assertMistake(fromFile(".ini", "[target]\n1.host = 'db'\n"),
                  "expected a host name or a numeric address, without a port, without quotes");
    assertMistake(with("PROXIMUX_IO_THREADS", "'2'"), "expected 1..64, without quotes");
    assertMistake(with("PROXIMUX_IO_THREADS", "2 # two"), "; a comment is part of the value");
}

TEST(ConfigurationMistakesTest, refusesWhatLooksLikeAnAddressAndIsNone)
{
    for (const char* wrong : {"999.1.1.1", "1.2.3.4.5", "010.0.0.1", "::1::", "1:2:3", "fe80:::1", "a:b:c"})
        assertMistake(with("LOCAL_HOST", wrong), std::string("local.host = ") + wrong);
    for (const char* right : {"10.1", "fe80::1%eth0", "::", "*", "1.example", "db-1", "::ffff:10.0.0.1"})
        CPPUNIT_ASSERT_EQUAL(std::string(right), good(with("LOCAL_HOST", right)).local.endpoint.host);
    assertMistake(with("TARGET_HOST_1", "*"), "target.1.host = * (environment TARGET_HOST_1): not a host name");
}

TEST(ConfigurationMistakesTest, takesOtherNamesOfAProtocol)
{
    for (const auto& [alias, name] : std::vector<std::pair<const char*, std::string>>{
             {"redis", "resp"}, {"valkey", "resp"}, {"postgres", "postgresql"}, {"mariadb", "mysql"}})
        CPPUNIT_ASSERT_EQUAL(name, good(with("PROXIMUX_EXCHANGE_PROTOCOL", alias)).exchange.protocol);
    assertMistake(with("PROXIMUX_EXCHANGE_PROTOCOL", "tls"),
                  "unknown; it can be passed on with raw and exchange.mode = proxy; expected one of auto, raw");
    assertMistake(with("PROXIMUX_EXCHANGE_PROTOCOL", "modbos"),
                  "unknown; the nearest known protocol is modbus; expected one of auto, raw");
    assertMistake(with("PROXIMUX_EXCHANGE_PROTOCOL", "morse"), "unknown; expected one of auto, raw");
}

TEST(ConfigurationMistakesTest, refusesAnUnknownKeyAndNamesTheNearest)
{
    assertMistake(with("PROXIMUX_EXCHANGE_PROTOCL", "mysql"),
                  "exchange.protocl (environment PROXIMUX_EXCHANGE_PROTOCL): unknown; the nearest known setting is "
                  "exchange.protocol");
    assertMistake(fromFile(".ini", "[local]\nprot = 1\n"), "the nearest known setting is local.port");
    assertMistake(fromFile(".json", R"({"localServerPrt": 1})"), "localServerPrt");
    assertMistake(fromFile(".ini", "[target]\nx.host = a\n"), "target.x.host");
}

TEST(ConfigurationMistakesTest, suggestsNothingForWhatResemblesNothing)
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
    assertMistake(fromFile(".ini", "[local]\nlisten = 80\n"), "the nearest known setting is local.port");
    assertMistake(fromFile(".json", R"({"listen": 80})"), "the nearest known setting is local.port");
    assertMistake(fromFile(".ini", "[targets]\nx = 1\n"), "targets.x (");
    assertMistake(fromFile(".ini", "[targets]\nx = 1\n"), "the nearest known section is target");
    assertMistake(fromFile(".ini", "[exchange]\nsettle = 1\n"), "the nearest known setting is pool.settle");
}

TEST(ConfigurationMistakesTest, refusesAVariableThatIsOneSlipAwayFromOurs)
{
    for (const char* name :
         {"PROXIMUX_EXCHNAGE_MODE", "PROXIMUX_EXCHANG_MODE", "PROXIMUX_EXCHANGES_MODE", "PROXIMUX_EXCHENGE_WHAT",
          "PROXIMUX_LOCLA_PORT", "PROXIMUX_LGO_LEVEL", "PROXIMUX_LOGS_LEVL", "PROXIMUX_OI_THREADS",
          "PROXIMUX_POL_WARMUP", "PROXIMUX_TARGTE_1_HOST", "PROXIMUX_ACCES_DENY", "PROXIMUX_LOCALPORT",
          "PROXIMUX_ACCESS_DENNY", "PROXIMUX_LOCL_PORT", "PROXIMUX_LOCAL_PROT"})
    {
        const LoadResult result = with(name, "1");
        assertMistake(result, std::string("(environment ") + name + "): unknown");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(all(result), std::size_t{1}, result.mistakes.size());
    }
    assertMistake(with("PROXIMUX_EXCHNAGE_MODE", "fifo"), "the nearest known setting is exchange.mode");
}

TEST(ConfigurationMistakesTest, refusesTwoVariablesThatContradictEachOther)
{
    assertMistake(with("PROXIMUX_LOCAL_PORT", "3308"),
                  "local.port (environment LOCAL_PORT): differs from environment PROXIMUX_LOCAL_PORT");
    assertMistake(with("PROXIMUX_TARGET_1_HOST", "other"),
                  "target.1.host (environment TARGET_HOST_1): differs from environment PROXIMUX_TARGET_1_HOST");
    CPPUNIT_ASSERT_EQUAL(std::uint16_t{3307}, good(with("PROXIMUX_LOCAL_PORT", "3307")).local.endpoint.port);
    CPPUNIT_ASSERT_EQUAL(std::uint16_t{3307}, good(with("PROXIMUX_LOCAL_PORT", "")).local.endpoint.port);
}

TEST(ConfigurationMistakesTest, leavesOtherVariablesAlone)
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
    const LoadResult result = fromEnvironment(environment);
    good(result);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, result.notices.size());
    CPPUNIT_ASSERT_EQUAL(std::string("environment PROXIMUX_CMD, PROXIMUX_HOME_DIR, PROXIMUX_IP_ADDRESS, "
                                     "PROXIMUX_NO_COLOR, PROXIMUX_OPT_X, PROXIMUX_PORT, PROXIMUX_SLOW: ignored; no "
                                     "setting has this name"),
                         result.notices.front());
}

TEST(ConfigurationMistakesTest, leavesInvalidValuesToOtherProgramsUnlessTheTargetsAreTheOriginals)
{
    const Environment own{
        {"PROXIMUX_LOCAL_PORT", "0"}, {"PROXIMUX_TARGET_1_HOST", "db"}, {"PROXIMUX_TARGET_1_PORT", "3306"}};
    const auto beside = [&own](const std::string& name, const std::string& value)
    {
        Environment environment = own;
        environment[name] = value;
        return fromEnvironment(environment);
    };
    const LoadResult result = beside("LOG_LEVEL", "info");
    CPPUNIT_ASSERT_EQUAL(2, good(result).log.level);
    CPPUNIT_ASSERT_EQUAL(
        std::string("environment LOG_LEVEL = info: ignored, since it seems to be another program's: not "
                    "a whole number; expected 0..3; to set log.level, use PROXIMUX_LOG_LEVEL"),
        result.notices.front());
    CPPUNIT_ASSERT_EQUAL(1, good(beside("LOG_LEVEL", "1")).log.level);
    good(beside("LOCAL_MAX_CONNECTIONS", "many"));
    assertMistake(beside("PROXIMUX_LOG_LEVEL", "info"),
                  "log.level = info (environment PROXIMUX_LOG_LEVEL): not a whole");
    assertMistake(with("LOG_LEVEL", "info"), "log.level = info (environment LOG_LEVEL): not a whole number");
    assertMistake(fromEnvironment({{"LOCAL_PORT", "a"}}),
                  "local.port = a (environment LOCAL_PORT): not a whole number");
    CPPUNIT_ASSERT(fromEnvironment({{"LOCAL_PORT", "tcp://10.0.0.1:80"}}).isEmpty); // of a service in Kubernetes
}

TEST(ConfigurationMistakesTest, refusesATargetThatIsTheProxyItself)
{
    const auto result = [](const std::string& local, const std::string& target, const std::string& port)
    {
        return fromEnvironment({{"PROXIMUX_LOCAL_HOST", local},
                                {"PROXIMUX_LOCAL_PORT", "3307"},
                                {"PROXIMUX_TARGET_1_HOST", target},
                                {"PROXIMUX_TARGET_1_PORT", port}});
    };
    assertMistake(result("localhost", "LOCALHOST", "3307"),
                  "target.1: Proximux itself listens on localhost:3307; expected another address");
    assertMistake(result("0.0.0.0", "127.0.0.1", "3307"), "target.1: Proximux itself listens on 0.0.0.0:3307");
    for (const char* all : {"*", "::"})
        for (const char* here : {"localhost", "127.0.0.1", "::1"})
            assertMistake(result(all, here, "3307"), "target.1: Proximux itself listens on ");
    for (const char* here : {"127.0.0.1", "::1"})
        assertMistake(result("localhost", here, "3307"), "target.1: Proximux itself listens on localhost:3307");
    assertMistake(result("10.0.0.5, ::1", "::1", "3307"),
                  "target.1: Proximux itself listens on 10.0.0.5:3307, [::1]:3307; expected another address");
    good(result("10.0.0.5, ::1", "10.0.0.6", "3307"));
    good(result("localhost", "localhost", "3306"));
    good(result("127.0.0.1", "localhost", "3307")); // which may be ::1
    good(result("localhost", "db", "3307"));
    good(result("127.0.0.1", "127.0.0.2", "3307"));
    good(result("*", "db", "3307"));
    good(result("0.0.0.0", "::1", "3307"));
    good(result("0.0.0.0", "localhost", "3307"));
}

TEST(ConfigurationMistakesTest, comparesTheCountWithTheTargets)
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

TEST(ConfigurationMistakesTest, findsAGapInTheTargets)
{
    Environment environment = least();
    environment["TARGET_HOST_3"] = "c";
    environment["TARGET_PORT_3"] = "3";
    const LoadResult result = fromEnvironment(environment);
    assertMistake(result, "target.2.host (TARGET_HOST_2, --target): missing");
    assertMistake(result, "target.2.port (TARGET_PORT_2, --target): missing");
}

TEST(ConfigurationMistakesTest, refusesAListOfAddressesThatKeepsNobodyOut)
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

TEST(ConfigurationMistakesTest, refusesANulInAPath)
{
    assertMistake(fromFile(".json", R"({"log": {"file": "/var/log/p\u0000.log"}})"), "contains a NUL character");
    assertMistake(fromFile(".ini", std::string("[log]\nfile = /var/log/p") + '\0' + ".log\n"),
                  "contains a NUL character");
}

} // namespace proximux
