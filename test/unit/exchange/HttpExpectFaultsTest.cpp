#include "unit/exchange/HttpExpectFixture.h"

namespace proximux
{

/// What goes wrong between a request's head and its body.
class HttpExpectFaultsTest : public HttpExpectFixture
{
};

TEST(HttpExpectFaultsTest, aSilentTargetGetsTheBodyAllTheSame)
{
    http(false, 1);
    const auto [a, t] = asking();
    passes(Duration::milliseconds(999));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    passes(MS);
    CPPUNIT_ASSERT_EQUAL(go(), got(a));
    says(a, "ab");
    answers(t, go()); // too late
    says(a, "c");
    CPPUNIT_ASSERT_EQUAL(std::string("abc"), got(t));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
    CPPUNIT_ASSERT(world.has(t));
}

TEST(HttpExpectFaultsTest, aTargetThatNeverAnswersIsLeft)
{
    http(false, 1);
    const auto [a, t] = asking();
    passes(S);
    CPPUNIT_ASSERT_EQUAL(go(), got(a));
    says(a, "abc");
    passes(Duration::seconds(30));
    const std::string text = got(a);
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 504"), text.substr(0, 12));
    CPPUNIT_ASSERT_MESSAGE("its request was whole", text.find("close") == std::string::npos);
    assertClosed(t, CloseReason::responseTimeout, How::abort);
}

TEST(HttpExpectFaultsTest, theResponseTimeoutCountsWhileTheTargetDecides)
{
    Options options;
    options.protocol = "http";
    options.exchange.responseTimeout = S;
    options.exchange.consentTimeout = Duration::seconds(60);
    begin(options);
    const auto [a, t] = asking();
    passes(S);
    assertRefused(a, "504");
    assertClosed(t, CloseReason::responseTimeout, How::abort);
}

TEST(HttpExpectFaultsTest, aTargetThatClosesFailsThatRequest)
{
    for (const bool told : {false, true})
        for (const bool reset : {false, true})
        {
            http(false, 1);
            const auto [a, t] = asking();
            if (told)
                answers(t, go());
            CPPUNIT_ASSERT_EQUAL(told ? go() : std::string(), got(a));
            if (reset)
                exchange->targetLost(t, now);
            else
                exchange->targetEnded(t, now);
            if (!told)
                assertRefused(a, "502");
            else
            {
                CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 502"), got(a).substr(0, 12));
                says(a, "abc" + get()); // the body that it was told to send is for nobody
                CPPUNIT_ASSERT_EQUAL(get(), got(opens()));
                continue;
            }
            servesOthers();
        }
}

TEST(HttpExpectFaultsTest, nobodyGetsTheConnectionOfOneWhoVanishes)
{
    for (const char* before : {"", "told", "refused"})
        for (const bool reset : {false, true})
        {
            http(false, 1);
            const auto [a, t] = asking();
            if (*before == 't')
                answers(t, go());
            if (*before == 'r')
                answers(t, "HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nno");
            if (reset)
                exchange->clientLost(a, now);
            else if (*before != 'r')
                exchange->clientEnded(a, now);
            else
                continue;
            CPPUNIT_ASSERT(!world.has(a));
            assertClosed(t, CloseReason::requestBroken, How::abort);
            passes(Duration::seconds(2));
            servesOthers();
        }
}

TEST(HttpExpectFaultsTest, whoLeavesTheBodyOutGetsTheWholeRefusal)
{
    http(false, 1);
    const auto [a, t] = asking();
    answers(t, "HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nno");
    exchange->clientEnded(a, now);
    answers(t, " no");
    CPPUNIT_ASSERT(!world.has(a));
    const World::Closed& closed = world.closedClients.at(a.slot);
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\nConnection: close\r\n\r\nno no"),
                         closed.last.sent);
    CPPUNIT_ASSERT(closed.how == How::finish);
}

TEST(HttpExpectFaultsTest, aBodyBehindARefusalReachesNobody)
{
    http(false, 1);
    const auto [a, t] = asking();
    answers(t, "HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nno");
    CPPUNIT_ASSERT_MESSAGE("nothing more is read from it", world.client(a).held);
    says(a, "abc");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    passes(S); // and nobody tells it to go on
    answers(t, " no");
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\nConnection: close\r\n\r\nno no"),
                         got(a));
    assertClosed(t, CloseReason::earlyResponse, How::abort);
}

TEST(HttpExpectFaultsTest, aRefusalMayLastUntilTheEnd)
{
    http(false, 1);
    const auto [a, t] = asking();
    answers(t, "HTTP/1.1 413 Too Large\r\n\r\nno");
    answers(t, " no");
    exchange->targetEnded(t, now);
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 413 Too Large\r\nConnection: close\r\n\r\nno no"), got(a));
    CPPUNIT_ASSERT(world.client(a).fin);
    servesOthers();
}

TEST(HttpExpectFaultsTest, aTargetThatDecidesIsNoStallOfItsClient)
{
    Options options;
    options.protocol = "http";
    options.exchange.stallTimeout = S;
    options.exchange.consentTimeout = Duration::seconds(3);
    begin(options);
    const auto [a, t] = asking();
    const ClientId b = join();
    says(b, get());
    passes(Duration::seconds(2));
    CPPUNIT_ASSERT(world.has(a) && world.has(t));
    passes(S);
    CPPUNIT_ASSERT_EQUAL(go(), got(a));
    passes(S); // now it is
    CPPUNIT_ASSERT(!world.has(a));
    assertClosed(t, CloseReason::requestBroken, How::abort);
    CPPUNIT_ASSERT_EQUAL(get(), got(opens()));
}

TEST(HttpExpectFaultsTest, whoWasToldHasSoLong)
{
    Options options;
    options.protocol = "http";
    options.exchange.requestTimeout = S;
    options.exchange.consentTimeout = Duration::seconds(3);
    begin(options);
    const auto [a, t] = asking();
    passes(Duration::seconds(2));
    CPPUNIT_ASSERT(world.has(a));
    answers(t, go());
    passes(S);
    assertClosed(a, CloseReason::requestTimeout, How::finish);
    assertClosed(t, CloseReason::requestBroken, How::abort);
}

} // namespace proximux
