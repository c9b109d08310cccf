#include "support/Test.h"

#include <app/LogFormat.h>
#include <app/LogWriter.h>
#include <proximux/Log.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

using namespace proximux;

namespace
{

/// Shows a record's text and no more.
class BareFormatter : public Poco::Formatter
{
public:
    void format(const Poco::Message& message, std::string& line) override { line = message.getText(); }
};

/// Keeps what is written; can be stopped at a gate, and made to fail.
class ListSink : public LogSink
{
public:
    std::string write(std::string_view lines) noexcept override
    {
        std::unique_lock<std::mutex> lock(_mutex);
        ++_entered;
        _changed.notify_all();
        _changed.wait(lock, [this] { return !_shut; });
        if (_failing)
            return "full";
        for (; !lines.empty(); lines.remove_prefix(lines.find('\n') + 1))
            _lines.emplace_back(lines.substr(0, lines.find('\n')));
        _changed.notify_all();
        return {};
    }

    void reopen() noexcept override
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        _lines.emplace_back("<reopened>");
    }

    void shut(bool shut)
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        _shut = shut;
        _changed.notify_all();
    }

    void fail(bool failing)
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        _failing = failing;
    }

    /// Until a write has begun for the n-th time.
    bool awaitEntered(int count)
    {
        std::unique_lock<std::mutex> lock(_mutex);
        return _changed.wait_for(lock, std::chrono::seconds(10), [&] { return _entered >= count; });
    }

    bool awaitLines(std::size_t count)
    {
        std::unique_lock<std::mutex> lock(_mutex);
        return _changed.wait_for(lock, std::chrono::seconds(10), [&] { return _lines.size() >= count; });
    }

    std::vector<std::string> lines()
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        return _lines;
    }

private:
    std::mutex _mutex;
    std::condition_variable _changed;
    std::vector<std::string> _lines;
    int _entered = 0;
    bool _shut = false;
    bool _failing = false;
};

Poco::Message record(const std::string& text, Poco::Message::Priority priority = Poco::Message::PRIO_INFORMATION)
{
    return {"proximux.server", text, priority};
}

} // namespace

class LogWriterTest : public CppUnit::TestCase
{
protected:
    void setUp() override
    {
        _errors = std::make_shared<ListSink>();
        _others = std::make_shared<ListSink>();
    }
    LogWriter::Ptr make(std::size_t queue, const std::shared_ptr<LogSink>& alarm = nullptr,
                        std::size_t bytes = std::size_t{1} << 30U) const
    {
        const Poco::AutoPtr<Poco::Formatter> formatter(new BareFormatter);
        const LogOutput errors{_errors, formatter, alarm};
        const LogOutput others{_others, formatter, alarm};
        return new LogWriter({errors, others, others}, queue, bytes);
    }

    /// One record is being written, three wait, seven find no room.
    void fillToOverflow(LogWriter& writer) const
    {
        _others->shut(true);
        writer.log(record("first"));
        CPPUNIT_ASSERT(_others->awaitEntered(1));
        for (int i = 0; i < 10; ++i)
            writer.log(record(std::to_string(i)));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{7}, writer.dropped());
    }

    void expectDropped(const std::string& count) const
    {
        const auto lines = _errors->lines();
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), lines.size());
        CPPUNIT_ASSERT_MESSAGE(lines.front(),
                               lines.front().find("\"" + count + " records dropped") != std::string::npos);
    }

    std::shared_ptr<ListSink> _errors;
    std::shared_ptr<ListSink> _others;
};

TEST(LogWriterTest, writesEverythingInOrderBeforeItCloses)
{
    LogWriter::Ptr writer = make(100000);
    std::vector<std::string> expected;
    for (int i = 0; i < 20000; ++i)
    {
        expected.push_back(std::to_string(i));
        writer->log(record(expected.back()));
    }
    writer->close();
    CPPUNIT_ASSERT(expected == _others->lines());
}

TEST(LogWriterTest, sendsEachLevelToItsSink)
{
    LogWriter::Ptr writer = make(10);
    writer->log(record("e", Poco::Message::PRIO_ERROR));
    writer->log(record("i"));
    writer->log(record("d", Poco::Message::PRIO_DEBUG));
    writer->close();
    CPPUNIT_ASSERT(std::vector<std::string>{"e"} == _errors->lines());
    CPPUNIT_ASSERT((std::vector<std::string>{"i", "d"} == _others->lines()));
}

TEST(LogWriterTest, keepsOrderBetweenLevelsOfOneSink)
{
    _errors = _others;
    LogWriter::Ptr writer = make(10);
    writer->log(record("1"));
    writer->log(record("2", Poco::Message::PRIO_ERROR));
    writer->log(record("3"));
    writer->close();
    CPPUNIT_ASSERT((std::vector<std::string>{"1", "2", "3"} == _others->lines()));
}

TEST(LogWriterTest, countsWhatOverflowsAndSaysSo)
{
    LogWriter::Ptr writer = make(3);
    fillToOverflow(*writer);
    _others->shut(false);
    CPPUNIT_ASSERT(_others->awaitLines(4));
    CPPUNIT_ASSERT((std::vector<std::string>{"first", "0", "1", "2"} == _others->lines()));
    writer->log(record("last"));
    writer->close();
    CPPUNIT_ASSERT_EQUAL(std::string("last"), _others->lines().back());
    expectDropped("7");
}

TEST(LogWriterTest, saysWhatWasDroppedAlsoWhereNothingFollows)
{
    LogWriter::Ptr writer = make(3);
    fillToOverflow(*writer);
    _others->shut(false);
    writer->close();
    expectDropped("7");
}

TEST(LogWriterTest, boundsTheBytesThatWait)
{
    LogWriter::Ptr writer = make(1000, nullptr, 20000);
    _others->shut(true);
    writer->log(record("first"));
    CPPUNIT_ASSERT(_others->awaitEntered(1));
    for (int i = 0; i < 10; ++i)
        writer->log(record(std::string(3000, 'x'))); // three of which fit: a text may take twice its length
    writer->log(record(std::string(20000, 'y')));    // never fits
    _others->shut(false);
    CPPUNIT_ASSERT(_others->awaitLines(4));
    writer->close();
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, _others->lines().size());
    expectDropped("8");
    CPPUNIT_ASSERT(_errors->lines().front().find("log.queue_bytes") != std::string::npos);
}

TEST(LogWriterTest, countsTheBytesThatAreBeingWritten)
{
    LogWriter::Ptr writer = make(1000, nullptr, 20000);
    _others->shut(true);
    writer->log(record(std::string(6000, 'x')));
    CPPUNIT_ASSERT(_others->awaitEntered(1));
    writer->log(record(std::string(6000, 'y')));
    _others->shut(false);
    writer->close();
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _others->lines().size());
    expectDropped("1");
}

TEST(LogWriterTest, hasRoomAgainForWhatWasWritten)
{
    LogWriter::Ptr writer = make(1000, nullptr, 20000);
    for (std::size_t i = 1; i <= 20; ++i)
    {
        writer->log(record(std::string(6000, 'x')));
        CPPUNIT_ASSERT(_others->awaitLines(i));
        writer->log(record("small")); // behind it the bytes of the batch are free again
        CPPUNIT_ASSERT(_others->awaitLines(++i));
    }
    writer->close();
    CPPUNIT_ASSERT(_errors->lines().empty());
}

TEST(LogWriterTest, saysHowManyCouldNotBeWritten)
{
    LogWriter::Ptr writer = make(100);
    _others->fail(true);
    writer->log(record("lost"));
    CPPUNIT_ASSERT(_others->awaitEntered(1));
    writer->log(record("lost, too"));
    CPPUNIT_ASSERT(_others->awaitEntered(2));
    _others->fail(false);
    writer->log(record("kept"));
    writer->close();
    CPPUNIT_ASSERT_EQUAL(std::string("kept"), _others->lines().back());
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), _errors->lines().size());
    const std::string said = _errors->lines().front();
    CPPUNIT_ASSERT_MESSAGE(said, said.find("\"2 records could not be written") != std::string::npos);
}

TEST(LogWriterTest, raisesTheAlarmOnceWhenASinkBeginsToFail)
{
    const auto alarm = std::make_shared<ListSink>();
    _errors = _others;
    LogWriter::Ptr writer = make(100, alarm);
    _others->fail(true);
    writer->log(record("1", Poco::Message::PRIO_ERROR));
    CPPUNIT_ASSERT(_others->awaitEntered(1));
    writer->log(record("2"));
    writer->close();
    CPPUNIT_ASSERT(std::vector<std::string>{"proximux: the log cannot be written: full"} == alarm->lines());
}

TEST(LogWriterTest, reopensBehindWhatWasLoggedBefore)
{
    LogWriter::Ptr writer = make(10);
    writer->log(record("before"));
    writer->reopen();
    writer->log(record("behind"));
    writer->close();
    const auto lines = _others->lines();
    CPPUNIT_ASSERT_EQUAL(std::string("before"), lines.front());
    CPPUNIT_ASSERT_EQUAL(std::string("<reopened>"), lines.at(1));
    CPPUNIT_ASSERT_EQUAL(std::string("behind"), lines.back());
}

TEST(LogWriterTest, losesNothingOfSeveralThreads)
{
    LogWriter::Ptr writer = make(100000);
    std::array<std::thread, 4> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads[static_cast<std::size_t>(thread)] = std::thread(
            [&writer, thread]
            {
                for (int i = 0; i < 1000; ++i)
                    writer->log(record(std::to_string(thread * 1000 + i)));
            });
    for (std::thread& thread : threads)
        thread.join();
    writer->close();
    std::vector<int> numbers;
    for (const std::string& line : _others->lines())
        numbers.push_back(std::stoi(line));
    std::sort(numbers.begin(), numbers.end());
    CPPUNIT_ASSERT_EQUAL(std::size_t(4000), numbers.size());
    for (int i = 0; i < 4000; ++i)
        CPPUNIT_ASSERT_EQUAL(i, numbers[static_cast<std::size_t>(i)]);
}
