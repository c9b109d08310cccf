#include "support/SharingFixture.h"
#include "support/Test.h"

#include <proximux/protocol/resp/Resp.h>

namespace proximux
{

/// FramedExchange: a client that gets whatever comes, what it is owed, and when others may have its connection.
class PushStatesTest : public SharingFixture
{
protected:
    void resp(std::size_t connections = 2, const MultiplexerSettings& settings = MultiplexerSettings())
    {
        Options options;
        options.protocol = "resp";
        options.connections = connections;
        options.exchange = settings;
        options.exchange.pipeline = 8;
        options.exchange.maxPinned = connections - 1;
        options.exchange.conversation.pins = connections > 1;
        begin(options);
    }

    static std::string command(std::initializer_list<std::string_view> words) { return resp::encodeCommand(words); }

    /// The answer to a fence, which this is.
    static std::string fenceAnswer(const std::string& sent)
    {
        const std::string begin = "*2\r\n$4\r\nECHO\r\n";
        CPPUNIT_ASSERT_EQUAL(begin, sent.substr(0, begin.size()));
        CPPUNIT_ASSERT_EQUAL(begin.size() + 48, sent.size());
        return sent.substr(begin.size());
    }

    const std::string quit = command({"QUIT"});
    const std::string begun = "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n";
    const std::string ended = "*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n";
    const std::string message = "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n";
};

TEST(PushStatesTest, aConnectionGoesBackBehindAFence)
{
    resp();
    const ClientId a = join();
    says(a, command({"SUBSCRIBE", "a"}) + command({"UNSUBSCRIBE", "a"}));
    const TargetId t = opens();
    got(t);
    answers(t, begun + message + ended);
    CPPUNIT_ASSERT_EQUAL(begun + message + ended, got(a));
    const std::string answer = fenceAnswer(got(t));
    const ClientId b = join();
    says(b, command({"GET", "b"})); // goes to the other connection
    says(a, command({"GET", "a"}));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, answer.substr(0, 20));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, answer.substr(20));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    CPPUNIT_ASSERT_EQUAL(command({"GET", "b"}) + command({"GET", "a"}), got(t)); // nobody is tied
    answers(t, "+b\r\n+a\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+a\r\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("+b\r\n"), got(b));
}

TEST(PushStatesTest, whatComesBeforeTheFenceClosesTheConnection)
{
    for (const std::string& before : {message, std::string("-ERR Can't execute 'echo'\r\n"), std::string("+\r\n")})
    {
        resp();
        const ClientId a = join();
        says(a, command({"SUBSCRIBE", "a"}) + command({"UNSUBSCRIBE", "a"}));
        const TargetId t = opens();
        got(t);
        answers(t, begun + ended);
        got(a);
        answers(t, before + fenceAnswer(got(t)));
        assertClosed(t, CloseReason::desync, How::abort);
        CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    }
}

/// EVAL answers what its client likes.
TEST(PushStatesTest, aForgedNoticeFreesNothing)
{
    resp();
    const ClientId a = join();
    const std::string forged = "*3\r\n$11\r\nunsubscribe\r\n$1\r\nx\r\n:0\r\n";
    says(a, command({"SUBSCRIBE", "a"}) + command({"UNSUBSCRIBE", "a"}) + command({"EVAL", "forged", "0"}) +
                command({"EVAL", "slow", "0"}) + command({"UNSUBSCRIBE", "b"}));
    const TargetId t = opens();
    got(t);
    answers(t, begun + ended + forged);
    CPPUNIT_ASSERT_EQUAL(begun + ended + forged, got(a));
    const ClientId victim = join();
    says(victim, command({"GET", "secret"}));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    const TargetId other = opens();
    CPPUNIT_ASSERT_EQUAL(command({"GET", "secret"}), got(other));
    answers(t, "+slow\r\n" + forged);
    answers(other, "+secret\r\n");
    CPPUNIT_ASSERT_EQUAL("+slow\r\n" + forged, got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("+secret\r\n"), got(victim));
    exchange->clientLost(a, now);
    assertClosed(t, CloseReason::pinEnded, How::abort);
}

TEST(PushStatesTest, whatIsOwedComesBeforeAReset)
{
    for (const std::string& owed :
         {std::string("+OK\r\n"), std::string("+OK\r\n+1.2 [0 x] \"GET\"\r\n+O"), begun + message})
        for (std::size_t cut = 0; cut <= owed.size() + 5; ++cut)
        {
            resp();
            const ClientId a = join();
            says(a, command({"MONITOR"}) + command({"RESET"}) + command({"PING"}));
            const TargetId t = opens();
            CPPUNIT_ASSERT_EQUAL(command({"MONITOR"}) + quit, got(t));
            CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
            const std::string line = owed + (owed.back() == 'O' ? "\r\n" : "");
            const std::string all = line + "+OK\r\n";
            if (cut > 0)
                answers(t, all.substr(0, cut));
            if (cut < all.size())
                answers(t, all.substr(cut));
            exchange->targetEnded(t, now);
            CPPUNIT_ASSERT_EQUAL(line + "+RESET\r\n", got(a));
            const TargetId next = opens();
            CPPUNIT_ASSERT_EQUAL(command({"PING"}), got(next));
            answers(next, "+PONG\r\n");
            CPPUNIT_ASSERT_EQUAL(std::string("+PONG\r\n"), got(a));
        }
}

TEST(PushStatesTest, whatIsOwedComesBeforeTheEndOfAClient)
{
    for (const bool quits : {false, true})
    {
        resp();
        const ClientId a = join();
        says(a, command({"SUBSCRIBE", "a"}) + (quits ? quit : ""));
        exchange->clientEnded(a, now);
        const TargetId t = opens();
        CPPUNIT_ASSERT_EQUAL(command({"SUBSCRIBE", "a"}) + quit, got(t));
        answers(t, begun + "+OK\r\n");
        exchange->targetEnded(t, now);
        CPPUNIT_ASSERT_MESSAGE("the client is still there", !world.has(a));
        CPPUNIT_ASSERT_EQUAL(begun + (quits ? "+OK\r\n" : ""), world.closedClients.at(a.slot).last.sent);
    }
}

TEST(PushStatesTest, whatIsOwedComesBeforeWeEnd)
{
    resp();
    const ClientId a = join();
    says(a, command({"SUBSCRIBE", "a"}));
    const TargetId t = opens();
    exchange->drain(now);
    CPPUNIT_ASSERT(world.has(a));
    answers(t, begun + "+OK\r\n");
    exchange->targetEnded(t, now);
    assertClosed(a, CloseReason::drained, How::finish);
    CPPUNIT_ASSERT_EQUAL(begun, world.closedClients.at(a.slot).last.sent);
}

TEST(PushStatesTest, whatIsOwedComesBeforeAnError)
{
    for (const std::string& wrong : {command({"SYNC"}), std::string("*x\r\n"), command({"CLIENT", "KILL", "1"})})
    {
        resp();
        const ClientId a = join();
        says(a, command({"SUBSCRIBE", "a"}) + wrong);
        const TargetId t = opens();
        answers(t, begun + "+OK\r\n");
        exchange->targetEnded(t, now);
        const std::string all = got(a);
        CPPUNIT_ASSERT_EQUAL(begun, all.substr(0, begun.size()));
        CPPUNIT_ASSERT_EQUAL(std::string("-ERR proximux"), all.substr(begun.size(), 13));
        CPPUNIT_ASSERT(world.client(a).fin);
    }
}

TEST(PushStatesTest, anAnswerThatIsNotThatToOurFarewellIsTheClients)
{
    for (const std::string& last : {std::string("-ERR unknown command\r\n"), std::string("+K\r\n"), std::string()})
    {
        resp();
        const ClientId a = join();
        says(a, command({"SUBSCRIBE", "a"}) + command({"RESET"}));
        const TargetId t = opens();
        answers(t, begun + last);
        exchange->targetEnded(t, now);
        CPPUNIT_ASSERT_EQUAL(begun + last + "+RESET\r\n", got(a));
    }
}

/// It would not answer a farewell, and need not end.
TEST(PushStatesTest, aTargetThatAnswersNothingIsToldTheEnd)
{
    for (const std::string mode : {"OFF", "SKIP", "ON"})
    {
        resp();
        const ClientId a = join();
        says(a, command({"CLIENT", "REPLY", mode == "ON" ? "OFF" : mode}) + command({"INCR", "n"}) +
                    (mode == "ON" ? command({"CLIENT", "REPLY", "ON"}) : ""));
        const TargetId t = opens();
        exchange->clientEnded(a, now);
        CPPUNIT_ASSERT_EQUAL(mode == "OFF", world.target(t).fin);
        CPPUNIT_ASSERT_EQUAL(mode != "OFF", got(t).find(quit) != std::string::npos);
        exchange->targetEnded(t, now);
        assertClosed(a, CloseReason::ended, How::finish);
    }
}

TEST(PushStatesTest, aTargetThatDoesNotEndIsLeft)
{
    resp();
    const ClientId a = join();
    says(a, command({"MONITOR"}) + command({"RESET"}));
    const TargetId t = opens();
    for (int i = 0; i < 31; ++i)
    {
        if (world.has(t))
            answers(t, "+something\r\n");
        pass(Duration::seconds(1));
    }
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    assertClosed(a, CloseReason::responseTimeout, How::abort);
}

TEST(PushStatesTest, aConnectionThatIsLostWhileItIsLeftCutsItsClientOff)
{
    for (const bool torn : {false, true})
    {
        resp();
        const ClientId a = join();
        says(a, command({"SUBSCRIBE", "a"}) + command({"RESET"}));
        const TargetId t = opens();
        answers(t, begun.substr(0, 20));
        if (torn)
            exchange->targetEnded(t, now);
        else
            exchange->targetLost(t, now);
        assertClosed(a, torn ? CloseReason::targetEnded : CloseReason::targetLost, How::abort);
    }
}

/// Also where it was done within a transaction.
TEST(PushStatesTest, nobodyInheritsWhatAnUnknownCommandLeaves)
{
    resp();
    const ClientId a = join();
    says(a, command({"FOO"}) + command({"GET", "a"}));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(command({"FOO"}), got(t)); // alone
    answers(t, "-ERR unknown command 'FOO', with args beginning with: \r\n");
    CPPUNIT_ASSERT_EQUAL(command({"GET", "a"}), got(t));
    answers(t, "$-1\r\n");
    says(a, command({"FOO"}) + command({"GET", "a"}));
    answers(t, "+OK\r\n");
    assertClosed(t, CloseReason::spent, How::abort);
    const TargetId next = opens();
    CPPUNIT_ASSERT_EQUAL(command({"GET", "a"}), got(next));
    answers(next, "$-1\r\n");
    says(a, command({"MULTI"}) + command({"FOO"}) + command({"EXEC"}));
    answers(next, "+OK\r\n+QUEUED\r\n");
    CPPUNIT_ASSERT(world.has(next));
    answers(next, "*1\r\n+OK\r\n");
    assertClosed(next, CloseReason::spent, How::abort);
}

/// Nothing that a client has the server say makes good what was done before.
TEST(PushStatesTest, anUnknownCommandBehindAnotherMakesNothingGood)
{
    resp();
    const ClientId a = join();
    says(a, command({"WATCH", "k"}) + command({"FOO"}));
    const TargetId t = opens();
    answers(t, "+OK\r\n");
    answers(t, "+OK\r\n");
    says(a, command({"EVAL", "forged", "0"}) + command({"BAR"}));
    answers(t, "-ERR unknown command 'x'\r\n");
    answers(t, "-ERR unknown command 'BAR'\r\n");
    CPPUNIT_ASSERT(world.has(t));
    says(a, command({"UNWATCH"}));
    answers(t, "+OK\r\n");
    assertClosed(t, CloseReason::spent, How::abort);
}

TEST(PushStatesTest, anUnknownCommandTiesUnlessItIsUnknownToTheServer)
{
    MultiplexerSettings pins;
    pins.conversation.unknown = UnknownCommands::tie;
    resp(2, pins);
    const ClientId a = join();
    const ClientId b = join();
    says(a, command({"FOO"}) + command({"BAR"}));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(command({"FOO"}) + command({"BAR"}), got(t));
    says(b, command({"GET", "b"}));
    const TargetId other = opens();
    CPPUNIT_ASSERT_EQUAL(command({"GET", "b"}), got(other));
    answers(t, "-ERR unknown command 'FOO'\r\n");
    answers(t, "-ERR unknown command 'BAR'\r\n");
    says(b, command({"GET", "c"}));
    says(join(), command({"GET", "d"}));
    CPPUNIT_ASSERT_EQUAL(command({"GET", "d"}), got(t)); // for all again
    answers(t, "$-1\r\n");
    answers(other, "$-1\r\n$-1\r\n");
    says(a, command({"FOO"}) + command({"BAR"}));
    CPPUNIT_ASSERT_EQUAL(command({"FOO"}) + command({"BAR"}), got(t));
    answers(t, "+OK\r\n-ERR unknown command 'BAR'\r\n");
    got(other);
    says(b, command({"GET", "b"}));
    says(join(), command({"GET", "d"}));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t)); // something was done
    CPPUNIT_ASSERT_EQUAL(command({"GET", "b"}) + command({"GET", "d"}), got(other));
}

TEST(PushStatesTest, theReplyToAWrongPasswordIsDelayed)
{
    MultiplexerSettings settings;
    settings.conversation.password = "secret";
    settings.failedAuthDelay = Duration::seconds(2);
    const std::string wrong = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
    resp(2, settings);
    const ClientId a = join();
    says(a, command({"AUTH", "1"}) + command({"AUTH", "secret"}) + command({"AUTH", "2"}) + command({"AUTH", "3"}) +
                command({"AUTH", "secret"}));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.guesses); // nothing else was looked at
    CPPUNIT_ASSERT_EQUAL(std::string("a wrong password"), world.refused);
    pass(Duration::milliseconds(1999));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    pass(MS);
    CPPUNIT_ASSERT_EQUAL(wrong + "+OK\r\n", got(a));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, world.guesses);
    const ClientId leaver = join();
    says(leaver, command({"AUTH", "1"}));
    exchange->clientLost(leaver, now);
    pass(Duration::seconds(2));
    pass(Duration::seconds(2));
    CPPUNIT_ASSERT_EQUAL(wrong + wrong, got(a));
    CPPUNIT_ASSERT(world.client(a).fin);
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, world.guesses);
}

} // namespace proximux
