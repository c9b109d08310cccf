#include "rules/Rules.h"

namespace proximux
{

/// Pushed messages belong to the pinned client.
class PushesTest : public Rules
{
};

TEST(PushesTest, aSubscriberGetsWhatIsPushed)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"SUBSCRIBE", "c"}));
    const TargetId t = opens();
    const std::string message = "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n";
    const std::string begun = "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n";
    answers(t, begun + message + message);
    CPPUNIT_ASSERT_EQUAL(begun + message + message, got(a));
    pass(Duration::seconds(100));
    CPPUNIT_ASSERT(world.has(a) && world.has(t));
    says(a, command({"UNSUBSCRIBE", "c"}));
    answers(t, "*3\r\n$11\r\nunsubscribe\r\n$1\r\nc\r\n:0\r\n");
    got(a);
    const std::string sent = got(t);
    answers(t, sent.substr(sent.rfind("ECHO\r\n") + 6)); // the fence
    const ClientId b = join();
    says(b, command({"GET", "x"}));
    CPPUNIT_ASSERT_EQUAL(command({"GET", "x"}), got(t));
    answers(t, message); // an array is a reply now
    CPPUNIT_ASSERT_EQUAL(message, got(b));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
}

TEST(PushesTest, aSubscriberIsAnsweredInFull)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"SUBSCRIBE", "c"}) + command({"UNSUBSCRIBE"}) + command({"PUNSUBSCRIBE"}));
    const TargetId t = opens();
    got(t);
    const std::string all = "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n"
                            "*3\r\n$11\r\nunsubscribe\r\n$1\r\nc\r\n:0\r\n"
                            "*3\r\n$12\r\npunsubscribe\r\n$-1\r\n:0\r\n";
    answers(t, all);
    CPPUNIT_ASSERT_EQUAL(all, got(a));
    answers(t, got(t).substr(command({"ECHO"}).size())); // the fence
    const ClientId b = join();
    says(b, command({"GET", "x"}));
    CPPUNIT_ASSERT_EQUAL(command({"GET", "x"}), got(t));
}

TEST(PushesTest, nothingIsSaidInTheMidstOfWhatIsPushed)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"SUBSCRIBE", "c"}));
    const TargetId t = opens();
    const std::string message = "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n";
    answers(t, message.substr(0, 17));
    says(a, command({"RESET"}));
    CPPUNIT_ASSERT_EQUAL(message.substr(0, 17), got(a));
    answers(t, message.substr(17));
    answers(t, "+OK\r\n");
    CPPUNIT_ASSERT_EQUAL(message.substr(17), got(a));
    exchange->targetEnded(t, now);
    CPPUNIT_ASSERT_EQUAL(std::string("+RESET\r\n"), got(a));
    assertClosed(t, CloseReason::pinEnded, How::finish);
}

TEST(PushesTest, aResetBehindASubscriptionLeavesTheConnection)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"SUBSCRIBE", "c"}) + command({"RESET"}) + command({"GET", "a"}));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(command({"SUBSCRIBE", "c"}) + command({"QUIT"}), got(t));
    answers(t, "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n+O");
    answers(t, "K\r\n");
    exchange->targetEnded(t, now);
    CPPUNIT_ASSERT_EQUAL(std::string("*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n+RESET\r\n"), got(a));
    assertClosed(t, CloseReason::pinEnded, How::finish);
    const TargetId other = opens();
    CPPUNIT_ASSERT_EQUAL(command({"GET", "a"}), got(other));
    answers(other, "$-1\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("$-1\r\n"), got(a));
}

TEST(PushesTest, resetLeavesTheConnection)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"MULTI"}));
    const TargetId t = opens();
    answers(t, "+OK\r\n");
    got(a);
    says(a, command({"SET", "x", "1"}) + command({"RESET"}) + command({"GET", "x"}));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    answers(t, "+QUEUED\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+QUEUED\r\n+RESET\r\n"), got(a));
    assertClosed(t, CloseReason::pinEnded, How::abort);
    const TargetId next = opens();
    CPPUNIT_ASSERT_EQUAL(command({"GET", "x"}), got(next));
    answers(next, "$-1\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("$-1\r\n"), got(a));
}

/// Without us it would see the client's end, and let go.
TEST(PushesTest, aTargetLearnsThatABlockedClientHasEnded)
{
    for (const bool early : {false, true})
    {
        named("resp", 2, 8, 1);
        const ClientId a = join();
        says(a, command({"BLPOP", "l", "0"}));
        if (early)
            exchange->clientEnded(a, now);
        const TargetId t = opens();
        if (!early)
            exchange->clientEnded(a, now);
        CPPUNIT_ASSERT_EQUAL(command({"BLPOP", "l", "0"}), got(t));
        CPPUNIT_ASSERT(world.target(t).fin);
        if (early)
            answers(t, "*-1\r\n");
        else
            exchange->targetEnded(t, now);
        CPPUNIT_ASSERT(!world.has(a) && !world.has(t)); // nobody else gets it
        CPPUNIT_ASSERT_EQUAL(std::string(early ? "*-1\r\n" : ""), world.closedClients.at(a.slot).last.sent);
        assertClosed(a, CloseReason::ended, How::finish); // in silence, as it would be
    }
}

TEST(PushesTest, aBlockingCommandMayTakeItsTime)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"BLPOP", "l", "0"}));
    const TargetId t = opens();
    pass(Duration::seconds(1000));
    answers(t, "*-1\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("*-1\r\n"), got(a));
    CPPUNIT_ASSERT(world.has(t));
}

RULE(PushesTest, whatIsPushedIsTheSubscribers, ignorePushes)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    const ClientId b = join();
    says(a, command({"SUBSCRIBE", "c"}));
    const TargetId t = opens();
    const std::string message = "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n";
    says(b, command({"GET", "x"}));
    const TargetId other = opens();
    answers(t, message + message);
    answers(other, "$-1\r\n");
    CPPUNIT_ASSERT_MESSAGE("the subscription was lost", world.has(a) && world.has(t));
    CPPUNIT_ASSERT_EQUAL(message + message, got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("$-1\r\n"), got(b));
}

RULE(PushesTest, aForgedNoticeFreesNothing, trustForgedPush)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"SUBSCRIBE", "c"}) + command({"UNSUBSCRIBE", "c"}) + command({"EVAL", "slow", "0"}));
    const TargetId t = opens();
    got(t);
    const std::string ended = "*3\r\n$11\r\nunsubscribe\r\n$1\r\nc\r\n:0\r\n";
    answers(t, "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n" + ended);
    const ClientId victim = join();
    says(victim, command({"GET", "x"}));
    CPPUNIT_ASSERT_EQUAL_MESSAGE("others use a connection whose client chose what it says", std::string(), got(t));
    answers(opens(), "$-1\r\n");
    answers(t, "+slow\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("$-1\r\n"), got(victim));
}

RULE(PushesTest, whatIsOwedComesBeforeAReset, resetOvertakes)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"MONITOR"}) + command({"RESET"}));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL_MESSAGE("a reset overtakes what is due", std::string(), got(a));
    answers(t, "+OK\r\n+OK\r\n");
    exchange->targetEnded(t, now);
    CPPUNIT_ASSERT_EQUAL(std::string("+OK\r\n+RESET\r\n"), got(a));
}

RULE(PushesTest, whoseEndWasPassedOnIsClosedInSilence, answerAnEnd)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"BLPOP", "l", "0"}));
    const TargetId t = opens();
    exchange->clientEnded(a, now);
    exchange->targetEnded(t, now);
    assertClosed(a, CloseReason::ended, How::finish);
    CPPUNIT_ASSERT_EQUAL(std::string(), world.closedClients.at(a.slot).last.sent);
}

} // namespace proximux
