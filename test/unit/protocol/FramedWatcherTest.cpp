#include "unit/protocol/WatcherFixture.h"

namespace proximux
{

/// Pairs, measures and reports what passes, in any protocol.
class FramedWatcherTest : public WatcherFixture
{
};

TEST(FramedWatcherTest, pairsResponsesInTheirOrder)
{
    watch();
    _watcher->fromClient("one\ntwo\nthr", at(0));
    _watcher->fromTarget("1\n", at(1));
    _watcher->fromClient("ee\n", at(2));
    _watcher->fromTarget("2\n3\n", at(3));
    CPPUNIT_ASSERT_EQUAL(std::string("> one\n> two\n< one\n> three\n< two\n< three\n"), seen());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{4}, _recorder.responses.at(0).requestSize);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, _recorder.responses.at(0).responseSize);
}

TEST(FramedWatcherTest, seesTheSameHoweverItIsCut)
{
    LengthField field;
    field.width = 2;
    const std::string stream("\0\3abc\0\0\0\2de", 11);
    for (std::size_t cut = 1; cut < stream.size(); ++cut)
    {
        Framing framing;
        framing.maxMessage = 100;
        framing.length = field;
        _recorder = WatchRecorder();
        FramedWatcher watcher(findProtocol("length")->make(framing), _recorder, {});
        watcher.fromClient(stream.substr(0, cut), at(0));
        watcher.fromClient(stream.substr(cut), at(0));
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, _recorder.requestSizes.size());
        CPPUNIT_ASSERT_EQUAL(stream.substr(0, 5), _recorder.requestBytes[0]);
        CPPUNIT_ASSERT_EQUAL(stream.substr(7), _recorder.requestBytes[2]);
        watcher.fromTarget(stream.substr(0, cut), at(1));
        watcher.fromTarget(stream.substr(cut), at(1));
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, _recorder.responses.size());
    }
}

TEST(FramedWatcherTest, measuresTimes)
{
    watch();
    _watcher->fromClient("o", at(0));
    _watcher->fromClient("ne\n", at(10));
    _watcher->fromTarget("1", at(15));
    _watcher->fromTarget("1\n", at(40));
    CPPUNIT_ASSERT_EQUAL(std::int64_t{5}, _recorder.responses.at(0).firstByte.us);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{30}, _recorder.responses.at(0).whole.us);
}

TEST(FramedWatcherTest, reportsWhatWasNotAnsweredAsFailed)
{
    watch();
    _watcher->fromClient("one\ntwo\nhalf", at(0));
    _watcher->fromTarget("1\nhalf", at(1));
    _watcher->ended(at(2));
    CPPUNIT_ASSERT_EQUAL(std::string("> one\n> two\n< one\n< two (failed)\n"), seen());
}

TEST(FramedWatcherTest, givesUpOnceWhereBytesAreNoMessage)
{
    watch();
    _watcher->fromClient("one\n", at(0));
    _watcher->fromTarget(std::string(101, 'x'), at(1));
    _watcher->fromTarget(std::string(101, 'x'), at(2));
    _watcher->fromClient("two\n", at(3));
    _watcher->ended(at(4));
    CPPUNIT_ASSERT_EQUAL(std::string("> one\n! a line longer than exchange.max_message\n"), seen());
}

TEST(FramedWatcherTest, givesUpWhereTooManyWait)
{
    watch();
    for (std::size_t i = 0; i <= FramedWatcher::MAX_PENDING; ++i)
        _watcher->fromClient("x\n", at(0));
    CPPUNIT_ASSERT_EQUAL(std::string("! too many requests are waiting for a response"), _recorder.lines.back());
}

TEST(FramedWatcherTest, passesOverWhatNobodyAskedFor)
{
    watch();
    _watcher->fromTarget("hello\n", at(0));
    _watcher->fromClient("one\n", at(1));
    _watcher->fromTarget("1\n", at(2));
    CPPUNIT_ASSERT_EQUAL(std::string("> one\n< one\n"), seen());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, _recorder.responses.at(0).responseSize);
}

TEST(FramedWatcherTest, restsBetweenExchanges)
{
    watch();
    CPPUNIT_ASSERT(_watcher->isAtRest());
    _watcher->fromClient("o", at(0));
    CPPUNIT_ASSERT(!_watcher->isAtRest());
    _watcher->fromClient("\n", at(0));
    CPPUNIT_ASSERT(!_watcher->isAtRest());
    _watcher->fromTarget("1\n", at(0));
    CPPUNIT_ASSERT(_watcher->isAtRest());
}

TEST(FramedWatcherTest, keepsToItsLimits)
{
    watch({8, 4});
    _watcher->fromClient("0123456789abcdef\n", at(0));
    CPPUNIT_ASSERT_EQUAL(std::string("> 0123\n"), seen());
    CPPUNIT_ASSERT_EQUAL(std::string("01234567"), _recorder.requestBytes.at(0));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{17}, _recorder.requestSizes.at(0));
}

TEST(FramedWatcherTest, keepsLittleOfManyRequests)
{
    watch({10, 4});
    _watcher->fromClient("1234\n1234\n1234\n1234\n", at(0));
    _watcher->fromTarget("a\nb\n", at(1));
    _watcher->fromClient("5678\n", at(2));
    _watcher->fromTarget("c\nd\ne\n", at(3));
    CPPUNIT_ASSERT_EQUAL(std::string("< 1234\n< 1234\n> 5678\n< 12\n< \n< 5678\n"), seen().substr(seen().find('<')));
}

TEST(FramedWatcherTest, saysWhichRequestIsAnswered)
{
    watchNamed("modbus");
    const auto modbus = [](char id, char function)
    { return std::string("\0", 1) + id + std::string("\0\0\0\6\1", 5) + function + std::string(4, '\0'); };
    asks(modbus(1, 1) + modbus(2, 2) + modbus(3, 3));
    answers(modbus(3, 3) + modbus(1, 1) + modbus(2, 2));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _recorder.responses.at(0).place);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _recorder.responses.at(1).place);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _recorder.responses.at(2).place);
}

} // namespace proximux
