#include "support/Scripted.h"
#include "support/Test.h"

#include <proximux/net/loop/Reactor.h>

namespace proximux
{

/// How busy a reactor says it is.
class ReactorLoadTest : public CppUnit::TestCase
{
protected:
    /// Calls once, which takes that long, and ends after the next turn.
    void work(Duration duration)
    {
        _reactor.post(
            [this, duration]
            {
                _clock.time = _clock.time + duration;
                _reactor.post([this] { _reactor.stop(); });
            });
    }

    ManualClock _clock;
    Reactor _reactor{makePollPoller(), _clock};
};

TEST(ReactorLoadTest, theTimeOfATurnIsBusy)
{
    work(Duration::milliseconds(7));
    _clock.time = _clock.time + Duration::seconds(5); // before run()
    _reactor.run();
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{7000}, _reactor.load().busy.get());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{7000}, _reactor.load().longest.get());
}

TEST(ReactorLoadTest, theLongestTurnIsKept)
{
    _reactor.post(
        [this]
        {
            _clock.time = _clock.time + Duration::milliseconds(9);
            work(Duration::milliseconds(2));
        });
    _reactor.run();
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{11000}, _reactor.load().busy.get());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{9000}, _reactor.load().longest.get());
}

} // namespace proximux
