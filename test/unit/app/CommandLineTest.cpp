#include "support/Test.h"

#include <app/CommandLine.h>

#include <proximux/config/Reference.h>

#include <map>
#include <string>
#include <vector>

namespace proximux
{

class CommandLineTest : public CppUnit::TestCase
{
protected:
    static LoadResult load(const std::vector<std::string>& arguments)
    {
        return CommandLine(arguments).load(std::map<std::string, std::string>{});
    }

    static void assertMistake(const std::vector<std::string>& arguments, const std::string& expected)
    {
        std::string all;
        for (const std::string& mistake : load(arguments).mistakes)
            all += mistake + "\n";
        CPPUNIT_ASSERT_MESSAGE("expected: " + expected + "\ngot: " + all, all.find(expected) != std::string::npos);
    }
};

TEST(CommandLineTest, takesTheShortWays)
{
    const LoadResult result =
        load({"--listen",     "3307",       "--target", "db.example:3306",   "--target", "[::1]:3306",      "--mode",
              "proxy",        "--protocol", "mysql",    "--max-connections", "100",      "--log-level",     "3",
              "--io-backend", "poll",       "--set",    "log.queue=100",     "-s",       "log.file_count=2"});
    CPPUNIT_ASSERT_MESSAGE(result.mistakes.empty() ? "" : result.mistakes.front(), result.configuration != nullptr);
    const Configuration& c = *result.configuration;
    CPPUNIT_ASSERT(c.local.endpoint == (Endpoint{"localhost", 3307}));
    CPPUNIT_ASSERT(c.targets.at(0).endpoint == (Endpoint{"db.example", 3306}));
    CPPUNIT_ASSERT(c.targets.at(1).endpoint == (Endpoint{"::1", 3306}));
    CPPUNIT_ASSERT_EQUAL(std::string("mysql"), c.exchange.protocol);
    CPPUNIT_ASSERT_EQUAL(100, c.local.maxConnections);
    CPPUNIT_ASSERT_EQUAL(3, c.log.level);
    CPPUNIT_ASSERT(c.io.backend == IoSettings::Backend::poll);
    CPPUNIT_ASSERT_EQUAL(std::size_t{100}, c.log.queue);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, c.log.fileCount);
}

TEST(CommandLineTest, takesValuesBehindABlankOrAnEqualsSign)
{
    CPPUNIT_ASSERT(load({"--listen=1", "--target=a:1", "--mode=proxy"}).configuration != nullptr);
    CPPUNIT_ASSERT(load({"-l", "1", "-t", "a:1", "--set", "exchange.mode=proxy"}).configuration != nullptr);
}

TEST(CommandLineTest, takesAValueRightBehindAShortName)
{
    const LoadResult result = load({"-l5000", "-ta:1", "-t[::1]:2", "-slog.level=3", "--mode=proxy"});
    CPPUNIT_ASSERT_MESSAGE(result.mistakes.empty() ? "" : result.mistakes.front(), result.configuration != nullptr);
    CPPUNIT_ASSERT_EQUAL(std::uint16_t{5000}, result.configuration->local.endpoint.port);
    CPPUNIT_ASSERT(result.configuration->targets.at(1).endpoint == (Endpoint{"::1", 2}));
    CPPUNIT_ASSERT_EQUAL(3, result.configuration->log.level);
    CPPUNIT_ASSERT(CommandLine({"-h"}).wantsHelp());
    assertMistake({"-hello"}, "-hello: unknown option");
}

TEST(CommandLineTest, listensOnAPortOrOnHostAndPort)
{
    const std::vector<std::pair<std::string, Endpoint>> cases{
        {"3307", {"localhost", 3307}},   {":3307", {"*", 3307}}, {"*:3307", {"*", 3307}},
        {"0.0.0.0:80", {"0.0.0.0", 80}}, {"[::]:0", {"::", 0}},  {"db.example:1", {"db.example", 1}}};
    for (const auto& [text, expected] : cases)
    {
        const LoadResult result = load({"--listen", text, "--target", "a:1", "--mode", "proxy"});
        CPPUNIT_ASSERT_MESSAGE(text, result.configuration != nullptr);
        CPPUNIT_ASSERT_MESSAGE(text, result.configuration->local.endpoint == expected);
    }
}

TEST(CommandLineTest, refusesWhatItDoesNotKnow)
{
    assertMistake({"--targe", "a:1"}, "--targe: unknown option");
    assertMistake({"--LISTEN", "1"}, "--LISTEN: unknown option");
    assertMistake({"-x"}, "-x: unknown option");
    assertMistake({"serve"}, "serve: unexpected");
    assertMistake({"--listen"}, "--listen: a value is missing");
    assertMistake({"--listen="}, "--listen: the value is empty");
    assertMistake({"--listen", "a:"}, "--listen a:: expected PORT");
    assertMistake({"--listen", "70000"}, "local.port = 70000 (command line --listen): out of range");
    assertMistake({"--target", "a"}, "--target a: expected HOST:PORT");
    assertMistake({"--target", "a:http"}, "target.1.port = http (command line --target): not a whole number");
    assertMistake({"--mode", "proxy", "--mode", "auto"}, "--mode: given twice");
    assertMistake({"--demo=1"}, "--demo=1: takes no value");
    assertMistake({"--set", "local.port"}, "--set local.port: expected SECTION.KEY=VALUE");
    assertMistake({"--set", "local.prot=1"},
                  "local.prot (command line --set): unknown; the nearest known setting is local.port");
    assertMistake({"--config", "/nonexistent.ini"}, "--config /nonexistent.ini: no such file");
}

TEST(CommandLineTest, collectsItsMistakesWithThoseOfTheConfiguration)
{
    const LoadResult result = load({"--bogus", "--log-level", "9"});
    CPPUNIT_ASSERT(result.configuration == nullptr);
    assertMistake({"--bogus", "--log-level", "9"}, "--bogus: unknown option");
    assertMistake({"--bogus", "--log-level", "9"}, "log.level = 9 (command line --log-level)");
}

TEST(CommandLineTest, saysNothingIsMissingWhereSomethingWasMistaken)
{
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{"--foo"},
                                               {"--lisen", "80"},
                                               {"help"},
                                               {"--target", "a"},
                                               {"--listen"},
                                               {"--config", "/nonexistent.ini"},
                                               {"--config", "settings.toml"}})
    {
        const LoadResult result = load(arguments);
        for (const std::string& mistake : result.mistakes)
            CPPUNIT_ASSERT_MESSAGE(mistake, mistake.find("): missing; expected") == std::string::npos);
        CPPUNIT_ASSERT(!result.mistakes.empty() && !result.configuration);
    }
    assertMistake({}, "local.port (PROXIMUX_LOCAL_PORT, --listen): missing");
}

TEST(CommandLineTest, namesTheOptionThatWasProbablyMeant)
{
    assertMistake({"--lisen", "80"}, "--lisen: unknown option; the nearest known option is --listen");
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, load({"--lisen", "80"}).mistakes.size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, load({"--lisen", "80", "more"}).mistakes.size());
    assertMistake({"--LISTEN=80"}, "--LISTEN: unknown option; the nearest known option is --listen");
    assertMistake({"--log-file=x"}, "--log-file: unknown option; expected --set log.file=VALUE");
    assertMistake({"--nonsense"}, "--nonsense: unknown option; see --help");
    assertMistake({"-listen", "80"}, "-listen: unknown option; the nearest known option is --listen");
    assertMistake({"prob"}, "prob: unexpected argument; expected probe as the first argument, or an option");
    assertMistake({"--mode", "fifo", "decode"}, "decode: unexpected argument; expected decode as the first argument");
    assertMistake({"help"}, "help: unexpected argument; the nearest known option is --help");
    assertMistake({"serve"}, "serve: unexpected argument; only options are allowed, see --help");
}

TEST(CommandLineTest, saysWhatIsWrongWithAnAddress)
{
    assertMistake({"--target", "/run/x.sock"}, "a UNIX socket is written unix:PATH; expected HOST:PORT");
    assertMistake({"--target", "unix:"}, "--target unix:: the path is missing; expected unix:PATH");
    assertMistake({"--target", "http://a:1"}, "--target http://a:1: a URL, not an address; expected HOST:PORT");
    assertMistake({"-t", "a:1,b:2"}, "more than one address; repeat the option for each; expected HOST:PORT");
    assertMistake({"--listen", "::1,::2:1"},
                  "--listen ::1,::2:1: several addresses stand in local.host; expected PORT");
    assertMistake({"--target", "::1:80"}, "an IPv6 address needs brackets; expected HOST:PORT");
    assertMistake({"--target", "*:80"}, "target.1.host = * (command line --target): not a host name or address");
    assertMistake({"--listen", "999.1.1.1:80"}, "local.host = 999.1.1.1 (command line --listen): not an IPv4 address");
}

TEST(CommandLineTest, knowsItsFlags)
{
    CPPUNIT_ASSERT(CommandLine({"--help"}).wantsHelp() && CommandLine({"-h"}).wantsHelp());
    CPPUNIT_ASSERT(CommandLine({"--version"}).wantsVersion() && CommandLine({"-v"}).wantsVersion());
    CPPUNIT_ASSERT(CommandLine({"--check-config"}).wantsCheck());
    CPPUNIT_ASSERT(CommandLine({"--print-config"}).wantsPrint());
    CPPUNIT_ASSERT(CommandLine({"--demo"}).wantsDemo());
    CPPUNIT_ASSERT(CommandLine({"--demo", "--tls"}).wantsTls());
    const CommandLine none({});
    CPPUNIT_ASSERT(!none.wantsHelp() && !none.wantsVersion() && !none.wantsCheck() && !none.wantsPrint() &&
                   !none.wantsDemo() && !none.wantsTls() && !none.wantsDaemon());
}

TEST(CommandLineTest, leavesPocosOptionsToPoco)
{
    const CommandLine line({"--daemon", "--pidfile", "/run/p.pid", "--umask=027", "--listen", "1"});
    const std::vector<std::string> expected{"--daemon", "--pidfile=/run/p.pid", "--umask=027"};
    CPPUNIT_ASSERT(expected == line.poco());
    CPPUNIT_ASSERT(line.wantsDaemon());
}

TEST(CommandLineTest, describesEveryOption)
{
    const std::string help = CommandLine::helpText();
    const std::string man = CommandLine::manOptionsText();
    for (const char* option : {"--listen", "--target", "--mode", "--protocol", "--max-connections", "--log-level",
                               "--io-backend", "--config", "--set", "--check-config", "--print-config", "--demo",
                               "--tls", "--daemon", "--pidfile", "--umask", "--help", "--version"})
    {
        CPPUNIT_ASSERT_MESSAGE(option, help.find(option) != std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(option, man.find(reference::roff(option)) != std::string::npos);
    }
    CPPUNIT_ASSERT(help.find("Maximum concurrent clients") != std::string::npos);
    CPPUNIT_ASSERT(help.find("pool.connect_timeout") != std::string::npos);
}

TEST(CommandLineTest, explainsASettingOrASection)
{
    CPPUNIT_ASSERT_EQUAL(std::string(), CommandLine({"--help"}).topic());
    CPPUNIT_ASSERT_EQUAL(std::string(), CommandLine({"-h", "--demo"}).topic());
    CPPUNIT_ASSERT(CommandLine({"-h", "--demo"}).wantsDemo());
    CPPUNIT_ASSERT_EQUAL(std::string("a.b"), CommandLine({"--help", "a.b"}).topic());
    CPPUNIT_ASSERT_EQUAL(std::string("a.b"), CommandLine({"--help=a.b"}).topic());
    for (const char* name : {"exchange.pairing", "PROXIMUX_EXCHANGE_PAIRING"})
        CPPUNIT_ASSERT_MESSAGE(name, CommandLine::helpText(name).find("exchange.pairing\n") == 0);
    CPPUNIT_ASSERT(CommandLine::helpText("TARGET_HOST_1").find("target.N.host\n") == 0);
    const std::string section = CommandLine::helpText("pool");
    CPPUNIT_ASSERT(section.find("pool.settle") != std::string::npos);
    CPPUNIT_ASSERT(section.find("local.host") == std::string::npos);
    CPPUNIT_ASSERT_EQUAL(std::string(), CommandLine::helpText("pool.setle"));
}

TEST(CommandLineTest, printsValuesAndWhereTheyComeFrom)
{
    const LoadResult result = load({"--listen", "1", "--target", "a:2", "--mode", "proxy"});
    const std::string text = CommandLine::printText(result);
    CPPUNIT_ASSERT(text.find("target.1.port = 2") != std::string::npos);
    CPPUNIT_ASSERT(text.find("; command line --target") != std::string::npos);
    CPPUNIT_ASSERT(text.find("; default") != std::string::npos);
}

} // namespace proximux
