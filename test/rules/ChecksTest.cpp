#include "rules/Rules.h"

#include <proximux/exchange/CheckTalk.h>
#include <proximux/protocol/Registry.h>

namespace proximux
{

/// Health checks on open connections: they answer no client, delay nobody who waits, and take nothing away. What they
/// find of a target changes where requests go.
class ChecksTest : public Rules
{
protected:
    /// A connection that has answered a client, whose name is `asker`.
    TargetId begins(const std::string& protocol, std::size_t connections = 1)
    {
        named(protocol, connections);
        exchange->warmUp(now);
        return opens();
    }

    CheckStart checks(std::size_t target = 0, const std::string& protocol = "resp")
    {
        const auto made = findProtocol(protocol)->make({});
        return exchange->beginCheck(target, CheckPlan::requestOf(*made, made->probe(1)), now);
    }

    void assertAnswered(const std::string& response)
    {
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.checks.size());
        CPPUNIT_ASSERT(!world.checks.front().lost);
        CPPUNIT_ASSERT_EQUAL(response, world.checks.front().response);
    }

    void targetIsDown(std::size_t target)
    {
        health->markDown(target, now);
        exchange->healthChanged(now);
    }

    void targetIsUp(std::size_t target)
    {
        health->markUp(target, now);
        exchange->healthChanged(now);
    }

    const std::string _ping = command({"PING"});
};

RULE(ChecksTest, itsResponseReachesNoClient, deliverCheck)
{
    const TargetId t = begins("resp");
    const ClientId a = join();
    CPPUNIT_ASSERT(checks() == CheckStart::asked);
    says(a, command({"GET", "x"}));
    CPPUNIT_ASSERT_EQUAL(_ping + command({"GET", "x"}), got(t));
    answers(t, "+PO");
    answers(t, "NG\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    assertAnswered("+PONG\r\n");
    answers(t, "$1\r\ny\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("$1\r\ny\r\n"), got(a));
}

TEST(ChecksTest, itHasAnIdOfItsOwnAmongThoseOfClients)
{
    const TargetId t = begins("modbus");
    CPPUNIT_ASSERT(checks(0, "modbus") == CheckStart::asked);
    const std::string check = got(t);
    const ClientId a = asks(reading(1, 9));
    const std::string request = got(t);
    CPPUNIT_ASSERT(check.substr(0, 2) != request.substr(0, 2));
    answers(t, register0(request, 7));
    CPPUNIT_ASSERT(!got(a).empty());
    CPPUNIT_ASSERT(world.checks.empty());
    answers(t, register0(check, 8));
    assertAnswered(register0(check, 8));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
}

RULE(ChecksTest, itTakesNoConnectionThatIsInUse, checkBusyLane)
{
    const TargetId t = begins("resp");
    asks(command({"GET", "x"}));
    got(t);
    CPPUNIT_ASSERT(checks() == CheckStart::busy);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, "$1\r\ny\r\n");
    CPPUNIT_ASSERT(checks() == CheckStart::asked);
}

TEST(ChecksTest, itTakesNoConnectionThatAClientHasAlone)
{
    named("resp", 1, 8, 1);
    exchange->warmUp(now);
    const TargetId t = opens();
    asks(command({"MULTI"}));
    answers(t, "+OK\r\n");
    got(t);
    CPPUNIT_ASSERT(checks() == CheckStart::busy);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
}

TEST(ChecksTest, itOpensNoConnection)
{
    named("resp");
    CPPUNIT_ASSERT(checks() == CheckStart::noConnection);
    CPPUNIT_ASSERT(world.dialled.empty());
    exchange->warmUp(now);
    CPPUNIT_ASSERT(checks() == CheckStart::busy); // it is being opened
}

TEST(ChecksTest, thePauseBetweenRequestsIsKept)
{
    Options options;
    options.protocol = "resp";
    options.exchange.requestGap = Duration::milliseconds(10);
    begin(options);
    const ClientId a = asks(command({"GET", "x"}));
    const TargetId t = opens();
    answers(t, "$1\r\ny\r\n");
    got(a);
    got(t);
    CPPUNIT_ASSERT(checks() == CheckStart::busy);
    passes(Duration::milliseconds(10));
    CPPUNIT_ASSERT(checks() == CheckStart::asked);
    CPPUNIT_ASSERT_EQUAL(_ping, got(t));
    says(a, command({"GET", "x"}));
    passes(Duration::milliseconds(9));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, "+PONG\r\n");
    passes(Duration::milliseconds(9));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    passes(Duration::milliseconds(1));
    CPPUNIT_ASSERT_EQUAL(command({"GET", "x"}), got(t));
}

RULE(ChecksTest, oneWithoutAResponseClosesItsConnection, keepUncheckedLane)
{
    const TargetId t = begins("resp");
    CPPUNIT_ASSERT(checks() == CheckStart::asked);
    exchange->endCheck(0, now);
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    CPPUNIT_ASSERT(world.checks.empty());
    exchange->endCheck(0, now);
    CPPUNIT_ASSERT(checks() == CheckStart::noConnection);
}

TEST(ChecksTest, itIsLostWithItsConnection)
{
    const TargetId t = begins("resp");
    CPPUNIT_ASSERT(checks() == CheckStart::asked);
    exchange->targetLost(t, now);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.checks.size());
    CPPUNIT_ASSERT(world.checks.front().lost);
}

TEST(ChecksTest, whatWasSentUnaskedIsNotItsResponse)
{
    const TargetId t = begins("resp");
    world.target(t).says = "+PONG\r\n";
    CPPUNIT_ASSERT(checks() == CheckStart::noConnection);
    assertClosed(t, CloseReason::desync, How::abort);
    CPPUNIT_ASSERT_EQUAL(std::string(), world.closedTargets.at(t.slot).last.sent);
}

TEST(ChecksTest, aConnectionInAnotherDialectIsLeftAlone)
{
    const TargetId t = begins("memcached");
    const ClientId a = asks(std::string("\x80\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24)); // noop
    got(t);
    answers(t, std::string("\x81\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24));
    CPPUNIT_ASSERT(!got(a).empty());
    CPPUNIT_ASSERT(checks(0, "memcached") == CheckStart::busy);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
}

TEST(ChecksTest, onlyAConnectionThatHasAnsweredIsHeard)
{
    const TargetId t = begins("resp");
    CPPUNIT_ASSERT(exchange->heardFrom(0) == Instant{});
    asks(command({"GET", "x"}));
    passes(Duration::milliseconds(5));
    CPPUNIT_ASSERT(exchange->heardFrom(0) == Instant{});
    answers(t, "$1\r\ny\r\n");
    CPPUNIT_ASSERT(exchange->heardFrom(0) == now);
    CPPUNIT_ASSERT(exchange->heardFrom(1) == Instant{});
}

RULE(ChecksTest, nothingIsSentToATargetThatIsDown, useDownTarget)
{
    line(2, 8, 2);
    exchange->warmUp(now);
    const auto dialled = world.dialled;
    opens();
    const ClientId a = asks("1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("1\n"), got(dialled[0]));
    targetIsDown(0);
    const ClientId b = asks("2\n");
    says(b, "3\n");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(dialled[0]));
    CPPUNIT_ASSERT_EQUAL(std::string("2\n3\n"), got(dialled[1]));
    answers(dialled[0], "A1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A1\n"), got(a));
    assertClosed(dialled[0], CloseReason::targetDown, How::abort);
    says(a, "4\n");
    CPPUNIT_ASSERT_EQUAL(std::string("4\n"), got(dialled[1]));
    CPPUNIT_ASSERT(world.dialled.empty());
}

TEST(ChecksTest, aTargetThatIsUpAgainIsUsed)
{
    line(2, 1, 2);
    targetIsDown(0);
    asks("1\n");
    asks("2\n");
    const TargetId second = opensOne();
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.target(second).index);
    targetIsUp(0);
    const TargetId first = opensOne();
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, world.target(first).index);
    CPPUNIT_ASSERT_EQUAL(std::string("2\n"), got(first));
}

TEST(ChecksTest, aTargetThatIsDownIsNotWaitedFor)
{
    line(2, 1, 2);
    targetIsDown(0);
    const Instant began = now;
    const ClientId a = asks("1\n");
    while (world.has(a) && now - began < Duration::seconds(20))
    {
        for (const TargetId id : std::exchange(world.dialled, {}))
            exchange->targetFailed(id, now);
        passes(Duration::milliseconds(50));
    }
    assertClosed(a, CloseReason::noTarget, How::finish);
    CPPUNIT_ASSERT(now - began < Duration::seconds(7)); // pool.connect_timeout, and a back-off
}

TEST(ChecksTest, whoHasAConnectionToItAloneKeepsIt)
{
    Options options;
    options.protocol = "resp";
    options.connections = options.targets = 2;
    options.exchange.maxPinned = 1;
    options.exchange.conversation.pins = true;
    options.exchange.partingTimeout = Duration::seconds(10);
    begin(options);
    const ClientId a = asks(command({"MULTI"}));
    const TargetId t = opens();
    answers(t, "+OK\r\n");
    targetIsDown(0);
    passes(Duration::seconds(60));
    CPPUNIT_ASSERT(world.has(t));
    says(a, command({"EXEC"}));
    answers(t, "*0\r\n");
    CPPUNIT_ASSERT(!world.has(t));
    CPPUNIT_ASSERT(world.has(a));
}

TEST(ChecksTest, theOnlyTargetIsTriedThoughItIsDown)
{
    line();
    targetIsDown(0);
    const ClientId a = asks("1\n");
    const TargetId t = opensOne();
    answers(t, "A1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A1\n"), got(a));
    CPPUNIT_ASSERT(world.has(t));
}

TEST(ChecksTest, aNewlyDownTargetIsLeftForOneThatWasDownAndIsUp)
{
    Options options;
    options.targets = 2;
    options.anyTarget = true;
    begin(options);
    targetIsDown(1);
    targetIsDown(0);
    const ClientId a = asks("1\n");
    const TargetId last = opensOne();
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, world.target(last).index);
    answers(last, "A1\n");
    targetIsUp(1);
    assertClosed(last, CloseReason::targetDown, How::abort);
    says(a, "2\n");
    const TargetId other = opensOne();
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.target(other).index);
}

} // namespace proximux
