#include "support/SharingFixture.h"
#include "support/Test.h"

#include <proximux/protocol/resp/Resp.h>

namespace proximux
{

/// FramedExchange with protocols that say more of a message than where it ends.
class NamedExchangeTest : public SharingFixture
{
protected:
    void named(const std::string& protocol, std::size_t connections = 1, std::size_t pipeline = 8,
               std::size_t maxTied = 0)
    {
        Options options;
        options.protocol = protocol;
        options.connections = connections;
        options.exchange.pipeline = pipeline;
        options.exchange.maxTied = maxTied;
        options.exchange.conversation.ties = maxTied > 0;
        options.exchange.byId = protocol == "modbus" || protocol == "dns";
        begin(options, false);
    }

    static std::string modbus(unsigned id, int unit, const std::string& data = "\1\2\3\4")
    {
        std::string text = {static_cast<char>(id >> 8U),        static_cast<char>(id),   0, 0, 0,
                            static_cast<char>(2 + data.size()), static_cast<char>(unit), 3};
        return text + data;
    }

    /// With the id of this message of ours.
    static std::string answer(const std::string& request, const std::string& data)
    {
        const auto id = static_cast<unsigned>(readNumber(Bytes(request).substr(0, 2)));
        return modbus(id, request[6], data);
    }

    static std::string command(std::initializer_list<std::string_view> words) { return respCommand(words); }

    static const std::string& get()
    {
        static const std::string TEXT = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        return TEXT;
    }

    static const std::string& ok()
    {
        static const std::string TEXT = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
        return TEXT;
    }

    /// Questions with the ids 7 and 8; the second is signed, so that its id must stay.
    static std::string plainQuestion() { return std::string("\0\x13\0\7\1\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1", 21); }

    static std::string signedQuestion()
    {
        const std::string signature("\0\0\xFA\0\xFF\0\0\0\0\0\0", 11); // TSIG, of which the rest does not matter
        return std::string("\0\x1E\0\x8\1\0\0\1\0\0\0\0\0\1\1a\0\0\1\0\1", 21) + signature;
    }
};

TEST(NamedExchangeTest, pairsByTheIdAndPutsTheClientsBack)
{
    named("modbus");
    const ClientId a = join();
    const ClientId b = join();
    says(a, modbus(7, 1));
    says(b, modbus(7, 2));
    const TargetId t = opens();
    const std::string sent = got(t);
    CPPUNIT_ASSERT_EQUAL(std::size_t{24}, sent.size());
    const std::string first = sent.substr(0, 12);
    const std::string second = sent.substr(12);
    CPPUNIT_ASSERT(first.substr(0, 2) != second.substr(0, 2));
    answers(t, answer(second, "two") + answer(first, "one"));
    CPPUNIT_ASSERT_EQUAL(modbus(7, 1, "one"), got(a));
    CPPUNIT_ASSERT_EQUAL(modbus(7, 2, "two"), got(b));
    CPPUNIT_ASSERT(world.has(t));
}

TEST(NamedExchangeTest, anUnknownOrRepeatedIdClosesTheConnection)
{
    for (const bool repeated : {false, true})
    {
        named("modbus");
        const ClientId a = join();
        says(a, modbus(7, 1) + modbus(8, 1));
        const TargetId t = opens();
        const std::string sent = got(t);
        std::string wrong = answer(sent.substr(0, 12), "one");
        if (repeated)
            answers(t, wrong);
        else
            wrong[0] = '\x55';
        got(a);
        answers(t, wrong);
        assertClosed(t, CloseReason::desync, How::abort);
        CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
        for (unsigned id = repeated ? 8 : 7; id <= 8; ++id) // what still waited does no harm, and is sent once more
        {
            const TargetId next = opens();
            const std::string again = got(next);
            CPPUNIT_ASSERT_EQUAL(std::size_t{12}, again.size());
            answers(next, answer(again, "one"));
            CPPUNIT_ASSERT_EQUAL(modbus(id, 1, "one"), got(a));
        }
    }
}

TEST(NamedExchangeTest, whatElseMustMatchIsCompared)
{
    named("modbus");
    const ClientId a = join();
    says(a, modbus(7, 1));
    const TargetId t = opens();
    std::string wrong = answer(got(t), "one");
    wrong[6] = 2; // another unit
    answers(t, wrong);
    assertClosed(t, CloseReason::desync, How::abort);
}

TEST(NamedExchangeTest, anIdThatIsOverdueStaysTaken)
{
    named("modbus");
    const ClientId a = join();
    says(a, modbus(1, 1));
    const TargetId t = opens();
    const std::string late = got(t);
    pass(Duration::seconds(20));
    says(a, modbus(2, 1));
    const std::string second = got(t);
    answers(t, answer(second, "two"));
    CPPUNIT_ASSERT_EQUAL(modbus(2, 1, "two"), got(a));
    pass(Duration::seconds(11));
    CPPUNIT_ASSERT_EQUAL(std::string("\0\1\0\0\0\3\1\x83\x0B", 9), got(a));
    CPPUNIT_ASSERT(world.has(t));
    for (unsigned i = 3; i < 30; ++i)
    {
        says(a, modbus(i, 1));
        const std::string next = got(t);
        CPPUNIT_ASSERT(next.substr(0, 2) != late.substr(0, 2));
        answers(t, answer(next, "x"));
        CPPUNIT_ASSERT_EQUAL(modbus(i, 1, "x"), got(a));
    }
    answers(t, answer(late, "late"));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    CPPUNIT_ASSERT(world.has(t));
}

TEST(NamedExchangeTest, aSilentConnectionIsReplaced)
{
    named("modbus");
    const ClientId a = join();
    says(a, modbus(1, 1));
    const TargetId t = opens();
    pass(Duration::seconds(31));
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    CPPUNIT_ASSERT_EQUAL(std::size_t{9}, got(a).size());
    pass(Duration::seconds(5)); // exchange.modbus_unit_backoff
    says(a, modbus(2, 1));
    CPPUNIT_ASSERT(opens() != t);
}

TEST(NamedExchangeTest, localAnswersKeepTheirPlace)
{
    named("resp");
    const ClientId a = join();
    says(a, command({"GET", "a"}) + command({"SELECT", "0"}) + command({"GET", "b"}) + command({"QUIT"}));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(command({"GET", "a"}) + command({"GET", "b"}), got(t));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    answers(t, "+a\r\n+b");
    CPPUNIT_ASSERT_EQUAL(std::string("+a\r\n+OK\r\n+b"), got(a));
    answers(t, "\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("\r\n+OK\r\n"), got(a));
    CPPUNIT_ASSERT(world.client(a).fin);
    exchange->clientEnded(a, now);
    assertClosed(a, CloseReason::ended, How::finish);
    CPPUNIT_ASSERT(world.has(t));
}

TEST(NamedExchangeTest, aLocalAnswerWithIdsLeavesTheRequestsBesideItWhole)
{
    constexpr int TRANSFER = 252; // which needs a connection alone, and is refused here
    const auto question = [](char id, int type)
    {
        return std::string("\0\x13\0", 3) + id + std::string("\1\0\0\1\0\0\0\0\0\0\1a\0\0", 14) +
               static_cast<char>(type) + std::string("\0\1", 2);
    };
    named("dns", 1, 1);
    const ClientId a = join();
    says(a, question(1, 1) + question(2, 1) + question(3, TRANSFER) + question(4, 1));
    const TargetId t = opens();
    for (const char id : {'\1', '\2', '\4'})
    {
        std::string sent = got(t);
        CPPUNIT_ASSERT_EQUAL(question(id, 1).substr(4), sent.substr(4)); // behind our own id
        CPPUNIT_ASSERT_EQUAL(question(id, 1).size(), sent.size());
        sent[4] = '\x81';
        answers(t, sent);
    }
    std::string ids;
    for (std::string all = got(a); !all.empty(); all.erase(0, 2 + static_cast<unsigned char>(all[1])))
        ids += all[3];
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, ids.size());
    CPPUNIT_ASSERT(ids.find('\3') != std::string::npos);
}

TEST(NamedExchangeTest, whoseIdIsKeptIsAloneInFlight)
{
    named("dns", 2, 8, 1);
    const ClientId a = join();
    says(a, signedQuestion() + plainQuestion()); // a server may answer them in any order
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(signedQuestion(), got(t));
    std::string answer = signedQuestion();
    answer[4] = '\x81';
    answers(t, answer);
    CPPUNIT_ASSERT_EQUAL(answer, got(a));
    assertClosed(t, CloseReason::idKept, How::abort);
    CPPUNIT_ASSERT_EQUAL(plainQuestion().substr(4), got(opens()).substr(4)); // behind our own id
}

TEST(NamedExchangeTest, whatWaitsToBeAloneIsNotOvertakenByItsClient)
{
    named("dns", 1, 8, 1); // fifo
    const ClientId a = join();
    says(a, plainQuestion() + signedQuestion() + plainQuestion());
    const TargetId t = opens();
    std::string sent = got(t);
    CPPUNIT_ASSERT_EQUAL(plainQuestion().substr(4), sent.substr(4));
    sent[4] = '\x81';
    answers(t, sent);
    CPPUNIT_ASSERT_EQUAL(signedQuestion(), got(t));
}

TEST(NamedExchangeTest, errorRepliesKeepTheirPlace)
{
    named("resp");
    const ClientId a = join();
    says(a, command({"GET", "a"}) + command({"CLIENT", "GETNAME"}) + command({"INCR", "b"}));
    const TargetId t = opens();
    answers(t, "+a\r\n");
    exchange->targetLost(t, now);
    CPPUNIT_ASSERT_EQUAL(std::string("+a\r\n$-1\r\n-ERR proximux: the target connection was lost\r\n"), got(a));
    says(a, command({"GET", "c"}));
    const TargetId next = opens();
    answers(next, "+c");
    exchange->targetLost(next, now);
    assertClosed(a, CloseReason::targetLost, How::abort); // half of it was passed on
}

TEST(NamedExchangeTest, aRequestThatCouldNotBeSentGetsAnError)
{
    named("resp");
    const ClientId a = join();
    says(a, command({"GET", "a"}) + command({"GET", "b"}));
    exchange->targetFailed(world.dialled.back(), now);
    pass(Duration::seconds(31));
    const std::string error = "-ERR proximux: no target connection was free in time\r\n";
    CPPUNIT_ASSERT_EQUAL(error + error, got(a));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->queued());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->kept());
    CPPUNIT_ASSERT(world.has(a));
}

TEST(NamedExchangeTest, aTransactionHasItsConnectionAlone)
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
TEST(NamedExchangeTest, aStateThatWasNotEndedStaysItsClients)
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

TEST(NamedExchangeTest, atMostSoManyAreTied)
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
TEST(NamedExchangeTest, aTiedClientIsReadWhereTheLineIsFull)
{
    Options options;
    options.protocol = "resp";
    options.connections = 2;
    options.exchange.maxTied = 1;
    options.exchange.maxQueue = 2;
    options.exchange.conversation.ties = true;
    begin(options, false);
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

TEST(NamedExchangeTest, aTiedClientThatLeavesTakesItsConnectionWithIt)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"WATCH", "x"}));
    const TargetId t = opens();
    answers(t, "+OK\r\n");
    exchange->clientLost(a, now);
    assertClosed(t, CloseReason::tieEnded, How::abort);
}

TEST(NamedExchangeTest, aTiedConnectionThatIsLostEndsItsClient)
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

/// The rest of a transaction must not be done for itself, on another connection.
TEST(NamedExchangeTest, whatCountsOnALostStateIsNotDone)
{
    named("resp", 2, 1, 1);
    const ClientId a = join();
    says(a, command({"MULTI"}) + command({"SET", "a", "1"}) + command({"EXEC"}));
    const TargetId t = opens();
    exchange->targetLost(t, now);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->queued());
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

TEST(NamedExchangeTest, whatCountsOnAStateThatCouldNotBeIsNotDone)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"MULTI"}) + command({"SET", "a", "1"}) + command({"PING"}));
    pass(Duration::seconds(31));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->queued());
    CPPUNIT_ASSERT_EQUAL(std::string("-ERR proximux: no target connection was free in time\r\n"), got(a));
    CPPUNIT_ASSERT(world.client(a).fin);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(opens()));
    exchange->clientEnded(a, now);
    assertClosed(a, CloseReason::queueTimeout, How::finish);
}

TEST(NamedExchangeTest, aResetBehindASubscriptionLeavesTheConnection)
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
    assertClosed(t, CloseReason::tieEnded, How::finish);
    const TargetId other = opens();
    CPPUNIT_ASSERT_EQUAL(command({"GET", "a"}), got(other));
    answers(other, "$-1\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("$-1\r\n"), got(a));
}

TEST(NamedExchangeTest, aPrologueThatIsSentSlowly)
{
    Options options;
    options.protocol = "resp";
    options.exchange.prologues.push_back({"hello\r\n", "+OK\r\n"});
    begin(options, false);
    const ClientId a = join();
    says(a, command({"PING"}));
    const TargetId t = world.dialled.back();
    world.dialled.clear();
    world.target(t).held = false;
    world.target(t).room = 3;
    exchange->targetOpened(t, now);
    exchange->targetSent(t, SharedWorld::take(world.target(t), 2), now);
    answers(t, "+OK\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("hello"), got(t));
    world.target(t).room = 1000;
    exchange->targetSent(t, SharedWorld::take(world.target(t), 2), now);
    CPPUNIT_ASSERT_EQUAL("\r\n" + command({"PING"}), got(t));
    answers(t, "+PONG\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+PONG\r\n"), got(a));
}

TEST(NamedExchangeTest, aSubscriberGetsWhatIsPushed)
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

TEST(NamedExchangeTest, aSubscriberIsAnsweredInFull)
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

TEST(NamedExchangeTest, nothingIsSaidInTheMidstOfWhatIsPushed)
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
    assertClosed(t, CloseReason::tieEnded, How::finish);
}

/// Without us it would see the client's end, and let go.
TEST(NamedExchangeTest, aTargetLearnsThatABlockedClientHasEnded)
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

TEST(NamedExchangeTest, resetLeavesTheConnection)
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
    assertClosed(t, CloseReason::tieEnded, How::abort);
    const TargetId next = opens();
    CPPUNIT_ASSERT_EQUAL(command({"GET", "x"}), got(next));
    answers(next, "$-1\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("$-1\r\n"), got(a));
}

TEST(NamedExchangeTest, aBlockingCommandMayTakeItsTime)
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

TEST(NamedExchangeTest, malformedIsAnsweredAndClosed)
{
    named("resp");
    const ClientId a = join();
    says(a, command({"GET", "a"}) + "*1\r\n:1\r\n" + command({"GET", "b"}));
    const TargetId t = opens();
    answers(t, "+a\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+a\r\n-ERR proximux: a RESP command containing a non-string "
                                     "element\r\n"),
                         got(a));
    CPPUNIT_ASSERT(world.client(a).fin);
    says(a, "garbage");
    exchange->clientEnded(a, now);
    assertClosed(a, CloseReason::malformedRequest, How::finish);
    CPPUNIT_ASSERT_EQUAL(command({"GET", "a"}), got(t));
}

TEST(NamedExchangeTest, saysAPrologueFirst)
{
    Options options;
    options.protocol = "resp";
    options.exchange.prologues = {{command({"AUTH", "x"}) + command({"SELECT", "2"}), "+OK\r\n+OK\r\n"}};
    begin(options, false);
    const ClientId a = join();
    says(a, command({"GET", "a"}));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(command({"AUTH", "x"}) + command({"SELECT", "2"}), got(t));
    answers(t, "+OK\r\n+O");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, "K\r\n");
    CPPUNIT_ASSERT_EQUAL(command({"GET", "a"}), got(t));
    answers(t, "+a\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+a\r\n"), got(a));
}

TEST(NamedExchangeTest, aPrologueThatIsRefusedIsAFailedAttempt)
{
    for (const bool silent : {false, true})
    {
        Options options;
        options.protocol = "resp";
        options.exchange.prologues = {{command({"AUTH", "x"}), "+OK\r\n"}};
        begin(options, false);
        says(join(), command({"GET", "a"}));
        const TargetId t = opens();
        if (silent)
            pass(Duration::seconds(30));
        else
            answers(t, "-WRONGPASS x\r\n");
        assertClosed(t, CloseReason::prologueRefused, How::abort);
        CPPUNIT_ASSERT_EQUAL(std::string(silent ? "" : "-WRONGPASS x\r\n"), world.malformed);
        world.dialled.clear();
        CPPUNIT_ASSERT(pass(Duration{0}) > now); // it is left alone for a while
        CPPUNIT_ASSERT(world.dialled.empty());
    }
}

TEST(NamedExchangeTest, httpClosesTheClientOrTheTargetAsItIsSaid)
{
    named("http", 1, 1);
    const ClientId a = join();
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(get(), got(t));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"), got(a));
    CPPUNIT_ASSERT(world.client(a).fin && world.has(t));
    const ClientId b = join();
    says(b, get());
    answers(t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
    CPPUNIT_ASSERT_EQUAL(ok(), got(b));
    CPPUNIT_ASSERT(!world.has(t) && world.has(b) && !world.client(b).fin);
}

TEST(NamedExchangeTest, httpContinueIsSaidInItsPlace)
{
    named("http", 1, 1);
    const ClientId a = join();
    says(a, get() + "PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok() + "HTTP/1.1 100 Continue\r\n\r\n", got(a));
    got(t);
    says(a, "abc");
    CPPUNIT_ASSERT_EQUAL(std::string("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"), got(t));
}

TEST(NamedExchangeTest, httpUpgradesToATunnel)
{
    named("http", 2, 1, 1);
    const ClientId a = join();
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    const TargetId t = opens();
    got(t);
    answers(t, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nfirst");
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nfirst"), got(a));
    says(a, "anything");
    CPPUNIT_ASSERT_EQUAL(std::string("anything"), got(t));
    pass(Duration::seconds(1000));
    answers(t, "else");
    CPPUNIT_ASSERT_EQUAL(std::string("else"), got(a));
    exchange->clientEnded(a, now);
    CPPUNIT_ASSERT(world.target(t).fin && world.has(a));
    answers(t, "last");
    CPPUNIT_ASSERT_EQUAL(std::string("last"), got(a));
    exchange->targetEnded(t, now);
    CPPUNIT_ASSERT(!world.has(t) && !world.has(a));
}

TEST(NamedExchangeTest, aResponseUntilTheEndEndsItsClientToo)
{
    named("http", 1, 1);
    const ClientId a = join();
    says(a, get());
    const TargetId t = opens();
    answers(t, "HTTP/1.1 200 OK\r\n\r\nsome");
    answers(t, "thing");
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsomething"), got(a));
    exchange->targetEnded(t, now);
    CPPUNIT_ASSERT(world.client(a).fin);
    exchange->clientEnded(a, now);
    assertClosed(a, CloseReason::ended, How::finish);
}

TEST(NamedExchangeTest, memcachedChangesTheDialectWithANewConnection)
{
    named("memcached");
    const ClientId a = join();
    const ClientId b = join();
    says(a, "get x\r\n");
    const TargetId t = opens();
    const std::string noop = std::string("\x80\x0a", 2) + std::string(22, '\0');
    says(b, noop);
    CPPUNIT_ASSERT_EQUAL(std::string("get x\r\n"), got(t));
    answers(t, "END\r\n");
    assertClosed(t, CloseReason::otherDialect, How::abort);
    const TargetId next = opens();
    CPPUNIT_ASSERT_EQUAL(noop, got(next));
}

/// A server loses what comes with it.
TEST(NamedExchangeTest, aMemcachedDumpIsAloneOnItsConnection)
{
    named("memcached", 2);
    const ClientId a = join();
    const ClientId b = join();
    const ClientId c = join();
    const std::string dump = "lru_crawler metadump all\r\n";
    says(a, "get a\r\n" + dump + "get b\r\n");
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("get a\r\n"), got(t));
    answers(t, "END\r\n");
    CPPUNIT_ASSERT_EQUAL(dump, got(t));
    says(b, "get c\r\n");
    const TargetId other = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("get c\r\n"), got(other));
    says(c, "get d\r\nget e\r\n"); // the other has as many requests, and room
    CPPUNIT_ASSERT_EQUAL(std::string("get d\r\nget e\r\n"), got(other));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, "key=a exp=-1\n");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, "END\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("END\r\nkey=a exp=-1\nEND\r\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("get b\r\n"), got(other)); // the first is not yet known to have said all
}

TEST(NamedExchangeTest, aTargetThatOnlyClosesIsLeftAlone)
{
    named("resp");
    const ClientId a = join();
    says(a, command({"GET", "a"}));
    const TargetId t = world.dialled.back();
    world.target(t).ends = true; // it has closed as soon as it had accepted
    opens();
    assertClosed(t, CloseReason::targetEnded, How::finish);
    CPPUNIT_ASSERT(world.dialled.empty());
    CPPUNIT_ASSERT(pass(Duration{0}) > now);
    pass(Duration::seconds(1));
    answers(opens(), "+a\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+a\r\n"), got(a));
}

} // namespace proximux
