#include "unit/exchange/HttpExpectFixture.h"

namespace proximux
{

/// Expect: 100-continue, which the target answers.
class HttpExpectTest : public HttpExpectFixture
{
};

TEST(HttpExpectTest, theTargetDecides)
{
    http(false, 1);
    const auto [a, t] = asking();
    answers(t, go());
    CPPUNIT_ASSERT_EQUAL(go(), got(a));
    says(a, "ab");
    CPPUNIT_ASSERT_EQUAL(std::string("ab"), got(t));
    says(a, "c" + get());
    CPPUNIT_ASSERT_EQUAL(std::string("c"), got(t));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
    CPPUNIT_ASSERT_EQUAL(get(), got(t));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
    CPPUNIT_ASSERT(world.has(t) && world.has(a));
}

TEST(HttpExpectTest, aRefusalSparesTheUpload)
{
    for (const char* status : {"413 Too Large", "417 Expectation Failed", "401 Unauthorized", "200 OK"})
    {
        http(false, 1);
        const auto [a, t] = asking(1000000);
        answers(t, response(status));
        CPPUNIT_ASSERT_EQUAL(response(status, "Connection: close\r\n"), got(a));
        CPPUNIT_ASSERT(world.client(a).fin);
        assertClosed(t, CloseReason::earlyResponse, How::abort);
        // it may send the body all the same, or what it takes for its next request
        says(a, std::string(500, 'a') + get());
        servesOthers();
        exchange->clientEnded(a, now);
        assertClosed(a, CloseReason::ended, How::finish);
    }
}

TEST(HttpExpectTest, whoDoesNotWaitLosesNothing)
{
    http(false, 1);
    const auto [a, t] = asking();
    says(a, "abc");
    CPPUNIT_ASSERT_EQUAL(std::string("abc"), got(t));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
    // also where the target speaks while the body is on its way
    for (const bool refused : {false, true})
    {
        says(a, head(3));
        const std::string text = refused ? response("413 Too Large") : go();
        says(a, "a");
        const TargetId next = world.dialled.empty() ? t : opens();
        answers(next, text);
        CPPUNIT_ASSERT_EQUAL(text, got(a));
        says(a, "bc");
        if (!refused)
            answers(next, ok());
        CPPUNIT_ASSERT_EQUAL(refused ? std::string() : ok(), got(a));
        CPPUNIT_ASSERT(!world.client(a).fin);
        CPPUNIT_ASSERT(world.has(next) != refused);
    }
    // who sends all at once is asked for nothing
    says(a, head(3) + "abc");
    CPPUNIT_ASSERT_EQUAL(put(3) + "abc", got(opens()));
}

TEST(HttpExpectTest, aClientIsToldOnce)
{
    http(false, 1);
    const auto [a, t] = asking();
    answers(t, "HTTP/1.1 103 Early Hints\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 103 Early Hints\r\n\r\n"), got(a));
    answers(t, go() + go() + "HTTP/1.1 102 Processing\r\n\r\n" + go());
    CPPUNIT_ASSERT_EQUAL(go() + "HTTP/1.1 102 Processing\r\n\r\n", got(a));
    says(a, "abc");
    answers(t, go() + ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
    // but what it did not ask for is as the target sent it
    says(a, get());
    answers(t, go() + go() + ok());
    CPPUNIT_ASSERT_EQUAL(go() + go() + ok(), got(a));
}

TEST(HttpExpectTest, itWaitsForAConnection)
{
    http(false, 1);
    const ClientId b = join();
    const TargetId t = used(b);
    says(b, get());
    const ClientId a = join();
    says(a, head(3));
    CPPUNIT_ASSERT_EQUAL(get(), got(t));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(head(3), got(t));
    answers(t, go());
    says(b, get()); // the connection is another's until all has come
    says(a, "abc");
    CPPUNIT_ASSERT_EQUAL(std::string("abc"), got(t));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(go() + ok(), got(a));
    CPPUNIT_ASSERT_EQUAL(get(), got(t));
    // in vain
    says(a, head(3));
    passes(Duration::seconds(30));
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 504"), got(b).substr(ok().size(), 12));
    assertRefused(a, "503");
}

TEST(HttpExpectTest, itKeepsItsPlaceBehindEarlierRequests)
{
    http(false, 2);
    const ClientId a = join();
    says(a, get() + head(3));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(get(), got(t));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(head(3), got(t));
    answers(t, go());
    CPPUNIT_ASSERT_EQUAL(ok() + go(), got(a));
    // there it may lose patience, too
    says(a, "abc");
    answers(t, ok());
    says(a, get() + head(3));
    says(a, "abc");
    answers(t, ok());
    got(a);
    CPPUNIT_ASSERT_EQUAL("abc" + get() + put(3) + "abc", got(t));
}

TEST(HttpExpectTest, aLargeBodyFollowsAsAnyOther)
{
    http(false, 1);
    const auto [a, t] = asking(5000);
    answers(t, go());
    for (int i = 0; i < 10; ++i)
        says(a, std::string(500, 'a'));
    CPPUNIT_ASSERT_EQUAL(std::string(5000, 'a'), got(t));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(go() + ok(), got(a));
    CPPUNIT_ASSERT(world.has(t));
    // in chunks it costs the connection, as without the field
    const std::string chunked =
        "PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n";
    says(a, chunked);
    CPPUNIT_ASSERT_EQUAL(chunked, got(t));
    answers(t, go());
    says(a, "3\r\nabc\r\n0\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("3\r\nabc\r\n0\r\n\r\n"), got(t));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(go() + ok(), got(a));
    assertClosed(t, CloseReason::spent, How::abort);
}

TEST(HttpExpectTest, whatIsRefusedByUsIsRefusedAtOnce)
{
    http();
    const ClientId a = join();
    says(a, "CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    assertRefused(a, "405");
    CPPUNIT_ASSERT(world.dialled.empty());
}

TEST(HttpExpectTest, aClientMayEndWithItsRequest)
{
    http(false, 1);
    const ClientId a = join();
    says(a, head(3, "Connection: close\r\n"));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(head(3), got(t));
    answers(t, go());
    says(a, "abc");
    CPPUNIT_ASSERT_EQUAL(std::string("abc"), got(t));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(go() + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi", got(a));
    CPPUNIT_ASSERT(world.client(a).fin && world.has(t));
}

TEST(HttpExpectTest, weConsentIfWeAreToldTo)
{
    Options options;
    options.protocol = "http";
    options.exchange.conversation.consents = true;
    begin(options);
    const ClientId a = join();
    says(a, head(3));
    CPPUNIT_ASSERT_EQUAL(go(), got(a));
    CPPUNIT_ASSERT(world.dialled.empty());
    says(a, "abc");
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(put(3) + "abc", got(t));
    answers(t, response("413 Too Large"));
    CPPUNIT_ASSERT_EQUAL(response("413 Too Large"), got(a));
    CPPUNIT_ASSERT(!world.client(a).fin);
}

} // namespace proximux
