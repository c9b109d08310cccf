#include "support/SharingFixture.h"
#include "support/Test.h"

#include <proximux/protocol/resp/Resp.h>

namespace proximux
{

/// How long requests wait for what cannot be had: a target, or a connection of their own.
class MuxWaitsTest : public SharingFixture
{
protected:
    static constexpr Duration S = Duration::seconds(1);

    void resp(std::size_t connections, std::size_t targets = 1, bool anyTarget = false)
    {
        Options options;
        options.protocol = "resp";
        options.connections = connections;
        options.targets = targets;
        options.anyTarget = anyTarget;
        options.exchange.connectTimeout = Duration::seconds(5);
        options.exchange.pinTimeout = S;
        options.exchange.maxPinned = connections - 1;
        options.exchange.conversation.pins = connections > 1;
        options.exchange.pipeline = 8;
        begin(options);
    }

    static std::string command(std::initializer_list<std::string_view> words) { return resp::encodeCommand(words); }

    /// Every connection that is asked for fails.
    void fails()
    {
        for (const TargetId id : std::exchange(world.dialled, {}))
            exchange->targetFailed(id, now);
    }

    void passFailing(Duration time)
    {
        const Instant end = now + time;
        while (now < end)
        {
            fails();
            pass(Duration::milliseconds(100));
        }
    }

    static constexpr const char* UNAVAILABLE = "-ERR proximux: no target connection was free in time\r\n";

    /// A client that has a connection alone.
    ClientId tied()
    {
        const ClientId a = join();
        says(a, command({"MULTI"}));
        if (!world.dialled.empty())
            opens();
        return a;
    }
};

TEST(MuxWaitsTest, whileEveryTargetFailsARequestWaitsForTheConnectTimeout)
{
    resp(1);
    const ClientId a = join();
    says(a, command({"PING"}));
    passFailing(Duration::milliseconds(4900));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    passFailing(Duration::milliseconds(1200)); // until the next attempt at the latest
    CPPUNIT_ASSERT_EQUAL(std::string(UNAVAILABLE), got(a));
    CPPUNIT_ASSERT(world.has(a));
    CPPUNIT_ASSERT(world.last.failed && world.last.reason == CloseReason::noTarget);
}

TEST(MuxWaitsTest, aTargetThatWasNotTriedMayStillBeThere)
{
    resp(2, 2);
    const ClientId a = join();
    says(a, command({"PING"}));
    const TargetId first = world.dialled.front();
    world.dialled.clear();
    exchange->targetFailed(first, now); // the second one is being opened, which takes its time
    world.dialled.clear();
    pass(Duration::seconds(6));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
}

TEST(MuxWaitsTest, anOpenConnectionIsWaitedFor)
{
    resp(1, 2, true);
    const ClientId a = join();
    const ClientId b = join();
    says(a, command({"GET", "x"}));
    fails();
    passFailing(S);
    pass(Duration::milliseconds(100));
    exchange->warmUp(now);
    const TargetId t = world.dialled.empty() ? TargetId{world.targets.begin()->first, 1} : opens();
    for (int i = 0; i < 8; ++i)
        says(b, command({"GET", "y"}));
    pass(Duration::seconds(10)); // the one behind the pipeline's limit waits for its place
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(b));
    CPPUNIT_ASSERT(world.has(t));
}

TEST(MuxWaitsTest, aTargetThatIsOfNoUseHasFailed)
{
    resp(1);
    const ClientId a = join();
    says(a, command({"PING"}));
    for (int i = 0; i < 70; ++i)
    {
        for (const TargetId id : std::exchange(world.dialled, {}))
        {
            world.target(id).held = false;
            world.target(id).ends = true; // it is found out when the request is about to be sent
            exchange->targetOpened(id, now);
        }
        pass(Duration::milliseconds(100));
    }
    CPPUNIT_ASSERT_EQUAL(std::string(UNAVAILABLE), got(a));
}

/// What failed before says nothing of the time since.
TEST(MuxWaitsTest, whoComesLaterWaitsForANewAttempt)
{
    resp(1);
    const ClientId a = join();
    says(a, command({"PING"}));
    passFailing(Duration::seconds(3));
    const ClientId b = join();
    says(b, command({"PING"}));
    passFailing(Duration::milliseconds(3200));
    CPPUNIT_ASSERT_EQUAL(std::string(UNAVAILABLE), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(b));
    passFailing(Duration::seconds(3));
    CPPUNIT_ASSERT_EQUAL(std::string(UNAVAILABLE), got(b));
}

TEST(MuxWaitsTest, requestsBehindAreFailedToo)
{
    resp(2);
    const ClientId a = join();
    says(a, command({"GET", "1"}) + command({"GET", "2"}) + command({"GET", "3"}));
    passFailing(Duration::milliseconds(6200));
    CPPUNIT_ASSERT_EQUAL(std::string(UNAVAILABLE) + UNAVAILABLE + UNAVAILABLE, got(a));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->usage().kept + exchange->usage().queued);
}

TEST(MuxWaitsTest, aTieIsWaitedForSoLong)
{
    resp(2);
    tied();
    const ClientId b = join();
    says(b, command({"MULTI"}));
    const Instant next = pass(Duration::milliseconds(999));
    CPPUNIT_ASSERT(next <= now + MS);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(b));
    pass(MS);
    CPPUNIT_ASSERT(!got(b).empty());
    CPPUNIT_ASSERT(world.last.failed && world.last.reason == CloseReason::noPin);
    const ClientId c = join();
    says(c, command({"PING"}));
    opens(); // there is one left for all
}

TEST(MuxWaitsTest, theErrorSaysWhoIsTied)
{
    resp(4);
    const ClientId a = join();
    says(a, command({"SUBSCRIBE", "x"}));
    answers(opens(), "*3\r\n$9\r\nsubscribe\r\n$1\r\nx\r\n:1\r\n");
    pass(Duration::seconds(50));
    tied();
    tied();
    const ClientId b = join();
    says(b, command({"MULTI"}));
    pass(Duration::seconds(2));
    const std::string why = "pool.max_tied = 3 is reached: 3 connections are pinned (2 transaction, 1 subscription), "
                            "the longest for 52 s";
    CPPUNIT_ASSERT_EQUAL("-ERR proximux: " + why + "\r\n", got(b));
    CPPUNIT_ASSERT_EQUAL(why, world.unpinned);
}

TEST(MuxWaitsTest, aTieThatEndsInTimeIsHad)
{
    resp(2);
    const ClientId a = tied();
    const ClientId b = join();
    says(b, command({"MULTI"}));
    pass(Duration::milliseconds(900));
    exchange->clientLost(a, now);
    pass(Duration::seconds(1));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(b));
    CPPUNIT_ASSERT_EQUAL(command({"MULTI"}), got(opens()));
}

TEST(MuxWaitsTest, whoIsTiedAlreadyWaitsForNoTie)
{
    Options options;
    options.protocol = "resp";
    options.exchange.pinTimeout = S;
    options.exchange.maxPinned = 1;
    options.exchange.conversation.pins = true;
    begin(options);
    const ClientId a = join();
    says(a, command({"MULTI"}) + command({"GET", "x"}) + command({"GET", "y"}));
    opens();
    pass(Duration::seconds(5));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    CPPUNIT_ASSERT(world.has(a));
}

} // namespace proximux
