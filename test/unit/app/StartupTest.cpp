#include "support/Test.h"

#include "StartupFixture.h"

#include <Poco/File.h>
#include <Poco/Path.h>
#include <Poco/TemporaryFile.h>

#include <algorithm>

using namespace proximux;

class StartupTest : public StartupFixture
{
};

TEST(StartupTest, saysItsVersionAndHelp)
{
    expectOutput({"--version"}, 0, "proximux ");
    expectOutput({"--help"}, 0, "--listen");
    expectOutput({"--help", "exchange.pairing"}, 0, "Default:");
    expectOutput({"decode", "--help"}, 0, "--response");
    expectOutput({"admin", "--help"}, 0, "--socket PATH");
    expectOutput({"status", "--help"}, 0, "--socket PATH");
    expectOutput({"probe", "--help"}, 0, "--request");
}

TEST(StartupTest, namesTheNearestSettingWhereHelpIsAskedForAnUnknownOne)
{
    const StreamCapture error(2);
    CPPUNIT_ASSERT_EQUAL(64, start({"proximux", "--help", "pool.setle"}).exitCode.value_or(-1));
    CPPUNIT_ASSERT_EQUAL(std::string("pool.setle: unknown; the nearest known setting is pool.settle\n"), error.text());
}

TEST(StartupTest, checksAConfiguration)
{
    expectOutput(with({"--check-config"}), 0, "OK: mode PROXY, 127.0.0.1:0 to 1 target\n");
    expectOutput(with({"--check-config", "--target", "127.0.0.1:2"}), 0, "OK: mode PROXY, 127.0.0.1:0 to 2 targets");
}

TEST(StartupTest, tellsNoticesWhereAConfigurationIsChecked)
{
    const StreamCapture output(1);
    CPPUNIT_ASSERT_EQUAL(0, start({"proximux", "-l0", "-ta:1", "--check-config"}).exitCode.value_or(-1));
    CPPUNIT_ASSERT_EQUAL(std::string("OK: mode FIFO, localhost:0 to 1 target\n"
                                     "exchange.mode = auto: clients share one target connection; a server that speaks "
                                     "first (MySQL, SSH, SMTP) needs exchange.mode = proxy (--mode proxy)\n"),
                         output.text());
}

TEST(StartupTest, handsNoticesOnToTheLog)
{
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, start({"proximux", "-l0", "-ta:1"}).notices.size());
    CPPUNIT_ASSERT(start(with({})).notices.empty());
}

TEST(StartupTest, showsFirstStepsToThoseWhoSayNothing)
{
    const StreamCapture error(2);
    CPPUNIT_ASSERT_EQUAL(78, start({"proximux"}).exitCode.value_or(-1));
    const std::string text = error.text();
    for (const char* part : {"proximux --demo", "proximux --help", "--listen PORT --target HOST:PORT"})
        CPPUNIT_ASSERT_MESSAGE(text, text.find(part) != std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(text, text.find("local.port") == std::string::npos);
}

TEST(StartupTest, printsAConfigurationWithItsLayers)
{
    expectOutput(with({"--print-config"}), 0, "command line --listen");
}

TEST(StartupTest, tellsEachMistakeOnItsLine)
{
    const StreamCapture output(1);
    const StreamCapture error(2);
    const StartupResult result =
        start(with({"--log-level", "9", "--set", "local.backlog=\x1b[2Jx", "--set", "local.prot=1"}));
    CPPUNIT_ASSERT_EQUAL(78, result.exitCode.value_or(-1));
    CPPUNIT_ASSERT_EQUAL(std::string(), output.text());
    const std::string text = error.text();
    CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t(3), std::count(text.begin(), text.end(), '\n'));
    for (const char* key : {"log.level", "local.backlog", "local.prot"})
        CPPUNIT_ASSERT_MESSAGE(text, text.find(key) != std::string::npos);
    CPPUNIT_ASSERT_MESSAGE(text, text.find('\x1b') == std::string::npos);
}

TEST(StartupTest, laysTheCommandLineOverTheDemonstration)
{
    const StartupResult plain = start({"proximux", "--demo"});
    CPPUNIT_ASSERT(plain.demonstration && plain.configuration);
    CPPUNIT_ASSERT(!plain.portWasChosen);
    CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1:3307"), plain.configuration->local.endpoint.toString());
    CPPUNIT_ASSERT_EQUAL(1, plain.configuration->log.level);
    const StartupResult changed =
        start({"proximux", "--demo", "--listen", "4000", "--set", "log.level=3", "--max-connections=7"});
    CPPUNIT_ASSERT(changed.portWasChosen);
    CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1:4000"), changed.configuration->local.endpoint.toString());
    CPPUNIT_ASSERT_EQUAL(3, changed.configuration->log.level);
    CPPUNIT_ASSERT_EQUAL(7, changed.configuration->local.maxConnections);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), changed.configuration->targets.size());
}

TEST(StartupTest, refusesADemonstrationInTheBackground)
{
    expectMistake({"proximux", "--demo", "--daemon"}, "--demo");
}

TEST(StartupTest, hasTlsOfADemonstrationAlone)
{
    expectMistake(with({"--tls"}), "--tls belongs to --demo; expected --demo --tls, or --set local.tls=on\n");
}

TEST(StartupTest, makesTheLogFileAbsolute)
{
    const std::string name = Poco::Path(Poco::TemporaryFile::tempName()).getFileName() + ".log";
    const StartupResult result = start(with({"--set", "log.file=" + name}));
    Poco::File(name).remove();
    CPPUNIT_ASSERT(!result.exitCode);
    CPPUNIT_ASSERT_EQUAL(Poco::Path::current() + name, result.configuration->log.file);
}
