#include "support/Test.h"

#include "StreamCapture.h"

#include <app/Logging.h>
#include <app/StandardStream.h>
#include <proximux/Log.h>

#include <Poco/Exception.h>
#include <Poco/File.h>
#include <Poco/TemporaryFile.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <sys/stat.h>

using namespace proximux;

namespace
{

std::size_t count(const std::string& text, const std::string& what)
{
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size()))
        ++n;
    return n;
}

void logOneOfEach()
{
    const Log log(true);
    log.failure(LogScope::pool, "Name", "an error");
    log.text(LogScope::server, LogLevel::info, "some information");
    log.text(LogScope::exchange, LogLevel::debug, "a detail");
}

} // namespace

class LoggingTest : public CppUnit::TestCase
{
protected:
    void setUp() override
    {
        _folder.createDirectories();
        _settings = Configuration().log;
        _settings.level = 3;
    }

    void tearDown() override { _folder.remove(true); }
    [[nodiscard]] std::string path() const { return _folder.path() + "/x.log"; }

    static std::string content(const std::string& path)
    {
        std::ifstream stream(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

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

    Poco::File _folder{Poco::TemporaryFile::tempName()};
    LogSettings _settings;
    int _reader = -1;
};

TEST(LoggingTest, sendsErrorsToStderrAndTheRestToStdout)
{
    const StreamCapture output(1);
    const StreamCapture error(2);
    {
        const Logging logging(_settings, Logging::Place::terminal);
        CPPUNIT_ASSERT(logging.usesStandardError());
        logOneOfEach();
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), count(error.text(), "\n"));
    CPPUNIT_ASSERT(count(error.text(), R"("s":"pool","l":1,"e":{"name":"Name","message":"an error"}})") == 1);
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), count(output.text(), "\n"));
    CPPUNIT_ASSERT(count(output.text(), R"("s":"server","l":2,"d":"some information"})") == 1);
    CPPUNIT_ASSERT(count(output.text(), R"("s":"exchange","l":3,"d":"a detail"})") == 1);
}

TEST(LoggingTest, givesTheJournalPriorities)
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

TEST(LoggingTest, isSilentAtLevelZero)
{
    const StreamCapture output(1);
    const StreamCapture error(2);
    _settings.level = 0;
    {
        const Logging logging(_settings, Logging::Place::terminal);
        logOneOfEach();
    }
    CPPUNIT_ASSERT_EQUAL(std::string(), output.text() + error.text());
}

TEST(LoggingTest, writesOnlyErrorsAtLevelOne)
{
    const StreamCapture output(1);
    const StreamCapture error(2);
    _settings.level = 1;
    {
        const Logging logging(_settings, Logging::Place::terminal);
        logOneOfEach();
    }
    CPPUNIT_ASSERT_EQUAL(std::string(), output.text());
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), count(error.text(), "\n"));
}

TEST(LoggingTest, writesTextWhereThatIsAskedFor)
{
    const StreamCapture output(1);
    const StreamCapture error(2);
    _settings.format = LogSettings::Format::text;
    {
        const Logging logging(_settings, Logging::Place::terminal);
        logOneOfEach();
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), count(output.text(), " info  server: some information\n"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), count(error.text(), " error pool: Name: an error\n"));
}

TEST(LoggingTest, writesAllLevelsToTheFileAndFlushesAtItsEnd)
{
    _settings.file = path();
    {
        const Logging logging(_settings, Logging::Place::terminal);
        CPPUNIT_ASSERT(!logging.usesStandardError());
        for (int i = 0; i < 1000; ++i)
            logOneOfEach();
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t(3000), count(content(path()), "\n"));
    for (const char* level : {R"("l":1,)", R"("l":2,)", R"("l":3,)"})
        CPPUNIT_ASSERT_EQUAL(std::size_t(1000), count(content(path()), level));
}

TEST(LoggingTest, reopensTheFile)
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

TEST(LoggingTest, refusesAFileThatCannotBeOpened)
{
    _settings.file = _folder.path() + "/none/x.log";
    CPPUNIT_ASSERT_THROW(Logging(_settings, Logging::Place::terminal), Poco::FileException);
}

TEST(LoggingTest, survivesAFullDisk)
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

TEST(LoggingTest, survivesAReaderThatLeft)
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

TEST(LoggingTest, endsAlsoWhereNobodyReads)
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

TEST(LoggingTest, givesItsLoggersBack)
{
    _settings.file = path();
    {
        const Logging logging(_settings, Logging::Place::terminal);
    }
    logOneOfEach();
    CPPUNIT_ASSERT(!Log(true).wants(LogScope::server, LogLevel::error));
    CPPUNIT_ASSERT_EQUAL(std::string(), content(path()));
}
