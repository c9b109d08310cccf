#include "support/SharingFixture.h"
#include "support/Test.h"

#include <proximux/protocol/resp/Resp.h>

namespace proximux
{

/// What still answers clients that have left, and clients that make us connect anew.
class MuxLeaversTest : public SharingFixture
{
protected:
    static std::string command(std::initializer_list<std::string_view> words) { return resp::encodeCommand(words); }

    void line(std::size_t pipeline, std::size_t connections = 1)
    {
        Options options;
        options.exchange.pipeline = pipeline;
        options.connections = connections;
        begin(options);
    }

    void named(const std::string& protocol, std::size_t connections, std::size_t pipeline, std::size_t maxPinned = 0)
    {
        Options options;
        options.protocol = protocol;
        options.connections = connections;
        options.exchange.pipeline = pipeline;
        options.exchange.maxPinned = maxPinned;
        options.exchange.conversation.pins = maxPinned > 0;
        options.exchange.byId = protocol == "modbus";
        begin(options);
    }

    /// Reads a register.
    static std::string reading(char id, char unit) { return std::string{0, id, 0, 0, 0, 6, unit, 3, 0, 0, 0, 1}; }

    static std::string register0(const std::string& request, char value)
    {
        return request.substr(0, 5) + '\5' + request.substr(6, 2) + std::string{2, 0, value};
    }
};

TEST(MuxLeaversTest, aConnectionThatAnswersNobodyIsReset)
{
    for (const bool begun : {false, true})
    {
        line(8);
        const ClientId a = join();
        const ClientId b = join();
        says(a, "endless\n");
        const TargetId t = opens();
        says(b, "too\n");
        if (begun)
            answers(t, "event");
        exchange->clientLost(b, now);
        CPPUNIT_ASSERT(world.has(t)); // somebody is there who waits
        exchange->clientLost(a, now);
        assertClosed(t, CloseReason::abandoned, How::abort);
        says(join(), "next\n");
        CPPUNIT_ASSERT_EQUAL(std::string("next\n"), got(opens()));
    }
}

TEST(MuxLeaversTest, alsoWhenTheLastWhoWaitedWasAnswered)
{
    line(8);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1\n");
    const TargetId t = opens();
    says(b, "endless\n");
    exchange->clientLost(b, now);
    answers(t, "A\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A\n"), got(a));
    assertClosed(t, CloseReason::abandoned, How::abort);
}

TEST(MuxLeaversTest, notWhereItsAnswerHasCome)
{
    line(8);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1\n");
    const TargetId t = opens();
    says(b, "2\n");
    exchange->clientLost(b, now);
    answers(t, "A\nB\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A\n"), got(a));
    CPPUNIT_ASSERT(world.has(t));
}

/// It may have said all, and still read.
TEST(MuxLeaversTest, notWhereAClientHasOnlyEnded)
{
    line(8);
    const ClientId a = join();
    says(a, "1\n");
    const TargetId t = opens();
    exchange->clientEnded(a, now);
    CPPUNIT_ASSERT(world.has(t));
    answers(t, "A\n");
    assertClosed(a, CloseReason::ended, How::finish);
    CPPUNIT_ASSERT_EQUAL(std::string("A\n"), world.closedClients.at(a.slot).last.sent);
}

TEST(MuxLeaversTest, othersWaitForSoMuchOfIt)
{
    line(8);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "endless\n");
    const TargetId t = opens();
    says(b, "next\n");
    exchange->clientLost(a, now);
    answers(t, std::string(5000, 'x'));
    answers(t, std::string(4999, 'x'));
    CPPUNIT_ASSERT(world.has(t));
    answers(t, "\nB\n");
    CPPUNIT_ASSERT_EQUAL(std::string("B\n"), got(b));

    Options options;
    options.exchange.pipeline = 8;
    options.exchange.abandonLimit = 1000;
    begin(options);
    const ClientId c = join();
    const ClientId d = join();
    says(c, "endless\n");
    const TargetId other = opens();
    says(d, "next\n");
    exchange->clientLost(c, now);
    answers(other, std::string(1000, 'x'));
    CPPUNIT_ASSERT(world.has(other));
    answers(other, "x");
    assertClosed(other, CloseReason::abandoned, How::abort);
    assertClosed(d, CloseReason::abandoned, How::finish); // of line nothing says that it does no harm twice
}

TEST(MuxLeaversTest, othersWaitForSoLong)
{
    line(8);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "endless\n");
    const TargetId t = opens();
    says(b, "next\n");
    exchange->clientLost(a, now);
    pass(Duration::milliseconds(999));
    CPPUNIT_ASSERT(world.has(t) && world.has(b));
    pass(MS);
    assertClosed(t, CloseReason::abandoned, How::abort);
    CPPUNIT_ASSERT(!world.has(b));
}

/// Leavers one behind the other have no more than one.
TEST(MuxLeaversTest, eachWaitsForSoLongInAll)
{
    line(8);
    const ClientId a = join();
    const ClientId b = join();
    const ClientId c = join();
    says(a, "1\n");
    const TargetId t = opens();
    says(b, "2\n");
    says(c, "3\n");
    exchange->clientLost(a, now);
    exchange->clientLost(b, now);
    pass(Duration::milliseconds(600));
    answers(t, "A\n");
    const ClientId d = join();
    says(d, "4\n");
    pass(Duration::milliseconds(399));
    CPPUNIT_ASSERT(world.has(t));
    answers(t, "B\n");
    answers(t, "C\nD\n");
    CPPUNIT_ASSERT_EQUAL(std::string("C\n"), got(c));
    CPPUNIT_ASSERT_EQUAL(std::string("D\n"), got(d));

    says(c, "5\n");
    const ClientId e = join();
    says(e, "6\n");
    says(d, "7\n");
    exchange->clientLost(e, now); // what was before does not count for who came later
    answers(t, "E\n");
    pass(Duration::milliseconds(999));
    CPPUNIT_ASSERT(world.has(t));
    pass(MS);
    assertClosed(t, CloseReason::abandoned, How::abort);
}

TEST(MuxLeaversTest, timeCountsWhileOthersWaitAlone)
{
    line(8);
    const ClientId a = join();
    const ClientId b = join();
    const ClientId c = join();
    says(c, "0\n");
    const TargetId t = opens();
    says(a, "1\n");
    says(b, "2\n");
    exchange->clientLost(a, now);
    pass(Duration::seconds(5)); // for what is not its own
    CPPUNIT_ASSERT(world.has(t));
    answers(t, "0\n");
    pass(Duration::milliseconds(999));
    answers(t, "1\n2\n");
    CPPUNIT_ASSERT_EQUAL(std::string("2\n"), got(b));
}

/// And the id stays taken.
TEST(MuxLeaversTest, withIdsThePlaceIsFree)
{
    named("modbus", 1, 2);
    const ClientId a = join();
    const ClientId b = join();
    const ClientId c = join();
    says(a, reading(1, 1));
    const TargetId t = opens();
    const std::string first = got(t);
    says(b, reading(1, 2));
    got(t);
    says(c, reading(1, 3));
    exchange->clientLost(a, now);
    pass(Duration::milliseconds(999));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    pass(MS);
    const std::string third = got(t);
    CPPUNIT_ASSERT_EQUAL(std::size_t{12}, third.size());
    CPPUNIT_ASSERT(first.substr(0, 2) != third.substr(0, 2));
    answers(t, register0(third, 3));
    CPPUNIT_ASSERT_EQUAL(register0(reading(1, 3), 3), got(c));
    answers(t, register0(first, 1)); // for nobody
    CPPUNIT_ASSERT(world.has(t) && world.has(b));
}

TEST(MuxLeaversTest, aBroadcastIsOwedNoAnswer)
{
    named("modbus", 1, 1);
    const ClientId a = join();
    says(a, std::string{0, 1, 0, 0, 0, 6, 0, 6, 0, 0, 0, 1});
    const TargetId t = opens();
    exchange->clientLost(a, now);
    CPPUNIT_ASSERT(world.has(t));
}

/// Somebody may wish it: then a connection has the time that it has with others behind.
TEST(MuxLeaversTest, whoComesAndGoesDoesNotResetForEver)
{
    Options options;
    options.exchange.pipeline = 8;
    options.exchange.reconnects = 2;
    begin(options);
    TargetId t;
    int resets = 0;
    for (int i = 0; i < 100; ++i)
    {
        const ClientId a = join();
        says(a, "x\n");
        if (!world.dialled.empty())
            t = opens();
        exchange->clientLost(a, now);
        resets += world.has(t) ? 0 : 1;
    }
    CPPUNIT_ASSERT_EQUAL(20, resets);
    CPPUNIT_ASSERT(world.has(t));
    pass(Duration::seconds(1));
    assertClosed(t, CloseReason::abandoned, How::abort);
}

TEST(MuxLeaversTest, whoMakesUsConnectAnewWaits)
{
    Options options;
    options.protocol = "resp";
    options.connections = 2;
    options.exchange.pipeline = 8;
    options.exchange.maxPinned = 1;
    options.exchange.conversation.pins = true;
    options.exchange.reconnects = 4;
    begin(options);
    const ClientId a = join();
    for (int i = 0; i < 4; ++i)
    {
        says(a, command({"MULTI"}));
        const TargetId t = opens();
        answers(t, "+OK\r\n");
        says(a, command({"RESET"}));
        assertClosed(t, CloseReason::pinEnded, How::abort);
        CPPUNIT_ASSERT_EQUAL(std::string("+OK\r\n+RESET\r\n"), got(a));
    }
    says(a, command({"MULTI"}));
    CPPUNIT_ASSERT(world.dialled.empty());
    const ClientId b = join();
    says(b, command({"GET", "x"})); // others do not wait
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(command({"GET", "x"}), got(t));
    answers(t, "$-1\r\n");
    pass(Duration::milliseconds(249));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    pass(MS);
    CPPUNIT_ASSERT_EQUAL(command({"MULTI"}), got(t));
}

TEST(MuxLeaversTest, whoNeedsAnotherDialectWaits)
{
    Options options;
    options.protocol = "memcached";
    options.exchange.pipeline = 8;
    options.exchange.reconnects = 1;
    begin(options);
    const ClientId a = join();
    const ClientId b = join();
    const std::string version("\x80\x0b\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24);
    says(a, "get x\r\n");
    TargetId t = opens();
    answers(t, "END\r\n");
    says(b, version);
    assertClosed(t, CloseReason::otherDialect, How::abort);
    t = opens();
    CPPUNIT_ASSERT_EQUAL(version, got(t)); // in time it will wait
    answers(t, std::string("\x81\x0b\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0"
                           "1",
                           25));
    says(a, "get x\r\n");
    t = opens();
    answers(t, "END\r\n");
    says(b, version);
    CPPUNIT_ASSERT(world.has(t));
    const ClientId c = join();
    says(c, "get x\r\n");
    answers(t, "END\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("END\r\n"), got(c));
    pass(Duration::seconds(1));
    CPPUNIT_ASSERT_EQUAL(version, got(opens()));
}

} // namespace proximux
