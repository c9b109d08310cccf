#include "support/Test.h"

#include "StreamCapture.h"

#include <app/Startup.h>

#include <Poco/Exception.h>
#include <Poco/File.h>
#include <Poco/Path.h>
#include <Poco/TemporaryFile.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace proximux;
using Arguments = std::vector<std::string>;

class StartupTest : public CppUnit::TestCase
{
protected:
    static Arguments with(const Arguments& more)
    {
        Arguments all{"proximux", "--listen", "127.0.0.1:0", "--target", "127.0.0.1:1", "--mode", "proxy"};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }

    /// Whatever the environment of the tests is.
    static StartupResult start(const Arguments& arguments)
    {
        const std::map<std::string, std::string> nothing;
        return startUp(arguments, {}, &nothing);
    }

    static void expectOutput(Arguments arguments, int exitCode, const std::string& part)
    {
        if (arguments.front() != "proximux")
            arguments.insert(arguments.begin(), "proximux");
        const StreamCapture output(1);
        CPPUNIT_ASSERT_EQUAL(exitCode, start(arguments).exitCode.value_or(-1));
        CPPUNIT_ASSERT_MESSAGE(output.text(), output.text().find(part) != std::string::npos);
    }

    static void expectMistake(const Arguments& arguments, const std::string& part)
    {
        const StreamCapture error(2);
        CPPUNIT_ASSERT_EQUAL(78, start(arguments).exitCode.value_or(-1));
        CPPUNIT_ASSERT_MESSAGE(error.text(), error.text().find(part) != std::string::npos);
    }

    static void expectRefusal(const Arguments& arguments, const std::string& message)
    {
        try
        {
            start(with(arguments));
            CPPUNIT_FAIL("not refused: " + message);
        }
        catch (const Poco::FileException& exception)
        {
            CPPUNIT_ASSERT_EQUAL(message, exception.message());
        }
    }
};

TEST(StartupTest, saysItsVersionAndHelp)
{
    expectOutput({"--version"}, 0, "proximux ");
    expectOutput({"--help"}, 0, "--listen");
    expectOutput({"--help", "exchange.pairing"}, 0, "Default:");
    expectOutput({"decode", "--help"}, 0, "--response");
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

TEST(StartupTest, refusesWhatServerApplicationWouldRefuseUnseen)
{
    expectMistake(with({"--umask=9"}), "--umask = 9");
    expectMistake(with({"--umask="}), "--umask");
    expectMistake(with({"--pidfile="}), "--pidfile: the value is empty");
}

TEST(StartupTest, makesPathsAbsolute)
{
    const std::string name = Poco::Path(Poco::TemporaryFile::tempName()).getFileName();
    const StartupResult result =
        start(with({"--daemon", "--pidfile", name + ".pid", "--set", "log.file=" + name + ".log"}));
    const std::string base = Poco::Path::current() + name;
    Poco::File(base + ".log").remove();
    CPPUNIT_ASSERT(!result.exitCode);
    CPPUNIT_ASSERT_EQUAL(base + ".log", result.configuration->log.file);
    CPPUNIT_ASSERT((Arguments{"proximux", "--daemon", "--pidfile=" + base + ".pid"} == result.serverArguments));
}

TEST(StartupTest, refusesFilesThatCannotBeWritten)
{
    expectRefusal({"--set", "log.file=/none/x.log"}, "cannot open log.file /none/x.log: No such file or directory");
    expectRefusal({"--pidfile", "/none/x.pid"}, "cannot write --pidfile /none/x.pid: No such file or directory");
}

TEST(StartupTest, leavesNoPidFileBehind)
{
    const std::string path = Poco::TemporaryFile::tempName();
    const StartupResult result = start(with({"--pidfile", path}));
    CPPUNIT_ASSERT(!result.exitCode);
    CPPUNIT_ASSERT(!Poco::File(path).exists());
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
