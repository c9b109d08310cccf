#include "support/Test.h"

#include "LoggingFixture.h"

#include <Poco/Exception.h>

using namespace proximux;

class LoggingTest : public LoggingFixture
{
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

TEST(LoggingTest, refusesAFileThatCannotBeOpened)
{
    _settings.file = _folder.path() + "/none/x.log";
    CPPUNIT_ASSERT_THROW(Logging(_settings, Logging::Place::terminal), Poco::FileException);
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
