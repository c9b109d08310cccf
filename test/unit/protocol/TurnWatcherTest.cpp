#include "support/Test.h"

#include "WatchRecorder.h"

#include <proximux/protocol/watch/TurnWatcher.h>

using namespace proximux;

class TurnWatcherTest : public CppUnit::TestCase
{
protected:
    static Instant at(std::int64_t milliseconds) { return Instant{} + Duration::milliseconds(milliseconds); }

    WatchRecorder _recorder;
    TurnWatcher _watcher{_recorder, {}};
};

TEST(TurnWatcherTest, tellsRequestWithItsFirstPiece)
{
    _watcher.fromClient("hello", at(0));
    CPPUNIT_ASSERT_EQUAL(std::string("> hello\n"), joined(_recorder.lines));
    CPPUNIT_ASSERT_EQUAL(std::string("hello"), _recorder.requestBytes.at(0));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{5}, _recorder.requestSizes.at(0));
}

TEST(TurnWatcherTest, tellsResponseWhenClientSpeaksAgain)
{
    _watcher.fromClient("one", at(0));
    _watcher.fromTarget("ONE", at(1));
    _watcher.fromTarget("MORE", at(2));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _recorder.lines.size());
    _watcher.fromClient("two", at(3));
    CPPUNIT_ASSERT_EQUAL(std::string("> one\n< one\n> two\n"), joined(_recorder.lines));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{3}, _recorder.responses.at(0).requestSize);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{7}, _recorder.responses.at(0).responseSize);
}

TEST(TurnWatcherTest, tellsFurtherPiecesAsContinued)
{
    _watcher.fromClient("one", at(0));
    _watcher.fromClient("and more", at(1));
    _watcher.fromTarget("ONE", at(2));
    _watcher.fromClient("two", at(3));
    CPPUNIT_ASSERT_EQUAL(std::string("> one\n> and more (unanswered)\n< one\n> two\n"), joined(_recorder.lines));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{11}, _recorder.responses.at(0).requestSize);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _recorder.responses.at(0).requests);
}

TEST(TurnWatcherTest, tellsResponseAtTheEnd)
{
    _watcher.fromClient("one", at(0));
    _watcher.fromTarget("ONE", at(1));
    _watcher.ended(at(9));
    _watcher.ended(at(10));
    CPPUNIT_ASSERT_EQUAL(std::string("> one\n< one\n"), joined(_recorder.lines));
    CPPUNIT_ASSERT_EQUAL(std::int64_t{1000}, _recorder.responses.at(0).whole.us);
}

TEST(TurnWatcherTest, tellsRequestWithoutResponseAsFailed)
{
    _watcher.fromClient("one", at(0));
    _watcher.ended(at(9));
    CPPUNIT_ASSERT_EQUAL(std::string("> one\n< one (failed)\n"), joined(_recorder.lines));
    CPPUNIT_ASSERT_EQUAL(std::int64_t{9000}, _recorder.responses.at(0).whole.us);
}

TEST(TurnWatcherTest, takesGreetingForNoResponse)
{
    _watcher.fromTarget("SSH-2.0", at(0));
    _watcher.fromClient("one", at(1));
    _watcher.fromTarget("ONE", at(2));
    _watcher.ended(at(3));
    CPPUNIT_ASSERT_EQUAL(std::string("> one\n< one\n"), joined(_recorder.lines));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{3}, _recorder.responses.at(0).responseSize);
}

TEST(TurnWatcherTest, showsFirstLine)
{
    _watcher.fromClient("GET / HTTP/1.1\r\nHost: x\r\n\r\n", at(0));
    _watcher.fromTarget("x", at(0));
    _watcher.fromClient("\nsecond", at(0));
    _watcher.fromTarget("x", at(0));
    _watcher.fromClient("", at(0));
    CPPUNIT_ASSERT_EQUAL(std::string("> GET / HTTP/1.1\n< GET / HTTP/1.1\n> \nsecond\n"), joined(_recorder.lines));
}

TEST(TurnWatcherTest, keepsToItsLimits)
{
    TurnWatcher watcher(_recorder, {6, 3});
    watcher.fromClient("abcdefgh", at(0));
    watcher.ended(at(0));
    CPPUNIT_ASSERT_EQUAL(std::string("> abc\n< abc (failed)\n"), joined(_recorder.lines));
    CPPUNIT_ASSERT_EQUAL(std::string("abcdef"), _recorder.requestBytes.at(0));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{8}, _recorder.requestSizes.at(0));
}

TEST(TurnWatcherTest, measuresTimes)
{
    _watcher.fromClient("o", at(0));
    _watcher.fromClient("ne", at(10));
    _watcher.fromTarget("O", at(13));
    _watcher.fromTarget("NE", at(17));
    _watcher.fromClient("two", at(100));
    CPPUNIT_ASSERT_EQUAL(std::int64_t{3000}, _recorder.responses.at(0).firstByte.us);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{7000}, _recorder.responses.at(0).whole.us);
    CPPUNIT_ASSERT(!_recorder.responses.at(0).failed);
}

TEST(TurnWatcherTest, isNeverAtRest)
{
    CPPUNIT_ASSERT(!_watcher.isAtRest());
    _watcher.fromClient("one", at(0));
    _watcher.fromTarget("ONE", at(1));
    CPPUNIT_ASSERT(!_watcher.isAtRest());
}
