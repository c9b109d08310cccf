#include "support/Identified.h"
#include "support/SharingFixture.h"
#include "support/Test.h"

namespace proximux
{

using namespace identified;

/// FramedExchange where responses are paired by an id: the deadlines, which each request has for itself, and what can't
/// be told apart by an id of ours.
class IdentifiedExchangeTest : public SharingFixture
{
protected:
    static constexpr Duration S = Duration::seconds(1);

    /// Messages of a length, an id and anything; 2 bytes each.
    void length(MultiplexerSettings settings, std::size_t pipeline = 4)
    {
        Options options;
        options.protocol = "length";
        options.framing.length.width = 2;
        options.framing.requestId = options.framing.responseId = IdField{2, 2, ByteOrder::big};
        settings.pipeline = pipeline;
        settings.byId = true;
        settings.responseTimeout = S;
        options.exchange = settings;
        begin(options);
    }

    void named(const std::string& protocol, std::size_t connections = 1, std::size_t pipeline = 8)
    {
        Options options;
        options.protocol = protocol;
        options.connections = connections;
        options.exchange.pipeline = pipeline;
        options.exchange.maxPinned = connections - 1;
        options.exchange.conversation.pins = connections > 1;
        options.exchange.byId = true;
        options.exchange.responseTimeout = S;
        begin(options);
    }

    static std::string message(unsigned id, const std::string& text)
    {
        return u16(static_cast<unsigned>(2 + text.size())) + u16(id) + text;
    }

    /// The response to a message of ours, which has its id.
    static std::string answer(const std::string& request, const std::string& text)
    {
        return u16(static_cast<unsigned>(2 + text.size())) + request.substr(2, 2) + text;
    }

    static std::string signedQuery() { return dns("signed", 1, 0x0100, record(250, "signature"), 1); }

    /// The response to a query as the target got it.
    static std::string response(std::string query)
    {
        query[4] = '\x81';
        query[5] = '\x80';
        return query;
    }

    /// A client that does not read what answers it, and the connection that is held because of it.
    std::pair<ClientId, TargetId> slowReader()
    {
        MultiplexerSettings settings;
        settings.responseBuffer = 2000;
        settings.stallTimeout = Duration::seconds(100);
        length(settings);
        const ClientId slow = join();
        world.client(slow).room = 0;
        says(slow, message(7, "big"));
        const TargetId t = opens();
        answers(t, answer(got(t), std::string(5000, 'A')).substr(0, 4000));
        CPPUNIT_ASSERT(world.target(t).held);
        return {slow, t};
    }

    static std::string zone(const std::string& records, unsigned count, bool first = true)
    {
        const std::string question = first ? name("zone") + u16(252) + u16(1) : std::string();
        const std::string message =
            u16(0xabcd) + u16(0x8400) + u16(first ? 1 : 0) + u16(count) + u16(0) + u16(0) + question + records;
        return u16(static_cast<unsigned>(message.size())) + message;
    }

    static std::string soa() { return record(6, name("ns") + name("admin") + std::string(20, '\1')); }

    static std::string broadcast(unsigned id) { return modbus(0, 6, u16(1) + u16(2), id); }
};

TEST(IdentifiedExchangeTest, aLargeRequestHasTimeWhileItIsSent)
{
    MultiplexerSettings settings;
    settings.requestBuffer = 10;
    length(settings);
    const ClientId a = join();
    const std::string large = message(7, std::string(96, 'x'));
    says(a, large.substr(0, 10));
    const TargetId t = opens();
    for (std::size_t at = 10; at < large.size(); at += 10)
    {
        pass(Duration::milliseconds(900));
        says(a, large.substr(at, 10));
    }
    const std::string sent = got(t);
    CPPUNIT_ASSERT_EQUAL(large.size(), sent.size());
    pass(Duration::milliseconds(900));
    answers(t, answer(sent, "yes"));
    CPPUNIT_ASSERT_EQUAL(message(7, "yes"), got(a));
    CPPUNIT_ASSERT(world.has(t));
}

TEST(IdentifiedExchangeTest, aTargetThatTakesARequestSlowlyHasTime)
{
    length({});
    const ClientId a = join();
    says(a, message(7, "slow"));
    world.target(world.dialled.back()).room = 0;
    const TargetId t = opens();
    for (int i = 0; i < 8; ++i)
    {
        pass(Duration::milliseconds(900));
        takes(t, 1);
    }
    pass(Duration::milliseconds(900));
    answers(t, answer(got(t), "yes"));
    CPPUNIT_ASSERT_EQUAL(message(7, "yes"), got(a));
}

TEST(IdentifiedExchangeTest, aSlowReaderAloneHasAllTheTime)
{
    const auto [slow, t] = slowReader();
    pass(Duration::seconds(3600));
    CPPUNIT_ASSERT(world.has(slow) && world.has(t));
    takes(slow, 9000);
    CPPUNIT_ASSERT(!world.target(t).held);
    pass(Duration::milliseconds(999));
    CPPUNIT_ASSERT(world.has(slow));
    pass(MS); // the rest does not come
    assertClosed(t, CloseReason::responseTimeout, How::abort);
}

TEST(IdentifiedExchangeTest, theTimeOfOthersStandsStillWhileTheTargetIsHeld)
{
    const auto [slow, t] = slowReader();
    const ClientId other = join();
    says(other, message(9, "x"));
    const std::string sent = got(t);
    pass(Duration::seconds(50));
    CPPUNIT_ASSERT(world.has(other) && world.has(slow));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(other));
    takes(slow, 9000);
    answers(t, std::string(1004, 'A') + answer(sent, "yes"));
    CPPUNIT_ASSERT_EQUAL(message(9, "yes"), got(other));
}

TEST(IdentifiedExchangeTest, aSlowReaderIsNotForgottenBehindAQuickOne)
{
    MultiplexerSettings settings;
    settings.responseBuffer = 2000;
    length(settings, 8);
    const ClientId slow = join();
    const ClientId quick = join();
    world.client(slow).room = 0;
    says(slow, message(7, "big"));
    says(quick, message(8, "x"));
    says(slow, message(9, "big"));
    const TargetId t = opens();
    const std::string sent = got(t);
    answers(t, answer(sent, std::string(2500, 'A')) + answer(sent.substr(7), "yes"));
    CPPUNIT_ASSERT_EQUAL(message(8, "yes"), got(quick));
    CPPUNIT_ASSERT(world.target(t).held);
    takes(slow, 9000);
    CPPUNIT_ASSERT(!world.target(t).held);
    // with nothing more to come for it, it holds up nobody
    answers(t, answer(sent.substr(12), std::string(2500, 'A')));
    CPPUNIT_ASSERT(!world.target(t).held);
}

TEST(IdentifiedExchangeTest, halfOfTheIdsOverdueCostTheConnection)
{
    length({}, 6);
    const ClientId busy = join();
    const auto exchanges = [this, busy](TargetId t)
    {
        says(busy, message(1, "x"));
        answers(t, answer(got(t), "yes"));
        CPPUNIT_ASSERT_EQUAL(message(1, "yes"), got(busy));
    };
    says(busy, message(1, "x"));
    const TargetId t = opens();
    answers(t, answer(got(t), "yes"));
    got(busy);
    for (int i = 0; i < 2; ++i)
    {
        const ClientId silent = join();
        says(silent, message(2, "never"));
        got(t);
        pass(Duration::milliseconds(500));
        exchanges(t);
        pass(Duration::milliseconds(500));
        CPPUNIT_ASSERT(!world.has(silent) && world.has(t));
        exchanges(t);
    }
    says(join(), message(2, "never"));
    got(t);
    pass(Duration::milliseconds(500));
    exchanges(t);
    pass(Duration::milliseconds(500));
    assertClosed(t, CloseReason::responseTimeout, How::abort);
}

TEST(IdentifiedExchangeTest, aRequestThatKeepsItsIdIsAlone)
{
    named("dns", 2);
    const ClientId a = join();
    const std::string plain = dns("plain");
    says(a, signedQuery() + plain);
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(signedQuery(), got(t));
    answers(t, response(signedQuery()));
    assertClosed(t, CloseReason::idKept, How::abort);
    const TargetId next = opens();
    const std::string sent = got(next);
    CPPUNIT_ASSERT_EQUAL(plain.size(), sent.size());
    answers(next, response(sent));
    CPPUNIT_ASSERT_EQUAL(response(signedQuery()) + response(plain), got(a));
    CPPUNIT_ASSERT(world.has(next));
}

TEST(IdentifiedExchangeTest, aTransferTiesUntilItsEnd)
{
    named("dns", 2);
    const ClientId a = join();
    const ClientId b = join();
    says(a, dns("zone", 252) + dns("a"));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(dns("zone", 252), got(t));
    says(b, dns("b"));
    const TargetId other = opens();
    const std::string first = zone(soa() + record(1, "1234"), 2);
    const std::string last = zone(record(1, "5678") + soa(), 2, false);
    answers(t, first);
    pass(Duration::milliseconds(900));
    answers(t, last.substr(0, 30));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(other, response(got(other)));
    CPPUNIT_ASSERT_EQUAL(response(dns("b")), got(b));
    answers(t, last.substr(30));
    assertClosed(t, CloseReason::idKept, How::abort);
    answers(other, response(got(other)));
    CPPUNIT_ASSERT_EQUAL(first + last + response(dns("a")), got(a));
}

/// Of which the target said a little more, but no message.
TEST(IdentifiedExchangeTest, aTransferThatStopsWithinAMessageIsGivenUp)
{
    for (const bool begun : {true, false})
    {
        named("dns", 2);
        const ClientId a = join();
        says(a, dns("zone", 252));
        const TargetId t = opens();
        if (begun)
            answers(t, zone(soa(), 1));
        pass(Duration::milliseconds(900));
        answers(t, zone(soa(), 1, false).substr(0, 1));
        pass(Duration::milliseconds(100));
        assertClosed(t, CloseReason::responseTimeout, How::abort);
        if (begun)
            assertClosed(a, CloseReason::responseTimeout, How::abort);
        else
            CPPUNIT_ASSERT_EQUAL(dns("zone", 252, 0x8102), got(a));
    }
}

TEST(IdentifiedExchangeTest, aTransferThatStopsIsGivenUp)
{
    named("dns", 2);
    const ClientId a = join();
    says(a, dns("zone", 252));
    const TargetId silent = opens();
    pass(S);
    assertClosed(silent, CloseReason::responseTimeout, How::abort);
    CPPUNIT_ASSERT_EQUAL(dns("zone", 252, 0x8102), got(a));

    const ClientId b = join();
    std::string query = dns("zone", 252);
    query[2] = 1; // the id of the other may still be answered
    says(b, query);
    const TargetId t = opens();
    std::string begun = zone(soa(), 1);
    begun[2] = 1;
    answers(t, begun);
    pass(S);
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    assertClosed(b, CloseReason::responseTimeout, How::abort);
}

/// Nothing else says whether more would have come.
TEST(IdentifiedExchangeTest, aTransferFromAnIncomparableSerialEndsWithItsConnection)
{
    named("dns", 2);
    const ClientId a = join();
    const std::string authority = record(6, name("ns") + name("admin") + "\x81" + std::string(19, '\1'));
    std::string asks = dns("zone", 251, 0, authority);
    asks[11] = '\1';
    says(a, asks);
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(asks, got(t));
    std::string says = zone(soa(), 1);
    says[14 + 6 + 1] = '\xfb'; // it repeats the question
    answers(t, says);
    CPPUNIT_ASSERT_EQUAL(says, got(a));
    CPPUNIT_ASSERT(world.has(a) && !world.client(a).fin);
    exchange->targetEnded(t, now);
    CPPUNIT_ASSERT(world.has(a) && world.client(a).fin);
}

TEST(IdentifiedExchangeTest, anIdFitsIntoARequestAndAResponse)
{
    Options options;
    options.protocol = "fixed";
    options.framing.messageSize = 6;
    options.framing.requestId = IdField{0, 4, ByteOrder::big};
    options.framing.responseId = IdField{1, 1, ByteOrder::big};
    options.exchange.byId = true;
    options.exchange.pipeline = 4;
    begin(options);
    const ClientId a = join();
    for (int i = 0; i < 600; ++i)
    {
        const char n = static_cast<char>(i);
        says(a, std::string("\0\0\0", 3) + n + "hi");
        const TargetId t = i == 0 ? opens() : TargetId{0, 1};
        const std::string sent = got(t);
        CPPUNIT_ASSERT_EQUAL(std::string("\0\0\0", 3), sent.substr(0, 3));
        answers(t, std::string("<") + sent[3] + "well");
        CPPUNIT_ASSERT_EQUAL(std::string("<") + n + "well", got(a));
    }
}

TEST(IdentifiedExchangeTest, aBroadcastHoldsUpNobody)
{
    named("modbus", 1, 1);
    const ClientId a = join();
    const ClientId b = join();
    for (unsigned i = 0; i < 20; ++i)
        says(a, broadcast(i));
    says(b, modbus(1, 3, u16(0) + u16(1), 7));
    const TargetId t = opens();
    const std::string sent = got(t);
    CPPUNIT_ASSERT_EQUAL(std::size_t{21} * 12, sent.size());
    says(b, modbus(1, 3, u16(0) + u16(1), 8)); // one at a time, as ever
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, sent.substr(240, 2) + modbus(1, 3, "x").substr(2));
    CPPUNIT_ASSERT_EQUAL(modbus(1, 3, "x", 7), got(b));
    pass(Duration::milliseconds(500));
    const std::string next = got(t);
    answers(t, next.substr(0, 2) + modbus(1, 3, "y").substr(2));
    pass(Duration::milliseconds(500)); // of the broadcasts nothing is heard any more
    CPPUNIT_ASSERT(world.has(t));
    std::string exceptions;
    for (unsigned i = 0; i < 20; ++i)
        exceptions += modbus(0, 0x86, bytes({11}), i);
    CPPUNIT_ASSERT_EQUAL(exceptions, got(a));
    says(a, modbus(1, 3, u16(0) + u16(1), 9));
    answers(t, got(t).substr(0, 2) + modbus(1, 3, "z").substr(2));
    CPPUNIT_ASSERT_EQUAL(modbus(1, 3, "z", 9), got(a));
    CPPUNIT_ASSERT(exchange->usage().queued == 0);
}

TEST(IdentifiedExchangeTest, aBroadcastMayBeAnswered)
{
    named("modbus", 1, 1);
    const ClientId a = join();
    says(a, broadcast(1) + broadcast(2));
    const TargetId t = opens();
    const std::string sent = got(t);
    answers(t, sent.substr(12) + sent.substr(0, 3));
    answers(t, sent.substr(3, 5));
    pass(S); // the rest does not come
    CPPUNIT_ASSERT_EQUAL(broadcast(2) + broadcast(1).substr(0, 8), world.closedClients.at(a.slot).last.sent);
    assertClosed(a, CloseReason::responseTimeout, How::abort);
}

} // namespace proximux
