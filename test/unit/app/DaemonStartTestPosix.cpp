#include "support/Test.h"

#include "StreamCapture.h"

#include <app/DaemonStart.h>

#include <functional>
#include <optional>
#include <string>

#include <unistd.h>

namespace proximux
{

class DaemonStartTest : public CppUnit::TestCase
{
protected:
    /// The exit code of the parent of a daemon that does this.
    static int exitCodeOf(const std::function<void(DaemonStart&)>& daemon)
    {
        DaemonStart start;
        const std::optional<int> ended = start.detach();
        if (ended)
            return *ended;
        daemon(start);
        ::_exit(0);
    }
};

TEST(DaemonStartTest, waitsUntilTheDaemonHasStarted)
{
    const StreamCapture error(2);
    CPPUNIT_ASSERT_EQUAL(0, exitCodeOf(
                                [](DaemonStart& start)
                                {
                                    start.succeeded();
                                    start.failed(71, "later failures have no one to tell");
                                }));
    CPPUNIT_ASSERT_EQUAL(std::string(), error.text());
}

TEST(DaemonStartTest, endsAsADaemonThatCannotStart)
{
    const StreamCapture error(2);
    const std::string reason(10000, 'x');
    CPPUNIT_ASSERT_EQUAL(71, exitCodeOf([&reason](DaemonStart& start) { start.failed(71, reason); }));
    CPPUNIT_ASSERT_EQUAL("proximux: " + reason + "\n", error.text());
}

TEST(DaemonStartTest, reportsADaemonThatEndedWithoutAWord)
{
    const StreamCapture error(2);
    CPPUNIT_ASSERT_EQUAL(70, exitCodeOf([](DaemonStart&) {}));
    CPPUNIT_ASSERT_EQUAL(std::string("proximux: the daemon ended during its start\n"), error.text());
}

TEST(DaemonStartTest, isAwaitedInTheDaemonOnly)
{
    DaemonStart start;
    CPPUNIT_ASSERT(!start.isAwaited());
    start.failed(71, "nobody waits for this");
    CPPUNIT_ASSERT_EQUAL(1, exitCodeOf([](DaemonStart& daemon) { daemon.failed(daemon.isAwaited() ? 1 : 2, ""); }));
}

} // namespace proximux
