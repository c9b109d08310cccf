#include "support/Test.h"

#include <app/Heartbeat.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

using namespace proximux;

class HeartbeatTest : public CppUnit::TestCase
{
};

TEST(HeartbeatTest, beatsAtIntervalsAndEndsAtOnce)
{
    std::mutex mutex;
    std::condition_variable changed;
    int beats = 0;
    const auto beat = [&]
    {
        const std::lock_guard<std::mutex> lock(mutex);
        ++beats;
        changed.notify_all();
    };
    const auto reaches = [&](int number)
    {
        std::unique_lock<std::mutex> lock(mutex);
        return changed.wait_for(lock, std::chrono::seconds(20), [&] { return beats >= number; });
    };
    {
        const Heartbeat heartbeat(Duration::milliseconds(1), beat);
        CPPUNIT_ASSERT(reaches(3));
    }
    beats = 0;
    {
        const Heartbeat heartbeat(Duration::seconds(3600), beat);
        CPPUNIT_ASSERT(reaches(1));
    }
    CPPUNIT_ASSERT_EQUAL(1, beats);
}

TEST(HeartbeatTest, isStillWhereItIsOff)
{
    std::atomic<int> beats{0};
    {
        const Heartbeat heartbeat(Duration::off(), [&beats] { ++beats; });
    }
    CPPUNIT_ASSERT_EQUAL(0, beats.load());
}
