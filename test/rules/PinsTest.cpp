#include "rules/Rules.h"

namespace proximux
{

/// A client whose requests change the state of a connection has it alone, until the state ends.
class PinsTest : public Rules
{
};

TEST(PinsTest, aTransactionHasItsConnectionAlone)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    const ClientId b = join();
    says(a, command({"MULTI"}) + command({"SET", "x", "1"}));
    const TargetId first = opens();
    CPPUNIT_ASSERT_EQUAL(command({"MULTI"}) + command({"SET", "x", "1"}), got(first));
    says(b, command({"GET", "x"}));
    const TargetId second = opens();
    CPPUNIT_ASSERT_EQUAL(command({"GET", "x"}), got(second));
    answers(first, "+OK\r\n+QUEUED\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+OK\r\n+QUEUED\r\n"), got(a));
    says(b, command({"GET", "y"})); // not on the idle one
    CPPUNIT_ASSERT_EQUAL(command({"GET", "y"}), got(second));
    says(a, command({"EXEC"}));
    CPPUNIT_ASSERT_EQUAL(command({"EXEC"}), got(first));
    answers(first, "*1\r\n+OK\r\n");
    says(b, command({"GET", "z"}));
    answers(second, "+1\r\n+2\r\n+3\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+1\r\n+2\r\n+3\r\n"), got(b));
    got(second);
    says(b, command({"GET", "free"}));
    CPPUNIT_ASSERT_EQUAL(command({"GET", "free"}), got(first));
}

/// The target says that it has not ended: nobody else gets the connection.
TEST(PinsTest, aStateThatWasNotEndedStaysItsClients)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    const ClientId b = join();
    says(a, command({"MULTI"}));
    const TargetId t = opens();
    answers(t, "+OK\r\n");
    says(a, command({"DISCARD", "x"}));
    answers(t, "-ERR wrong number of arguments for 'discard' command\r\n");
    got(t);
    says(b, command({"GET", "x"}));
    CPPUNIT_ASSERT_EQUAL(command({"GET", "x"}), got(opens()));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    says(a, command({"DISCARD"}));
    answers(t, "+OK\r\n");
    got(t);
    says(b, command({"GET", "y"}));
    exchange->clientLost(a, now);
    CPPUNIT_ASSERT(world.has(t));
}

TEST(PinsTest, atMostSoManyAreTied)
{
    named("resp", 3, 8, 1);
    const ClientId a = join();
    const ClientId b = join();
    const ClientId c = join();
    says(a, command({"MULTI"}));
    const TargetId first = opens();
    says(b, command({"MULTI"}));
    CPPUNIT_ASSERT(world.dialled.empty());
    says(c, command({"GET", "x"})); // is not behind it
    const TargetId second = opens();
    CPPUNIT_ASSERT_EQUAL(command({"GET", "x"}), got(second));
    answers(second, "+x\r\n");
    answers(first, "+OK\r\n");
    got(first);
    says(a, command({"DISCARD"}));
    answers(first, "+OK\r\n");
    CPPUNIT_ASSERT_EQUAL(command({"DISCARD"}) + command({"MULTI"}), got(first));
}

/// Those in line may wait for nothing but its connection.
TEST(PinsTest, aTiedClientIsReadWhereTheLineIsFull)
{
    Options options;
    options.protocol = "resp";
    options.connections = 2;
    options.exchange.maxPinned = 1;
    options.exchange.maxQueue = 2;
    options.exchange.conversation.pins = true;
    begin(options);
    const ClientId a = join();
    says(a, command({"MULTI"}));
    const TargetId t = opens();
    answers(t, "+OK\r\n");
    const ClientId b = join();
    const ClientId c = join();
    says(b, command({"MULTI"}));
    says(c, command({"MULTI"}));
    CPPUNIT_ASSERT(world.client(b).held && world.client(c).held && !world.client(a).held);
    says(a, command({"EXEC"}));
    answers(t, "*0\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+OK\r\n*0\r\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(command({"MULTI"}) + command({"EXEC"}) + command({"MULTI"}), got(t));
}

TEST(PinsTest, aTiedClientThatLeavesTakesItsConnectionWithIt)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"WATCH", "x"}));
    const TargetId t = opens();
    answers(t, "+OK\r\n");
    exchange->clientLost(a, now);
    assertClosed(t, CloseReason::pinEnded, How::abort);
}

TEST(PinsTest, aTiedConnectionThatIsLostEndsItsClient)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"MULTI"}));
    const TargetId t = opens();
    answers(t, "+OK\r\n");
    exchange->targetEnded(t, now);
    CPPUNIT_ASSERT(world.client(a).fin);
    exchange->clientEnded(a, now);
    assertClosed(a, CloseReason::targetEnded, How::finish);
}

/// What is not looked at before the answer to HELLO is a request, which is not sent behind the end.
RULE(PinsTest, theEndIsPassedBehindTheLastRequest, endBeforeInput)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    const std::string blpop = command({"BLPOP", "a", "0"});
    const std::string hello = command({"HELLO", "2"});
    says(a, blpop + hello + blpop);
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(blpop + hello, got(t));
    exchange->clientEnded(a, now);
    CPPUNIT_ASSERT(!world.target(t).fin);
    answers(t, "*-1\r\n*0\r\n");
    CPPUNIT_ASSERT_EQUAL(blpop, got(t));
    CPPUNIT_ASSERT(world.target(t).fin);
}

/// The rest of a transaction must not be done for itself, on another connection.
TEST(PinsTest, whatCountsOnALostStateIsNotDone)
{
    named("resp", 2, 1, 1);
    const ClientId a = join();
    says(a, command({"MULTI"}) + command({"SET", "a", "1"}) + command({"EXEC"}));
    const TargetId t = opens();
    exchange->targetLost(t, now);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->usage().queued);
    for (const TargetId other : std::exchange(world.dialled, {}))
    {
        world.target(other).held = false;
        exchange->targetOpened(other, now);
        CPPUNIT_ASSERT_EQUAL(std::string(), got(other));
    }
    CPPUNIT_ASSERT_EQUAL(world.tags, world.ended);
    exchange->clientEnded(a, now);
    assertClosed(a, CloseReason::targetLost, How::finish);
}

TEST(PinsTest, whatCountsOnAStateThatCouldNotBeIsNotDone)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"MULTI"}) + command({"SET", "a", "1"}) + command({"PING"}));
    pass(Duration::seconds(31));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->usage().queued);
    CPPUNIT_ASSERT_EQUAL(std::string("-ERR proximux: no target connection was free in time\r\n"), got(a));
    CPPUNIT_ASSERT(world.client(a).fin);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(opens()));
    exchange->clientEnded(a, now);
    assertClosed(a, CloseReason::queueTimeout, How::finish);
}

RULE(PinsTest, whatCountsOnARefusedStateIsNotDone, keepQueueOfUntied)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"MULTI"}));
    pass(Duration::seconds(1));
    says(a, command({"SET", "a", "1"}));
    pass(Duration::milliseconds(29500));
    CPPUNIT_ASSERT_EQUAL(std::string("-ERR proximux: no target connection was free in time\r\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(opens()));
    CPPUNIT_ASSERT(world.client(a).fin);
}

RULE(PinsTest, aStateThatWasResetIsForNobody, keepReset)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"WATCH", "c"}) + command({"RESET"}));
    const TargetId t = opens();
    answers(t, "+OK\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+OK\r\n+RESET\r\n"), got(a));
    says(join(), command({"GET", "x"}));
    assertClosed(t, CloseReason::pinEnded, How::abort);
}

RULE(PinsTest, nobodyInheritsWhatAClientClaimed, keepClaimed)
{
    named("http", 2, 1, 1);
    const ClientId a = join();
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Negotiate x\r\n\r\n");
    const TargetId t = opens();
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
    says(join(), get());
    CPPUNIT_ASSERT_MESSAGE("a connection that may be authenticated is used", got(opens()) == get());
}

RULE(PinsTest, whatCountsOnAPinIsNotRepeatedElsewhere, repeatPinned)
{
    named("http", 2, 8, 1);
    const ClientId a = join();
    says(a, get());
    const TargetId t = opens();
    answers(t, ok());
    got(a);
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: NTLM x\r\n\r\n" + get() + get());
    answers(t, "HTTP/1.1 401 X\r\nWWW-Authenticate: NTLM y\r\nContent-Length: 0\r\n\r\n");
    got(a);
    exchange->targetLost(t, now);
    CPPUNIT_ASSERT_MESSAGE("a request of a pinned client is repeated", world.dialled.empty());
}

RULE(PinsTest, anIdleTieEndsWhenOthersWait, keepIdleTie)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"WATCH", "x"}));
    answers(opens(), "+OK\r\n");
    got(a);
    pass(Duration::seconds(60));
    CPPUNIT_ASSERT(world.has(a));
    says(join(), command({"MULTI"}));
    CPPUNIT_ASSERT_MESSAGE("an idle tie lasts", world.client(a).fin);
    CPPUNIT_ASSERT_EQUAL(command({"MULTI"}), got(opens()));
}

} // namespace proximux
