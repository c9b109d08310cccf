#include "support/Test.h"

#include "LoggingFixture.h"

#include <app/StandardStream.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace proximux;

class LoggingPosixTest : public LoggingFixture
{
protected:
    /// The writing end of a pipe whose reading end stays open, or does not.
    int pipeEnd(bool keepReader)
    {
        std::array<int, 2> ends{};
        CPPUNIT_ASSERT(::pipe(ends.data()) == 0);
        _reader = ends[0];
        if (!keepReader)
            ::close(_reader);
        return ends[1];
    }

    int _reader = -1;
};

TEST(LoggingPosixTest, givesTheJournalPriorities)
{
    struct stat found = {};
    const StreamCapture output(1);
    const StreamCapture error(2);
    for (const int descriptor : {1, 2})
    {
        CPPUNIT_ASSERT(::fstat(descriptor, &found) == 0);
        ::setenv("JOURNAL_STREAM", (std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino)).c_str(), 1);
        const Logging logging(_settings, Logging::Place::terminal);
        logOneOfEach();
    }
    ::unsetenv("JOURNAL_STREAM");
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), count(output.text(), "<6>{"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), count(output.text(), "<7>{"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), count(output.text(), "\n"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), count(error.text(), "<3>{"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), count(error.text(), "\n"));
}

TEST(LoggingPosixTest, reopensTheFile)
{
    _settings.file = path();
    {
        Logging logging(_settings, Logging::Place::background);
        Poco::File(path()).renameTo(path() + ".moved");
        logging.reopen();
        logOneOfEach();
    }
    CPPUNIT_ASSERT_EQUAL(std::string(), content(path() + ".moved"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), count(content(path()), "\n"));
}

TEST(LoggingPosixTest, survivesAFullDisk)
{
    if (!Poco::File("/dev/full").exists())
        return; // a system without such a device
    const StreamCapture output(1, ::open("/dev/full", O_WRONLY));
    const StreamCapture error(2);
    {
        const Logging logging(_settings, Logging::Place::terminal);
        logOneOfEach();
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), count(error.text(), "an error"));
    _settings.file = "/dev/full";
    {
        const Logging logging(_settings, Logging::Place::terminal);
        logOneOfEach();
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), count(error.text(), "the log cannot be written: /dev/full: No space left"));
}

TEST(LoggingPosixTest, survivesAReaderThatLeft)
{
    const auto previous = std::signal(SIGPIPE, SIG_IGN);
    {
        const StreamCapture output(1, pipeEnd(false));
        const StreamCapture error(2);
        {
            const Logging logging(_settings, Logging::Place::terminal);
            logOneOfEach();
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), count(error.text(), "an error"));
    }
    std::signal(SIGPIPE, previous);
}

TEST(LoggingPosixTest, endsAlsoWhereNobodyReads)
{
    const StreamCapture output(1, pipeEnd(true));
    const auto begin = std::chrono::steady_clock::now();
    {
        const Logging logging(_settings, Logging::Place::terminal);
        for (int i = 0; i < 5000; ++i) // more than a pipe takes
            Log(true).text(LogScope::server, LogLevel::info, "somebody should read this, but nobody does");
    }
    const auto taken = std::chrono::steady_clock::now() - begin;
    ::close(_reader);
    CPPUNIT_ASSERT(taken > std::chrono::seconds(1));
    CPPUNIT_ASSERT(taken < std::chrono::seconds(10));
}
