#include "support/SharingFixture.h"
#include "support/Test.h"

#include <proximux/protocol/resp/Resp.h>

namespace proximux
{

/// FramedExchange: clients that have a connection alone, and requests whose place among others counts.
class MuxStatesTest : public SharingFixture
{
protected:
    void named(const std::string& protocol, std::size_t connections = 1, std::size_t pipeline = 8,
               std::size_t maxPinned = 0, const MultiplexerSettings& settings = MultiplexerSettings())
    {
        Options options;
        options.protocol = protocol;
        options.connections = connections;
        options.exchange = settings;
        options.exchange.pipeline = pipeline;
        options.exchange.maxPinned = maxPinned;
        options.exchange.conversation.pins = maxPinned > 0;
        options.exchange.byId = protocol == "modbus" || protocol == "dns";
        begin(options);
    }

    static std::string command(std::initializer_list<std::string_view> words) { return resp::encodeCommand(words); }

    /// Asks for x., with this type.
    static std::string dns(unsigned id, unsigned type)
    {
        std::string text("\0\x13\0\0\1\0\0\1\0\0\0\0\0\0\1x\0\0\0\0\1", 21);
        writeNumber(id, &text[2], 2);
        writeNumber(type, &text[17], 2);
        return text;
    }

    static std::string answer(std::string request, unsigned id)
    {
        request[4] = static_cast<char>(request[4] | '\x80');
        writeNumber(id, &request[2], 2);
        return request;
    }

    static std::string answer(const std::string& request)
    {
        return answer(request, static_cast<unsigned>(readNumber(Bytes(request).substr(2, 2))));
    }

    static unsigned typeOf(const std::string& request)
    {
        return static_cast<unsigned>(readNumber(Bytes(request).substr(17, 2)));
    }

    static constexpr unsigned A = 1;
    static constexpr unsigned AXFR = 252;
    static constexpr Duration S = Duration::seconds(1);
};

TEST(MuxStatesTest, aLocalAnswerAmongQueuedRequestsWithIds)
{
    named("dns");
    const ClientId a = join();
    says(a, dns(1, A) + dns(2, AXFR) + dns(3, A + 1));
    const TargetId t = opens();
    const std::string sent = got(t);
    CPPUNIT_ASSERT_EQUAL(std::size_t{42}, sent.size());
    CPPUNIT_ASSERT_EQUAL(A, typeOf(sent.substr(0, 21)));
    CPPUNIT_ASSERT_EQUAL(A + 1, typeOf(sent.substr(21)));
}

TEST(MuxStatesTest, inFifoNothingOvertakesWhatTies)
{
    named("resp", 1, 8, 1);
    const ClientId a = join();
    says(a, command({"GET", "a"}));
    const TargetId t = opens();
    got(t);
    says(a, command({"WATCH", "k"}) + command({"GET", "b"}));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, "+a\r\n");
    CPPUNIT_ASSERT_EQUAL(command({"WATCH", "k"}) + command({"GET", "b"}), got(t));
}

TEST(MuxStatesTest, theIdsTimeStandsStillWhileTheTargetIsHeld)
{
    MultiplexerSettings settings;
    settings.responseTimeout = S;
    settings.stallTimeout = Duration::seconds(100);
    settings.responseBuffer = 10;
    named("dns", 1, 8, 0, settings);
    const ClientId slow = join();
    const ClientId other = join();
    world.client(slow).room = 0;
    says(slow, dns(1, A) + dns(2, A));
    says(other, dns(3, A));
    const TargetId t = opens();
    const std::string sent = got(t);
    answers(t, answer(sent.substr(0, 21)));
    CPPUNIT_ASSERT(world.target(t).held);
    pass(Duration::seconds(5));
    CPPUNIT_ASSERT(world.has(t));
    says(other, dns(4, A));
    pass(Duration::seconds(5));
    CPPUNIT_ASSERT(world.has(t));
    takes(slow, 9000);
    pass(Duration::milliseconds(999));
    CPPUNIT_ASSERT(world.has(t));
    answers(t, answer(sent.substr(42)));
    CPPUNIT_ASSERT_EQUAL(answer(dns(3, A)), got(other));
    pass(MS);
    CPPUNIT_ASSERT_EQUAL(std::size_t{21}, got(other).size()); // an error
}

TEST(MuxStatesTest, theIdsTimeRunsFromWhenTheRequestIsSentWhole)
{
    Options options;
    options.protocol = "length";
    options.framing.length.width = 2;
    options.framing.requestId = options.framing.responseId = IdField{2, 2, ByteOrder::big};
    options.exchange.byId = true;
    options.exchange.pipeline = 8;
    options.exchange.requestBuffer = 10;
    options.exchange.responseTimeout = S;
    begin(options);
    const ClientId a = join();
    says(a, std::string("\0\x14", 2) + "id345678");
    const TargetId t = opens();
    for (int i = 0; i < 5; ++i)
    {
        pass(Duration::milliseconds(900));
        says(a, "x");
    }
    CPPUNIT_ASSERT(world.has(a) && world.has(t));
    says(a, std::string(7, 'x'));
    pass(Duration::milliseconds(999));
    CPPUNIT_ASSERT(world.has(a) && world.has(t));
    pass(MS);
    assertClosed(t, CloseReason::responseTimeout, How::abort);
}

TEST(MuxStatesTest, aConnectionOnWhichOnlyOverdueOnesAreLeftIsReplacedForWhoNeedsItAtRest)
{
    MultiplexerSettings settings;
    settings.responseTimeout = S;
    named("dns", 1, 8, 1, settings);
    const ClientId a = join();
    const ClientId b = join();
    says(a, dns(1, A));
    const TargetId t = opens();
    pass(Duration::milliseconds(500));
    got(t);
    says(b, dns(2, A));
    answers(t, answer(got(t)));
    pass(Duration::milliseconds(500));
    CPPUNIT_ASSERT_EQUAL(std::size_t{21}, got(a).size()); // overdue
    CPPUNIT_ASSERT(world.has(t));
    says(b, dns(3, AXFR));
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    CPPUNIT_ASSERT_EQUAL(dns(3, AXFR), got(opens()));
}

TEST(MuxStatesTest, aRequestThatKeepsItsIdIsAlone)
{
    named("dns", 2, 8, 1);
    const ClientId a = join();
    std::string isSigned = dns(2, A) + std::string("\0\0\xfa\0\xff\0\0\0\0\0\0", 11);
    isSigned[1] = '\x1e';
    isSigned[13] = 1;
    says(a, isSigned + dns(3, A));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(isSigned, got(t));
    answers(t, answer(isSigned));
    CPPUNIT_ASSERT_EQUAL(answer(isSigned), got(a));
    assertClosed(t, CloseReason::idKept, How::abort);
    const TargetId next = opens();
    answers(next, answer(got(next)));
    CPPUNIT_ASSERT_EQUAL(answer(dns(3, A)), got(a));
}

TEST(MuxStatesTest, aClientThatEndedWithinABlockingCommandIsNotKeptForEver)
{
    MultiplexerSettings settings;
    settings.lingerTimeout = S;
    named("resp", 2, 8, 1, settings);
    const ClientId a = join();
    says(a, command({"BLPOP", "l", "0"}));
    const TargetId t = opens();
    exchange->clientEnded(a, now);
    CPPUNIT_ASSERT(world.has(a));
    pass(S);
    assertClosed(a, CloseReason::halfCloseTimeout, How::abort);
    assertClosed(t, CloseReason::pinEnded, How::abort);
}

TEST(MuxStatesTest, aHalfClosedTunnelLivesAsLongAsBytesPass)
{
    MultiplexerSettings settings;
    settings.lingerTimeout = S;
    named("http", 2, 1, 1, settings);
    const ClientId a = join();
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    const TargetId t = opens();
    answers(t, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
    exchange->clientEnded(a, now);
    for (int i = 0; i < 3; ++i)
    {
        pass(Duration::milliseconds(999));
        CPPUNIT_ASSERT(world.has(a));
        answers(t, "x");
    }
    pass(S);
    assertClosed(a, CloseReason::halfCloseTimeout, How::abort);
}

TEST(MuxStatesTest, whatWaitsForAClientIsLimitedWhereOthersAnswersComeBetween)
{
    Options options;
    options.exchange.pipeline = 8;
    options.exchange.responseBuffer = 1000;
    begin(options);
    const ClientId slow = join();
    const ClientId other = join();
    world.client(slow).room = 0;
    for (int i = 0; i < 4; ++i)
    {
        says(slow, "big\n");
        says(other, "x\n");
    }
    const TargetId t = opens();
    for (int i = 0; i < 4 && !world.target(t).held; ++i)
    {
        answers(t, std::string(i == 0 ? "" : "y\n") + std::string(600, 'A') + "\n");
    }
    CPPUNIT_ASSERT(world.target(t).held);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1202}, world.client(slow).waiting.size());
    takes(slow, 9000);
    CPPUNIT_ASSERT(!world.target(t).held);
}

TEST(MuxStatesTest, localAnswersAreLimitedWhereTheirClientDoesNotRead)
{
    MultiplexerSettings settings;
    settings.responseBuffer = 1000;
    named("resp", 1, 8, 0, settings);
    const ClientId a = join();
    world.client(a).room = 0;
    std::string all = "CLIENT SETNAME " + std::string(992, 'x') + "\r\n"; // so that each answer has 1,000 bytes
    for (int i = 0; i < 1000; ++i)
        all += "CLIENT GETNAME\r\n";
    says(a, all);
    CPPUNIT_ASSERT(world.client(a).waiting.size() < 2000);
    CPPUNIT_ASSERT(world.client(a).held);
    std::string answered;
    for (int i = 0; i < 1000 && !world.client(a).waiting.empty(); ++i)
    {
        takes(a, 9000);
        answered += got(a);
    }
    CPPUNIT_ASSERT_EQUAL(std::string("+OK\r\n"), answered.substr(0, 5));
    CPPUNIT_ASSERT_EQUAL(std::size_t{5}, answered.size() % 1000);
    CPPUNIT_ASSERT(answered.size() > 100000);
    CPPUNIT_ASSERT(!world.client(a).held);
    says(a, all);
    exchange->clientEnded(a, now);
    CPPUNIT_ASSERT(world.has(a));
    pass(settings.lingerTimeout);
    assertClosed(a, CloseReason::halfCloseTimeout, How::abort);
}

TEST(MuxStatesTest, aTiedClientIsNotIdleWhileItWaits)
{
    MultiplexerSettings settings;
    settings.idleTimeout = S;
    named("resp", 2, 8, 1, settings);
    const ClientId a = join();
    says(a, command({"MULTI"}) + command({"EXEC"}));
    const TargetId t = opens();
    answers(t, "+OK\r\n");
    pass(S);
    CPPUNIT_ASSERT(world.has(a));
    answers(t, "*0\r\n");
    pass(S);
    assertClosed(a, CloseReason::idle, How::finish);
}

TEST(MuxStatesTest, aLonePipeliningReaderHasAllTheTime)
{
    MultiplexerSettings settings;
    settings.stallTimeout = S;
    settings.responseBuffer = 1000;
    Options options;
    options.exchange = settings;
    options.exchange.pipeline = 2;
    begin(options);
    const ClientId slow = join();
    world.client(slow).room = 0;
    says(slow, "1\n2\n");
    const TargetId t = opens();
    answers(t, std::string(2000, 'A'));
    CPPUNIT_ASSERT(world.target(t).held);
    pass(Duration::seconds(3600));
    CPPUNIT_ASSERT(world.has(slow));
    says(join(), "x\n");
    pass(S);
    assertClosed(slow, CloseReason::stalled, How::abort);
}

TEST(MuxStatesTest, aLocalAnswerIsNotSaidWithinAPushedMessage)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"SUBSCRIBE", "c"}));
    const TargetId t = opens();
    const std::string message = "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n";
    answers(t, message + message.substr(0, 20));
    says(a, command({"RESET"}) + command({"GET", "a"}));
    answers(t, message.substr(20) + message + "+OK\r\n");
    exchange->targetEnded(t, now);
    CPPUNIT_ASSERT_EQUAL(message + message + message + "+RESET\r\n", got(a));
    assertClosed(t, CloseReason::pinEnded, How::finish);
    CPPUNIT_ASSERT_EQUAL(command({"GET", "a"}), got(opens()));
}

TEST(MuxStatesTest, aPushedMessageThatIsCutOff)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"SUBSCRIBE", "c"}));
    const TargetId t = opens();
    answers(t, "*3\r\n$7\r\nmess");
    says(a, command({"QUIT"}));
    exchange->targetEnded(t, now);
    assertClosed(a, CloseReason::targetEnded, How::abort);
    CPPUNIT_ASSERT_EQUAL(world.tags, world.ended);
}

TEST(MuxStatesTest, wholeRequestsAreServedWhereALargeOneBreaksOff)
{
    Options options;
    options.exchange.requestBuffer = 10;
    begin(options);
    const ClientId a = join();
    says(a, "1\n");
    const TargetId t = opens();
    got(t);
    says(a, "0123456789");
    exchange->clientEnded(a, now);
    answers(t, "A1\n");
    CPPUNIT_ASSERT_EQUAL(std::size_t{10}, world.dropped);
    assertClosed(a, CloseReason::ended, How::finish);
    CPPUNIT_ASSERT_EQUAL(std::string("A1\n"), world.closedClients.at(a.slot).last.sent);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    CPPUNIT_ASSERT_EQUAL(world.tags, world.ended);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->usage().queued);
}

TEST(MuxStatesTest, whoComesWhileWeDrainIsClosed)
{
    begin(Options());
    exchange->drain(now);
    const ClientId id = world.addClient();
    exchange->clientOpened(id, now);
    assertClosed(id, CloseReason::drained, How::finish);
}

TEST(MuxStatesTest, drainGivesUpParts)
{
    begin(Options());
    const ClientId a = join();
    says(a, "part");
    exchange->drain(now);
    assertClosed(a, CloseReason::drained, How::finish);
}

/// It must not take what it got for all.
TEST(MuxStatesTest, aClientThatIsIdleBecauseItDoesNotReadIsCutOff)
{
    Options options;
    options.exchange.idleTimeout = S;
    begin(options);
    const ClientId a = join();
    says(a, "x\n");
    const TargetId t = opens();
    world.client(a).room = 1;
    answers(t, "answer\n");
    pass(S);
    assertClosed(a, CloseReason::idle, How::abort);
}

TEST(MuxStatesTest, aRequestThatIsUsedAgainKeepsLittle)
{
    RequestTraits traits;
    traits.edits.resize(10000);
    traits.reply.assign(100000, 'x');
    traits.clear();
    CPPUNIT_ASSERT(traits.edits.capacity() * sizeof(Edit) + traits.reply.capacity() <= 1024);
}

} // namespace proximux
