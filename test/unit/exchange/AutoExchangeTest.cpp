#include "support/SharingFixture.h"
#include "support/Test.h"

namespace proximux
{

class AutoExchangeTest : public SharingFixture
{
protected:
    static std::string get() { return "GET / HTTP/1.1\r\nHost: x\r\n\r\n"; }
    static std::string ok() { return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"; }
    static std::string ping() { return "*1\r\n$4\r\nPING\r\n"; }

    static constexpr Duration GAP = Duration::milliseconds(10);

    void assertChosen(const std::string& name) { CPPUNIT_ASSERT_EQUAL(name, world.chosen); }
};

TEST(AutoExchangeTest, theTargetDecides)
{
    const std::pair<std::string, std::string> all[] = {{get(), ok()}, {ping(), "+PONG\r\n"}};
    for (const auto& [request, answer] : all)
    {
        beginAuto();
        const ClientId silent = join();
        const ClientId a = asks(request.substr(0, 9));
        says(a, request.substr(9));
        const TargetId t = opensOne();
        CPPUNIT_ASSERT_EQUAL(request, got(t));
        assertChosen("");
        answers(t, answer.substr(0, 5));
        assertChosen("");
        answers(t, answer.substr(5));
        assertChosen(request == get() ? "http" : "resp");
        CPPUNIT_ASSERT_EQUAL(answer, got(a));
        says(silent, request);
        CPPUNIT_ASSERT_EQUAL(request, got(t));
        answers(t, answer);
        CPPUNIT_ASSERT_EQUAL(answer, got(silent));
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, automatic->size());
    }
}

TEST(AutoExchangeTest, whatIsSaidByChanceDecidesNothing)
{
    for (const std::string answer : {"-ERR unknown command\r\n", "+OK\r\n", ":5\r\n", "-NOAUTH no\r\n"})
    {
        beginAuto();
        const ClientId a = asks(ping());
        const TargetId t = opensOne();
        answers(t, answer);
        CPPUNIT_ASSERT_EQUAL(answer, got(a));
        assertChosen("");
        says(a, ping());
        answers(t, "*1\r\n$1\r\na\r\n");
        assertChosen("resp");
    }
}

TEST(AutoExchangeTest, aScannerBeforeAnInstrumentHarmsNobody)
{
    for (const std::string& strange : {get(), ping(), std::string("GET / HTTP/1.0\r\n\r\n")})
        for (const bool first : {true, false})
        {
            beginAuto();
            ClientId instrument;
            if (!first)
            {
                instrument = asks("*IDN?\n");
                answers(opensOne(), "ACME\n");
                CPPUNIT_ASSERT_EQUAL(std::string("ACME\n"), got(instrument));
            }
            const ClientId scanner = asks(strange);
            if (!first)
                passes(GAP);
            const TargetId t = opensOne();
            CPPUNIT_ASSERT(!got(t).empty());
            answers(t, "huh?\n");
            assertClosed(t, CloseReason::malformedResponse, How::abort);
            CPPUNIT_ASSERT(world.client(scanner).fin);
            CPPUNIT_ASSERT(got(scanner).find("the target sent an invalid response") != std::string::npos);
            assertChosen("");
            if (first)
                instrument = join();
            for (int i = 0; i < 2; ++i)
            {
                says(instrument, "*IDN?\n");
                const TargetId next = i == 0 ? opensOne() : TargetId{world.nextTarget - 1, 1};
                CPPUNIT_ASSERT_EQUAL(std::string("*IDN?\n"), got(next));
                answers(next, "ACME\n");
                CPPUNIT_ASSERT_EQUAL(std::string("ACME\n"), got(instrument));
            }
            asks("*IDN?\n");
            passes(GAP);
            CPPUNIT_ASSERT_EQUAL(std::string("*IDN?\n"), got(TargetId{world.nextTarget - 1, 1}));
        }
}

TEST(AutoExchangeTest, nothingIsDecidedAfterRawWasAnswered)
{
    beginAuto(2);
    const ClientId raw = asks("hello\n");
    const TargetId r = opensOne();
    got(r);
    answers(r, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    const ClientId a = asks(get());
    const TargetId t = opensOne();
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
    assertChosen("");
    // everybody is served all the same, by what he speaks
    says(raw, "again\n");
    CPPUNIT_ASSERT_EQUAL(std::string("again\n"), got(r));
    const ClientId b = asks(get());
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(b));
    CPPUNIT_ASSERT(world.has(raw) && world.has(r));
}

TEST(AutoExchangeTest, whoSpeaksAnotherProtocolFailsAlone)
{
    for (const bool http : {true, false})
    {
        beginAuto();
        const ClientId a = asks(http ? get() : ping());
        const TargetId t = opensOne();
        answers(t, http ? ok() : "+PONG\r\n");
        got(a);
        got(t);
        says(a, http ? get() : ping());
        const ClientId other = asks(http ? ping() : get());
        assertClosed(other, CloseReason::malformedRequest, How::finish);
        const std::string said = world.closedClients.at(other.slot).last.sent;
        CPPUNIT_ASSERT_EQUAL(std::string(http ? "-ERR " : "HTTP/1.1 400 "), said.substr(0, http ? 5 : 13));
        CPPUNIT_ASSERT(world.malformed.find("but exchange.protocol = auto detected") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(http ? get() : ping(), got(t));
        answers(t, http ? ok() : "+PONG\r\n");
        CPPUNIT_ASSERT_EQUAL(http ? ok() : std::string("+PONG\r\n"), got(a));
        CPPUNIT_ASSERT(world.has(a) && world.has(t));
    }
    // what looks like nothing is of the protocol, which says what is wrong with it
    beginAuto();
    asks(get());
    answers(opensOne(), ok());
    const ClientId odd = asks("hello\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 400"), got(odd).substr(0, 12));
}

TEST(AutoExchangeTest, whoIsServedAsRawStaysSo)
{
    beginAuto(2);
    const ClientId raw = asks("measure\n"); // which takes its time
    const TargetId r = opensOne();
    const ClientId a = asks(get());
    answers(opensOne(), ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
    assertChosen("http");
    answers(r, "3.14\n");
    CPPUNIT_ASSERT_EQUAL(std::string("3.14\n"), got(raw));
    got(r);
    says(raw, "again\n");
    CPPUNIT_ASSERT_EQUAL(std::string("again\n"), got(r));
    automatic->clientLost(raw, now);
    automatic->response(r, "2.72\n", now); // a word of a connection that is gone
    passes(GAP);
    // its connection is for those of the protocol, as soon as one needs it
    asks(get());
    asks(get());
    passes(GAP);
    CPPUNIT_ASSERT(!world.has(r));
    CPPUNIT_ASSERT_EQUAL(get(), got(opensOne()));
}

TEST(AutoExchangeTest, eachRequestIsTriedAlone)
{
    beginAuto();
    const ClientId a = asks(ping() + ping());
    const ClientId b = asks(ping());
    const TargetId t = opensOne();
    CPPUNIT_ASSERT_EQUAL(ping(), got(t));
    answers(t, "+PONG\r\n");
    assertChosen("resp");
    CPPUNIT_ASSERT_EQUAL(std::string("+PONG\r\n"), got(a));
    for (int i = 0; i < 2; ++i)
        answers(t, "+PONG\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+PONG\r\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("+PONG\r\n"), got(b));
}

/// A target that can't make anything of it may say nothing.
TEST(AutoExchangeTest, aTrialGivesWay)
{
    beginAuto();
    const ClientId scanner = asks(get());
    const TargetId t = opensOne();
    passes(Duration::seconds(1));
    const ClientId instrument = asks("*IDN?\n");
    passes(Duration::milliseconds(4999));
    CPPUNIT_ASSERT(world.has(t));
    passes(Duration::milliseconds(1));
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 504"), got(scanner).substr(0, 12));
    const TargetId next = opensOne();
    CPPUNIT_ASSERT_EQUAL(std::string("*IDN?\n"), got(next));
    answers(next, "ACME\n");
    CPPUNIT_ASSERT_EQUAL(std::string("ACME\n"), got(instrument));
    // what is raw does not give way to what is tried, nor does a trial to nobody
    says(instrument, "*TST?\n");
    const ClientId late = asks(get());
    passes(Duration::seconds(29));
    CPPUNIT_ASSERT(world.has(next) && world.has(late));
    answers(next, "0\n");
    CPPUNIT_ASSERT_EQUAL(std::string("0\n"), got(instrument));
    passes(GAP);
    const TargetId third = opensOne();
    passes(Duration::seconds(20));
    CPPUNIT_ASSERT(world.has(third));
}

TEST(AutoExchangeTest, theOldestRequestIsServedFirst)
{
    beginAuto();
    const ClientId a = asks("1\n");
    const TargetId t = opensOne();
    passes(MS);
    const ClientId web = asks(get());
    passes(MS);
    const ClientId b = asks("2\n");
    CPPUNIT_ASSERT_EQUAL(std::string("1\n"), got(t));
    answers(t, "one\n");
    says(a, "3\n"); // it waits longest who came first
    passes(GAP);
    CPPUNIT_ASSERT_EQUAL(std::string(), world.closedTargets.at(t.slot).last.sent);
    const TargetId u = opensOne();
    CPPUNIT_ASSERT_EQUAL(get(), got(u));
    answers(u, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    CPPUNIT_ASSERT(!got(web).empty());
    const TargetId v = opensOne();
    CPPUNIT_ASSERT_EQUAL(std::string("2\n"), got(v));
    answers(v, "two\n");
    passes(GAP);
    CPPUNIT_ASSERT_EQUAL(std::string("3\n"), got(v));
    CPPUNIT_ASSERT_EQUAL(std::string("two\n"), got(b));
    CPPUNIT_ASSERT_EQUAL(std::string("one\n"), got(a));
}

TEST(AutoExchangeTest, neverMoreConnectionsThanPlaces)
{
    for (const std::size_t most : {std::size_t{1}, std::size_t{2}, std::size_t{3}})
    {
        beginAuto(most);
        for (int i = 0; i < 200; ++i)
        {
            const std::string requests[] = {get(), ping(), "raw\n"};
            const ClientId a = asks(requests[i % 3]);
            const auto dialled = std::exchange(world.dialled, {});
            for (const TargetId id : dialled)
            {
                world.target(id).held = false;
                if (i % 7 == 0)
                    automatic->targetFailed(id, now);
                else
                    automatic->targetOpened(id, now);
            }
            std::vector<TargetId> there;
            for (const auto& [slot, target] : world.targets)
                if (!target.sent.empty())
                    there.push_back({slot, 1});
            for (const TargetId id : there)
            {
                const std::string asked = world.has(id) ? got(id) : std::string();
                if (asked == get())
                    answers(id, i % 5 == 0 ? "what\n" : "HTTP/1.1 204 No\r\n\r\n");
                else if (!asked.empty())
                    answers(id, i % 4 == 0 ? "-ERR\r\n" : "+OK\r\n");
            }
            if (i % 2 == 0 && world.has(a))
                automatic->clientLost(a, now);
            passes(GAP);
            CPPUNIT_ASSERT(world.mostTargets <= most);
        }
    }
}

TEST(AutoExchangeTest, waitsForWhatIsAmbiguous)
{
    beginAuto();
    asks("GE");
    CPPUNIT_ASSERT(world.dialled.empty());
    passes(Duration{49999});
    CPPUNIT_ASSERT(world.dialled.empty());
    passes(Duration{1});
    const TargetId t = opensOne();
    CPPUNIT_ASSERT_EQUAL(std::string("GE"), got(t));
    assertChosen("");
    // a line that says what it is may take its time
    const ClientId slow = asks("GET / HTTP/1.1\r\n");
    asks("*2\r\n$3\r\nGET\r\n");
    passes(Duration::seconds(1));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    says(slow, "Host : x\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 400"), got(slow).substr(0, 12));
    for (const auto& [refused, name] :
         {std::pair{"PRI * HTTP/2.0\r\n\r\n", "HTTP/2 (not supported)"}, {"\x16\x03\x01", "TLS (not supported)"}})
    {
        const ClientId other = asks(refused);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, world.malformed.find(name));
        assertClosed(other, CloseReason::malformedRequest, How::finish);
    }
    for (const char* raw :
         {"*1\r\n$0\r\n", "*0\r\n", "*01\r\n", "*1\r\n+a\r\n", "*1\n", "get / HTTP/1.1\r\n", "GET /\r\n"})
    {
        beginAuto();
        asks(raw);
        CPPUNIT_ASSERT_EQUAL(std::string(raw), got(opensOne()));
    }
}

TEST(AutoExchangeTest, readsNobodyWhereTheLineIsFull)
{
    MultiplexerSettings settings;
    settings.maxQueue = 1;
    beginAuto(1, settings);
    const ClientId a = asks("first");
    const ClientId b = asks("second");
    CPPUNIT_ASSERT(world.client(a).held && world.client(b).held);
    const TargetId t = opensOne();
    answers(t, "answer");
    passes(GAP);
    CPPUNIT_ASSERT_EQUAL(std::string("firstsecond"), got(t));
    CPPUNIT_ASSERT(!world.client(a).held && !world.client(b).held);
}

TEST(AutoExchangeTest, aReloadChangesItsExchangesAndWhoIsNew)
{
    beginAuto(2);
    const ClientId raw = asks("raw\n");
    const TargetId first = opensOne();
    const ClientId redis = asks(ping());
    const TargetId second = opensOne();
    const ClientId silent = join();
    std::string names;
    AutoExchangeSettings settings;
    settings.idleTimeout = Duration::seconds(5);
    const auto change = [&](std::string_view protocol, AutoExchange::Tenant& tenant)
    {
        names += std::string(protocol) + " ";
        MultiplexerSettings inForce;
        inForce.pipeline = protocol == "resp" ? 8 : 1;
        inForce.fair = true;
        tenant.pool->reconfigure({Duration::seconds(5), inForce.pipeline}, {{true}, {}});
        tenant.exchange->reconfigure(inForce, {{true}, {}}, now);
    };
    automatic->reconfigure(settings, change, now);
    CPPUNIT_ASSERT_EQUAL(std::string("raw resp "), names);
    answers(second, "+PONG\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+PONG\r\n"), got(redis));
    answers(first, "1");
    CPPUNIT_ASSERT_EQUAL(std::string("1"), got(raw));
    passes(Duration::seconds(5));
    CPPUNIT_ASSERT(!world.has(first) && !world.has(second)); // each when it had answered
    CPPUNIT_ASSERT(!world.has(silent));
}

} // namespace proximux
