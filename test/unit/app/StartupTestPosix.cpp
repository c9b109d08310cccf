#include "support/Test.h"

#include "StartupFixture.h"

#include <Poco/File.h>
#include <Poco/Path.h>
#include <Poco/TemporaryFile.h>

using namespace proximux;

/// The options of a daemon.
class StartupPosixTest : public StartupFixture
{
};

TEST(StartupPosixTest, refusesWhatServerApplicationWouldRefuseUnseen)
{
    expectMistake(with({"--umask=9"}), "--umask = 9");
    expectMistake(with({"--umask="}), "--umask");
    expectMistake(with({"--pidfile="}), "--pidfile: the value is empty");
}

TEST(StartupPosixTest, makesPathsAbsolute)
{
    const std::string name = Poco::Path(Poco::TemporaryFile::tempName()).getFileName();
    const StartupResult result =
        start(with({"--daemon", "--pidfile", name + ".pid", "--set", "log.file=" + name + ".log"}));
    const std::string base = Poco::Path::current() + name;
    Poco::File(base + ".log").remove();
    CPPUNIT_ASSERT(!result.exitCode);
    CPPUNIT_ASSERT_EQUAL(base + ".log", result.configuration->log.file);
    CPPUNIT_ASSERT_EQUAL(base + ".pid", result.pidFile);
    CPPUNIT_ASSERT((Arguments{"proximux", "--daemon"} == result.serverArguments));
}

TEST(StartupPosixTest, refusesFilesThatCannotBeWritten)
{
    expectRefusal({"--set", "log.file=/none/x.log"}, "cannot open log.file /none/x.log: No such file or directory");
}
