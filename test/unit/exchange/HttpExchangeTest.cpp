#include "unit/exchange/HttpFixture.h"

namespace proximux
{

/// What is peculiar to HTTP.
class HttpExchangeTest : public HttpFixture
{
};

TEST(HttpExchangeTest, continueIsNotSaidToWhoDidNotWait)
{
    http();
    const ClientId a = join();
    says(a, get());
    const TargetId t = opens();
    says(a, put(3, "Expect: 100-continue\r\n"));
    says(a, "abc"); // it must not be said before the GET is answered, and this client has lost patience
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
    CPPUNIT_ASSERT_EQUAL(get() + put(3) + "abc", got(t));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
}

TEST(HttpExchangeTest, anEarlyResponseMayLastUntilTheEnd)
{
    http();
    const ClientId a = join();
    says(a, put(5000) + std::string(2000, 'a'));
    const TargetId t = opens();
    answers(t, "HTTP/1.0 413 Too Large\r\n\r\ntoo ");
    says(a, std::string(1000, 'a'));
    answers(t, "large");
    exchange->targetEnded(t, now);
    CPPUNIT_ASSERT(!world.has(t));
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.0 413 Too Large\r\nConnection: close\r\n\r\ntoo large"), got(a));
    CPPUNIT_ASSERT(world.client(a).fin);
    says(a, std::string(1000, 'a'));
    exchange->clientEnded(a, now);
    assertClosed(a, CloseReason::ended, How::finish);
}

TEST(HttpExchangeTest, aClientMayEndWithALargeRequest)
{
    const std::string closing = put(2000, "Connection: close\r\n");
    const std::string half(1000, 'a');
    const std::string refused = "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n";
    for (const char* how : {"answered", "refused", "lost"})
    {
        http(false, 1);
        const ClientId a = join();
        says(a, closing + half);
        const TargetId t = opens();
        CPPUNIT_ASSERT_MESSAGE("the rest is read", !world.client(a).held);
        if (*how == 'a')
        {
            says(a, half + get());
            CPPUNIT_ASSERT_EQUAL(put(2000) + half + half, got(t));
            answers(t, ok());
        }
        else if (*how == 'r')
            answers(t, refused + "\r\n");
        else
            exchange->targetLost(t, now);
        const std::string text = got(a);
        CPPUNIT_ASSERT(world.client(a).fin);
        CPPUNIT_ASSERT(text.find("\r\nConnection: close\r\n") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(*how == 'a', world.has(t));
        CPPUNIT_ASSERT(world.dialled.empty());
    }
}

TEST(HttpExchangeTest, anErrorCanBeToldBehindAnInterimResponse)
{
    http();
    const ClientId a = join();
    says(a, get());
    const TargetId t = opens();
    const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n";
    answers(t, interim + interim);
    CPPUNIT_ASSERT_EQUAL(interim + interim, got(a));
    exchange->targetLost(t, now);
    CPPUNIT_ASSERT(world.has(a));
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 502 Bad Gateway\r\n"), got(a).substr(0, 26));
    // not in the midst of the final one
    says(a, get());
    const TargetId next = opens();
    answers(next, interim + ok().substr(0, ok().size() - 1));
    exchange->targetLost(next, now);
    assertClosed(a, CloseReason::targetLost, How::abort);
}

TEST(HttpExchangeTest, whatMeetsTheEndOfAConnectionIsRepeated)
{
    for (const bool reset : {false, true})
    {
        http();
        const ClientId a = join();
        const TargetId t = used(a);
        const std::string put = "PUT /b HTTP/1.0\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc";
        says(a, put);
        const std::string sent = got(t);
        if (reset)
            exchange->targetLost(t, now);
        else
            exchange->targetEnded(t, now);
        CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
        const TargetId next = opens();
        CPPUNIT_ASSERT_EQUAL(sent, got(next));
        answers(next, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), got(a));
        CPPUNIT_ASSERT(world.client(a).fin);
    }
}

TEST(HttpExchangeTest, whatMayHaveBeenDoneIsNotRepeated)
{
    const std::string post = "POST / HTTP/1.1\r\nHost: x\r\n\r\n";
    const std::pair<std::string, std::string> all[] = {
        {post, ""}, {get(), "HTTP/1."}, {get(), "HTTP/1.1 103 Early Hints\r\n\r\n"}};
    for (const auto& [request, answer] : all)
    {
        http();
        const ClientId a = join();
        const TargetId t = used(a);
        says(a, request);
        if (!answer.empty())
            answers(t, answer);
        got(a);
        exchange->targetEnded(t, now);
        CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 502"), got(a).substr(0, 12));
        CPPUNIT_ASSERT(world.dialled.empty());
    }
    // and not where the connection was new
    http();
    const ClientId a = join();
    says(a, get());
    exchange->targetEnded(opens(), now);
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 502"), got(a).substr(0, 12));
}

TEST(HttpExchangeTest, whatIsRepeatedKeepsItsPlace)
{
    for (const bool fifo : {true, false})
    {
        http(false, fifo ? 1 : 2);
        const ClientId a = join();
        const ClientId b = join();
        const TargetId t = used(a);
        const auto path = [](char c) { return std::string("GET /") + c + " HTTP/1.1\r\nHost: x\r\n\r\n"; };
        says(a, path('1') + path('2') + path('3'));
        if (fifo)
            says(b, path('4'));
        got(t);
        exchange->targetEnded(t, now);
        const TargetId next = opens();
        for (const char c : std::string(fifo ? "1234" : "123"))
        {
            CPPUNIT_ASSERT_EQUAL(path(c), got(next));
            answers(next, ok());
        }
        CPPUNIT_ASSERT_EQUAL(ok() + ok() + ok(), got(a));
        CPPUNIT_ASSERT_EQUAL(fifo ? ok() : std::string(), got(b));
    }
}

TEST(HttpExchangeTest, whatIsRepeatedGoesBeforeAnAnswerOfOurs)
{
    http();
    const ClientId a = join();
    const TargetId t = used(a);
    says(a, get() + "CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n");
    exchange->targetEnded(t, now);
    const TargetId next = opens();
    CPPUNIT_ASSERT_EQUAL(get(), got(next));
    answers(next, ok());
    CPPUNIT_ASSERT_EQUAL(ok() + "HTTP/1.1 405", got(a).substr(0, ok().size() + 12));
}

TEST(HttpExchangeTest, whatIsRepeatedMayFailAfterAll)
{
    http();
    const ClientId a = join();
    const TargetId t = used(a);
    says(a, get() + get() + "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na");
    exchange->targetEnded(t, now);
    pass(Duration::seconds(30)); // nothing opens
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 503"), got(a).substr(0, 12));
    says(a, "bc");
    const TargetId next = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"), got(next));
    // who leaves in the meantime is forgotten
    answers(next, ok());
    says(a, get() + get());
    exchange->targetEnded(next, now);
    exchange->clientLost(a, now);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(opens()));
}

TEST(HttpExchangeTest, nobodyElseGetsAConnectionWithABodyThatMayBeUnread)
{
    const std::string evil = "GET /evil HTTP/1.1\r\nHost: x\r\n\r\n";
    const std::string length = "Content-Length: " + std::to_string(evil.size()) + "\r\n\r\n" + evil;
    std::vector<std::string> requests;
    for (const char* method : {"GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "PROPFIND"})
        requests.push_back(std::string(method) + " / HTTP/1.1\r\nHost: x\r\n" + length);
    requests.push_back("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n");
    for (const std::string& request : requests)
    {
        http(false, 1);
        const ClientId a = join();
        const ClientId b = join();
        says(a, request);
        says(b, get());
        const TargetId t = opens();
        CPPUNIT_ASSERT_EQUAL(request, got(t));
        const std::string answer = "HTTP/1.1 204 No Content\r\n\r\n";
        answers(t, answer + ok()); // it has taken the body for a request
        CPPUNIT_ASSERT_EQUAL(answer, got(a));
        assertClosed(t, CloseReason::spent, How::abort);
        const TargetId next = opens();
        CPPUNIT_ASSERT_EQUAL(get(), got(next));
        answers(next, ok());
        CPPUNIT_ASSERT_EQUAL(ok(), got(b));
        CPPUNIT_ASSERT(world.has(next));
        // nor where its client has left
        says(a, request);
        exchange->clientLost(a, now);
        if (world.has(next))
            answers(next, answer);
        CPPUNIT_ASSERT(!world.has(next));
    }
    http(false, 1);
    const ClientId a = join();
    says(a, put(3) + "abc");
    const TargetId t = opens();
    answers(t, ok());
    CPPUNIT_ASSERT_MESSAGE("a body that is awaited costs nothing", world.has(t));
    says(a, put(3) + "abc");
    answers(t, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    assertClosed(t, CloseReason::spent, How::abort);
    CPPUNIT_ASSERT(world.has(a));
}

TEST(HttpExchangeTest, aChunkedBodyStreamsOnlyWhereItCanNotBeKept)
{
    http(false, 1);
    const ClientId a = join();
    const std::string head = "PUT / HTTP/1.1\r\nHost: x\r\n";
    const std::string coding = "Transfer-Encoding: chunked\r\n\r\n";
    says(a, head + coding + "3\r\nab");
    says(a, "c\r\n0\r\n\r\n");
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(head + "Content-Length: 3\r\n\r\nabc", got(t));
    answers(t, ok());
    CPPUNIT_ASSERT(world.has(t));
    // also where it is sent once more
    says(a, head + coding + "1\r\na\r\n0\r\n\r\n");
    got(t);
    exchange->targetEnded(t, now);
    const TargetId next = opens();
    CPPUNIT_ASSERT_EQUAL(head + "Content-Length: 1\r\n\r\na", got(next));
    answers(next, ok());
    got(a);
    const std::string large = head + coding + "7d0\r\n" + std::string(2000, 'a') + "\r\n0\r\n\r\n";
    says(a, large.substr(0, 1000));
    says(a, large.substr(1000));
    CPPUNIT_ASSERT_EQUAL(large, got(next));
    answers(next, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
    assertClosed(next, CloseReason::spent, How::abort);
}

/// Its body may be unread, and nobody else can be hurt: an authentication by NTLM needs that connection.
TEST(HttpExchangeTest, whoIsAloneKeepsAConnectionThatIsSpent)
{
    http();
    const ClientId a = join();
    says(a, put(3, "Authorization: NTLM x\r\n") + "abc");
    const TargetId t = opens();
    answers(t, "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM y\r\nContent-Length: 0\r\n\r\n");
    CPPUNIT_ASSERT(world.has(t) && world.has(a));
    exchange->clientLost(a, now);
    CPPUNIT_ASSERT(!world.has(t));
}

TEST(HttpExchangeTest, aMalformedHeadIsCalledSo)
{
    http();
    const ClientId a = join();
    says(a, get());
    answers(opens(), "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi");
    const std::string error = got(a);
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 502"), error.substr(0, 12));
    CPPUNIT_ASSERT(error.find("the target sent an invalid response") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(std::string("an HTTP response with different Content-Length values (RFC 9112 section 6.3)"),
                         world.malformed);
}

TEST(HttpExchangeTest, aTargetThatSendsInPartsIsNotKeptWaiting)
{
    http();
    const ClientId a = join();
    says(a, get());
    const TargetId t = opens();
    answers(t, ok().substr(0, 20));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.awaited);
    answers(t, ok().substr(20, ok().size() - 21));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, world.awaited);
    answers(t, ok().substr(ok().size() - 1));
    says(a, get());
    answers(t, ok()); // whole, at once: it costs nothing
    says(a, get());
    answers(t, "HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n" + std::string(20000, 'a')); // it does not wait
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, world.awaited);
}

} // namespace proximux
