#include "support/SharingFixture.h"
#include "support/Test.h"

namespace proximux
{

/// What happens when nothing happens.
class MuxDeadlinesTest : public SharingFixture
{
protected:
    static constexpr Duration S = Duration::seconds(1);

    void line(const MultiplexerSettings& settings, std::size_t connections = 1)
    {
        Options options;
        options.exchange = settings;
        options.connections = connections;
        begin(options);
    }

    /// A client that does not read what answers it, and the connection that is held because of it.
    std::pair<ClientId, TargetId> slowReader()
    {
        const ClientId slow = join();
        world.client(slow).room = 0;
        says(slow, "big\n");
        const TargetId t = opens();
        answers(t, std::string(2400, 'A'));
        CPPUNIT_ASSERT(world.target(t).held);
        return {slow, t};
    }

    static MultiplexerSettings stalling()
    {
        MultiplexerSettings settings;
        settings.stallTimeout = S;
        settings.responseBuffer = 2000;
        settings.responseTimeout = Duration::seconds(2);
        return settings;
    }
};

TEST(MuxDeadlinesTest, aRequestWaitsInLineForSoLong)
{
    MultiplexerSettings settings;
    settings.queueTimeout = S;
    line(settings);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1\n");
    const TargetId t = opens();
    says(b, "2\n");
    const Instant next = pass(Duration::milliseconds(999));
    CPPUNIT_ASSERT(next <= now + MS);
    CPPUNIT_ASSERT(world.has(b));
    pass(MS);
    assertClosed(b, CloseReason::queueTimeout, How::finish);
    answers(t, "A1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("1\n"), got(t));
    CPPUNIT_ASSERT_EQUAL(std::string("A1\n"), got(a));
}

TEST(MuxDeadlinesTest, aResponseComesWithinItsTime)
{
    MultiplexerSettings settings;
    settings.responseTimeout = S;
    line(settings);
    const ClientId a = join();
    says(a, "1\n");
    const TargetId t = opens();
    says(join(), "2\n");
    pass(S);
    assertClosed(a, CloseReason::responseTimeout, How::finish);
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    CPPUNIT_ASSERT_EQUAL(std::string("2\n"), got(opens()));
}

TEST(MuxDeadlinesTest, eachByteGivesAResponseNewTime)
{
    MultiplexerSettings settings;
    settings.responseTimeout = S;
    line(settings);
    const ClientId a = join();
    says(a, "1\n");
    const TargetId t = opens();
    for (int i = 0; i < 5; ++i)
    {
        pass(Duration::milliseconds(999));
        answers(t, "A");
    }
    pass(S);
    assertClosed(a, CloseReason::responseTimeout, How::abort); // a part was passed on
}

TEST(MuxDeadlinesTest, theTimeRunsFromWhenTheTargetCouldAnswer)
{
    MultiplexerSettings settings;
    settings.responseTimeout = S;
    settings.pipeline = 2;
    line(settings);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1\n");
    says(b, "2\n");
    const TargetId t = opens();
    pass(Duration::milliseconds(900));
    answers(t, "A1\n"); // the second has its own time from here
    pass(Duration::milliseconds(900));
    CPPUNIT_ASSERT(world.has(b));
    pass(Duration::milliseconds(100));
    assertClosed(b, CloseReason::responseTimeout, How::finish);
    CPPUNIT_ASSERT(world.has(a));
}

TEST(MuxDeadlinesTest, aTargetThatTakesNothingHasNoMoreTime)
{
    MultiplexerSettings settings;
    settings.responseTimeout = S;
    settings.requestBuffer = 10;
    line(settings);
    const ClientId a = join();
    says(a, "0123456789");
    world.target(world.dialled.back()).room = 0;
    const TargetId t = opens();
    CPPUNIT_ASSERT(world.client(a).held);
    pass(Duration::milliseconds(900));
    takes(t, 1); // it took a byte
    pass(Duration::milliseconds(900));
    CPPUNIT_ASSERT(world.has(t));
    pass(Duration::milliseconds(100));
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    CPPUNIT_ASSERT(!world.has(a));
}

TEST(MuxDeadlinesTest, aLargeRequestMayPauseForSoLong)
{
    MultiplexerSettings settings;
    settings.requestTimeout = S;
    settings.requestBuffer = 10;
    line(settings);
    const ClientId a = join();
    says(a, "0123456789");
    const TargetId t = opens();
    pass(Duration::milliseconds(900));
    says(a, "x");
    pass(Duration::milliseconds(900));
    CPPUNIT_ASSERT(world.has(a));
    pass(Duration::milliseconds(100));
    assertClosed(a, CloseReason::requestTimeout, How::finish);
    assertClosed(t, CloseReason::requestBroken, How::abort);
}

TEST(MuxDeadlinesTest, aSlowReaderHoldsUpOthersForSoLong)
{
    line(stalling());
    const auto [slow, t] = slowReader();
    const ClientId other = join();
    says(other, "x\n");
    pass(Duration::milliseconds(999));
    CPPUNIT_ASSERT(world.has(slow));
    pass(MS);
    assertClosed(slow, CloseReason::stalled, How::abort);
    assertClosed(t, CloseReason::abandoned, How::abort); // nobody waits for the rest
    const TargetId next = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("x\n"), got(next));
    answers(next, "y\n");
    CPPUNIT_ASSERT_EQUAL(std::string("y\n"), got(other));
}

TEST(MuxDeadlinesTest, theTimesOfASlowReaderAddUp)
{
    line(stalling());
    const auto [slow, t] = slowReader();
    says(join(), "x\n");
    for (int i = 0; i < 3; ++i)
    {
        pass(Duration::milliseconds(300));
        takes(slow, 9000);
        CPPUNIT_ASSERT(!world.target(t).held);
        pass(S); // time in which nobody is held does not count
        answers(t, std::string(2400, 'A'));
        CPPUNIT_ASSERT(world.target(t).held);
    }
    pass(Duration::milliseconds(99));
    CPPUNIT_ASSERT(world.has(slow));
    pass(MS);
    assertClosed(slow, CloseReason::stalled, How::abort);
}

TEST(MuxDeadlinesTest, aSlowReaderAloneHasAllTheTime)
{
    MultiplexerSettings settings = stalling();
    settings.pipeline = 2;
    settings.queueTimeout = Duration::off();
    line(settings);
    const auto [slow, t] = slowReader();
    says(slow, "1\n2\n3\n"); // what it asks for itself does not count
    pass(Duration::seconds(3600));
    CPPUNIT_ASSERT(world.has(slow) && world.has(t));
    says(join(), "x\n"); // from now on it counts
    pass(Duration::milliseconds(999));
    CPPUNIT_ASSERT(world.has(slow));
    pass(MS);
    CPPUNIT_ASSERT(!world.has(slow));
}

TEST(MuxDeadlinesTest, theTimeOfOthersStandsStillWhileTheTargetIsHeld)
{
    MultiplexerSettings settings = stalling();
    settings.pipeline = 2;
    settings.stallTimeout = Duration::seconds(100);
    line(settings);
    const auto [slow, t] = slowReader();
    const ClientId other = join();
    says(other, "x\n");
    pass(Duration::seconds(50));
    CPPUNIT_ASSERT(world.has(other) && world.has(slow));
    takes(slow, 9000);
    answers(t, "A\ny\n");
    CPPUNIT_ASSERT_EQUAL(std::string("y\n"), got(other));
}

/// However small each of its answers is.
TEST(MuxDeadlinesTest, aSlowReadersNextAnswerIsNotRead)
{
    line(stalling());
    const ClientId slow = join();
    const ClientId other = join();
    world.client(slow).room = 0;
    says(slow, "1\n2\n");
    says(other, "3\n");
    says(slow, "4\n");
    const TargetId t = opens();
    answers(t, std::string(1500, 'A') + "\n");
    CPPUNIT_ASSERT(!world.target(t).held);
    answers(t, std::string(1500, 'B') + "\n");
    CPPUNIT_ASSERT_EQUAL(std::string("1\n2\n3\n"), got(t));
    CPPUNIT_ASSERT(!world.target(t).held); // the other's turn
    answers(t, "C\n");
    CPPUNIT_ASSERT_EQUAL(std::string("4\n"), got(t));
    CPPUNIT_ASSERT(world.target(t).held);
    takes(slow, 9000);
    CPPUNIT_ASSERT(!world.target(t).held);
    answers(t, "D\n");
    CPPUNIT_ASSERT_EQUAL(std::string("C\n"), got(other));
}

TEST(MuxDeadlinesTest, anIdleClientIsClosed)
{
    MultiplexerSettings settings;
    settings.idleTimeout = S;
    line(settings);
    const ClientId idle = join();
    const ClientId busy = join();
    says(busy, "x\n");
    const TargetId t = opens();
    pass(S);
    assertClosed(idle, CloseReason::idle, How::finish);
    CPPUNIT_ASSERT(world.has(busy));
    answers(t, "y\n");
    pass(Duration::milliseconds(900));
    says(busy, "part");
    pass(Duration::milliseconds(900));
    CPPUNIT_ASSERT(world.has(busy));
    pass(Duration::milliseconds(100));
    assertClosed(busy, CloseReason::idle, How::finish);
}

TEST(MuxDeadlinesTest, aClosingClientHasTimeToRead)
{
    MultiplexerSettings settings;
    settings.lingerTimeout = S;
    line(settings);
    const ClientId a = join();
    says(a, "x\n");
    exchange->clientEnded(a, now);
    const TargetId t = opens();
    world.client(a).room = 0;
    answers(t, "y\n");
    CPPUNIT_ASSERT(world.client(a).fin);
    pass(Duration::milliseconds(999));
    CPPUNIT_ASSERT(world.has(a));
    pass(MS);
    assertClosed(a, CloseReason::ended, How::abort);
    CPPUNIT_ASSERT(world.has(t));
}

TEST(MuxDeadlinesTest, aConnectionAtRestIsClosed)
{
    MultiplexerSettings settings;
    settings.inactiveTimeout = S;
    settings.responseTimeout = Duration::off();
    line(settings, 2);
    const ClientId a = join();
    says(a, "x\n");
    const TargetId t = opens();
    pass(Duration::seconds(10));
    CPPUNIT_ASSERT(world.has(t)); // it owes a response
    answers(t, "y\n");
    pass(S);
    assertClosed(t, CloseReason::inactive, How::finish);
    CPPUNIT_ASSERT(world.has(a));
}

TEST(MuxDeadlinesTest, aNewConnectionIsUsedWhenItWasSilent)
{
    MultiplexerSettings settings;
    settings.settle = MS;
    line(settings);
    says(join(), "x\n");
    const TargetId t = opens();
    pass(Duration::microseconds(999));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    pass(Duration::microseconds(1));
    CPPUNIT_ASSERT_EQUAL(std::string("x\n"), got(t));
}

} // namespace proximux
