#include "WatchRecorder.h"

#include <proximux/protocol/FramedWatcher.h>
#include <proximux/protocol/Generic.h>

#include <cppunit/extensions/HelperMacros.h>

#include <memory>

namespace proximux
{

class FramedWatcherTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(FramedWatcherTest);
    CPPUNIT_TEST(pairsResponsesInTheirOrder);
    CPPUNIT_TEST(seesTheSameHoweverItIsCut);
    CPPUNIT_TEST(measuresTimes);
    CPPUNIT_TEST(reportsWhatWasNotAnsweredAsFailed);
    CPPUNIT_TEST(givesUpOnceWhereBytesAreNoMessage);
    CPPUNIT_TEST(givesUpWhereTooManyWait);
    CPPUNIT_TEST(passesOverWhatNobodyAskedFor);
    CPPUNIT_TEST(restsBetweenExchanges);
    CPPUNIT_TEST(keepsToItsLimits);
    CPPUNIT_TEST_SUITE_END();

    static Instant at(std::int64_t us) { return Instant{us}; }

    void watch(const WatchLimits& limits = {})
    {
        Framing framing;
        framing.maxMessage = 100;
        _recorder = WatchRecorder();
        _watcher = std::make_unique<FramedWatcher>(makeLineProtocol(framing), _recorder, limits);
    }

    [[nodiscard]] std::string seen() const { return joined(_recorder.lines); }

public:
    void pairsResponsesInTheirOrder()
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

    void seesTheSameHoweverItIsCut()
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
            FramedWatcher watcher(makeLengthProtocol(framing), _recorder, {});
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

    void measuresTimes()
    {
        watch();
        _watcher->fromClient("o", at(0));
        _watcher->fromClient("ne\n", at(10));
        _watcher->fromTarget("1", at(15));
        _watcher->fromTarget("1\n", at(40));
        CPPUNIT_ASSERT_EQUAL(std::int64_t{5}, _recorder.responses.at(0).firstByte.us);
        CPPUNIT_ASSERT_EQUAL(std::int64_t{30}, _recorder.responses.at(0).whole.us);
    }

    void reportsWhatWasNotAnsweredAsFailed()
    {
        watch();
        _watcher->fromClient("one\ntwo\nhalf", at(0));
        _watcher->fromTarget("1\nhalf", at(1));
        _watcher->ended(at(2));
        CPPUNIT_ASSERT_EQUAL(std::string("> one\n> two\n< one\n< two (failed)\n"), seen());
    }

    void givesUpOnceWhereBytesAreNoMessage()
    {
        watch();
        _watcher->fromClient("one\n", at(0));
        _watcher->fromTarget(std::string(101, 'x'), at(1));
        _watcher->fromTarget(std::string(101, 'x'), at(2));
        _watcher->fromClient("two\n", at(3));
        _watcher->ended(at(4));
        CPPUNIT_ASSERT_EQUAL(std::string("> one\n! a line longer than exchange.max_message\n"), seen());
    }

    void givesUpWhereTooManyWait()
    {
        watch();
        for (std::size_t i = 0; i <= FramedWatcher::MAX_PENDING; ++i)
            _watcher->fromClient("x\n", at(0));
        CPPUNIT_ASSERT_EQUAL(std::string("! too many requests wait for their response"), _recorder.lines.back());
    }

    void passesOverWhatNobodyAskedFor()
    {
        watch();
        _watcher->fromTarget("hello\n", at(0));
        _watcher->fromClient("one\n", at(1));
        _watcher->fromTarget("1\n", at(2));
        CPPUNIT_ASSERT_EQUAL(std::string("> one\n< one\n"), seen());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, _recorder.responses.at(0).responseSize);
    }

    void restsBetweenExchanges()
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

    void keepsToItsLimits()
    {
        watch({8, 4});
        _watcher->fromClient("0123456789abcdef\n", at(0));
        CPPUNIT_ASSERT_EQUAL(std::string("> 0123\n"), seen());
        CPPUNIT_ASSERT_EQUAL(std::string("01234567"), _recorder.requestBytes.at(0));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{17}, _recorder.requestSizes.at(0));
    }

private:
    WatchRecorder _recorder;
    std::unique_ptr<FramedWatcher> _watcher;
};

CPPUNIT_TEST_SUITE_NAMED_REGISTRATION(FramedWatcherTest, "protocol");

} // namespace proximux
