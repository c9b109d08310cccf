#include "support/SharingFixture.h"
#include "support/Test.h"

namespace proximux
{

/// How long clients that read or send slowly may keep a target connection from others.
class MuxStallsTest : public SharingFixture
{
protected:
    static constexpr Duration S = Duration::seconds(1);

    void stalling(bool raw = false, std::size_t connections = 1)
    {
        Options options;
        options.connections = connections;
        options.exchange.stallTimeout = S;
        options.exchange.requestBuffer = 10;
        options.exchange.responseBuffer = 2000;
        options.exchange.requestTimeout = Duration::seconds(30);
        options.exchange.queueTimeout = Duration::off();
        if (raw)
            options.protocol = "raw";
        begin(options);
    }

    /// A client that has sent the beginning of a large request, and the connection that it has.
    std::pair<ClientId, TargetId> slowSender()
    {
        const ClientId slow = join();
        says(slow, "0123456789");
        return {slow, opens()};
    }

    /// How long others wait behind this client until it is closed.
    Duration timeOf(ClientId slow)
    {
        const Instant since = now;
        while (world.has(slow) && (now - since) < Duration::seconds(60))
            pass(MS);
        CPPUNIT_ASSERT(!world.has(slow));
        return now - since;
    }
};

TEST(MuxStallsTest, aSlowSenderHoldsUpOthersForSoLong)
{
    stalling();
    const auto [slow, t] = slowSender();
    const ClientId other = join();
    says(other, "x\n");
    const Instant next = pass(Duration::milliseconds(999));
    CPPUNIT_ASSERT(next == now + MS);
    CPPUNIT_ASSERT(world.has(slow) && world.has(t));
    pass(MS);
    assertClosed(slow, CloseReason::stalled, How::finish);
    assertClosed(t, CloseReason::requestBroken, How::abort);
    const TargetId next1 = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("x\n"), got(next1));
    answers(next1, "y\n");
    CPPUNIT_ASSERT_EQUAL(std::string("y\n"), got(other));
}

TEST(MuxStallsTest, aByteNowAndThenGivesASenderNoTime)
{
    stalling();
    const auto [slow, t] = slowSender();
    says(join(), "x\n");
    for (int i = 0; i < 9; ++i)
    {
        pass(Duration::milliseconds(100));
        says(slow, "z");
    }
    CPPUNIT_ASSERT(world.has(slow));
    pass(Duration::milliseconds(100));
    assertClosed(slow, CloseReason::stalled, How::finish);
    CPPUNIT_ASSERT(!world.has(t));
}

TEST(MuxStallsTest, aSlowSenderAloneHasAllTheTime)
{
    stalling();
    const auto [slow, t] = slowSender();
    for (int i = 0; i < 100; ++i)
    {
        pass(Duration::seconds(10));
        says(slow, "z");
    }
    CPPUNIT_ASSERT(world.has(slow));
    says(join(), "x\n"); // from now on it counts
    CPPUNIT_ASSERT(timeOf(slow) == S);
    CPPUNIT_ASSERT(!world.has(t));
}

TEST(MuxStallsTest, aSenderWhoseTargetTakesNothingHoldsUpNobody)
{
    stalling();
    const auto [slow, t] = slowSender();
    says(join(), "x\n");
    world.target(t).room = 0;
    says(slow, "z");
    pass(Duration::seconds(5));
    CPPUNIT_ASSERT(world.has(slow) && world.has(t)); // the target has exchange.response_timeout
    takes(t, 1);
    CPPUNIT_ASSERT(timeOf(slow) == S);
}

/// However many come one after the other, whoever waits behind them waits little more than for one.
TEST(MuxStallsTest, slowReadersShareTheTimeOfTheirLane)
{
    stalling();
    std::vector<ClientId> slow;
    for (int i = 0; i < 12; ++i)
    {
        slow.push_back(join());
        world.client(slow.back()).room = 0;
        says(slow.back(), "big\n");
    }
    const ClientId other = join();
    says(other, "x\n");
    const Instant since = now;
    TargetId t = opens();
    for (std::size_t i = 0; i < slow.size(); ++i)
    {
        answers(t, std::string(2400, 'A'));
        const Duration time = timeOf(slow[i]);
        CPPUNIT_ASSERT(i > 0 ? time <= Duration::milliseconds(63) : time == S);
        t = opens(); // what is left of its response is for nobody
    }
    CPPUNIT_ASSERT(now - since < Duration::milliseconds(1150));
    answers(t, "y\n");
    CPPUNIT_ASSERT_EQUAL(std::string("y\n"), got(other));
}

TEST(MuxStallsTest, slowSendersShareTheTimeOfTheirLane)
{
    stalling();
    std::vector<ClientId> slow;
    for (int i = 0; i < 12; ++i)
    {
        slow.push_back(join());
        says(slow.back(), "0123456789");
    }
    const ClientId other = join();
    says(other, "x\n");
    const Instant since = now;
    for (const ClientId each : slow)
    {
        opens();
        timeOf(each);
    }
    CPPUNIT_ASSERT(now - since < Duration::milliseconds(1150));
    CPPUNIT_ASSERT_EQUAL(std::string("x\n"), got(opens()));
}

TEST(MuxStallsTest, aLaneRecovers)
{
    stalling();
    const auto [first, t] = slowSender();
    says(join(), "x\n");
    CPPUNIT_ASSERT(timeOf(first) == S);
    answers(opens(), "y\n");
    pass(Duration::seconds(2)); // half a second is given back
    const ClientId second = join();
    says(second, "0123456789");
    says(join(), "x\n");
    CPPUNIT_ASSERT(timeOf(second) == Duration::milliseconds(500));
    answers(opens(), "y\n");
    pass(Duration::seconds(40));
    const ClientId third = join();
    says(third, "0123456789");
    says(join(), "x\n");
    CPPUNIT_ASSERT(timeOf(third) == S);
}

/// Clients that send as fast as they can are not those by whom a lane is kept from others.
TEST(MuxStallsTest, transfersAtAFairSpeedDoNotAddUp)
{
    stalling();
    for (int i = 0; i < 40; ++i)
    {
        const ClientId sender = join();
        says(sender, "0123456789");
        if (i == 0)
            opens();
        const ClientId other = join();
        says(other, "x\n");
        for (int piece = 0; piece < 10; ++piece)
        {
            pass(Duration::milliseconds(10));
            CPPUNIT_ASSERT(world.has(sender));
            says(sender, std::string(660, 'z'));
        }
        says(sender, "\n");
        const TargetId t{world.targets.begin()->first, 1};
        answers(t, "y\n");
        answers(t, "y\n");
        CPPUNIT_ASSERT_EQUAL(std::string("y\n"), got(other));
    }
}

TEST(MuxStallsTest, whoIsHeldForAMomentIsNotClosedForWhatOthersDid)
{
    stalling();
    const auto [first, t] = slowSender();
    const ClientId honest = join();
    says(honest, "big\n");
    says(join(), "x\n");
    timeOf(first);
    world.client(honest).room = 0;
    const TargetId again = opens();
    answers(again, std::string(2400, 'A'));
    CPPUNIT_ASSERT(world.target(again).held);
    pass(Duration::milliseconds(50));
    takes(honest, 9000);
    answers(again, "A\n");
    answers(again, "y\n");
    CPPUNIT_ASSERT(world.has(honest));
}

/// Where nobody knows the end of a request, the time between its pieces is its client's.
TEST(MuxStallsTest, aSlowSenderOfRawHasNoMoreTime)
{
    stalling(true);
    const ClientId slow = join();
    says(slow, "0");
    const TargetId t = opens();
    const ClientId other = join();
    says(other, "x\n");
    for (int i = 0; i < 9; ++i)
    {
        pass(Duration::milliseconds(100));
        says(slow, "z");
        CPPUNIT_ASSERT(world.has(slow));
    }
    pass(Duration::milliseconds(100));
    says(slow, "z");
    assertClosed(slow, CloseReason::stalled, How::finish);
    assertClosed(t, CloseReason::requestBroken, How::abort);
    CPPUNIT_ASSERT_EQUAL(std::string("x\n"), got(opens()));
}

TEST(MuxStallsTest, aSenderOfRawThatHoldsUpNobodyHasAllTheTime)
{
    stalling(true);
    const ClientId slow = join();
    says(slow, "0");
    opens();
    for (int i = 0; i < 9; ++i)
    {
        pass(Duration::seconds(1));
        says(slow, "z");
    }
    says(join(), "x\n");
    says(slow, "z");
    CPPUNIT_ASSERT(world.has(slow));
}

} // namespace proximux
