#include "rules/Rules.h"

namespace proximux
{

/// A local reply, an error and an interim response keep their place among the responses.
class RepliesTest : public Rules
{
protected:
    /// HTTP, whose clients we tell to send a body.
    void consenting()
    {
        Options options;
        options.protocol = "http";
        options.exchange.conversation.consents = true;
        begin(options);
    }

    static std::string put(const std::string& fields)
    {
        return "PUT / HTTP/1.1\r\nHost: x\r\n" + fields + "Content-Length: 3\r\n\r\n";
    }
};

TEST(RepliesTest, localAnswersKeepTheirPlace)
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

TEST(RepliesTest, errorRepliesKeepTheirPlace)
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

TEST(RepliesTest, aRequestThatCouldNotBeSentGetsAnError)
{
    named("resp");
    const ClientId a = join();
    says(a, command({"GET", "a"}) + command({"GET", "b"}));
    exchange->targetFailed(world.dialled.back(), now);
    pass(Duration::seconds(31));
    const std::string error = "-ERR proximux: no target connection was free in time\r\n";
    CPPUNIT_ASSERT_EQUAL(error + error, got(a));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->usage().queued);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->usage().kept);
    CPPUNIT_ASSERT(world.has(a));
}

TEST(RepliesTest, malformedIsAnsweredAndClosed)
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

TEST(RepliesTest, httpClosesTheClientOrTheTargetAsItIsSaid)
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

TEST(RepliesTest, httpContinueIsSaidInItsPlace)
{
    consenting();
    const ClientId a = join();
    says(a, get() + put("Expect: 100-continue\r\n"));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok() + "HTTP/1.1 100 Continue\r\n\r\n", got(a));
    got(t);
    says(a, "abc");
    CPPUNIT_ASSERT_EQUAL(put("") + "abc", got(t));
}

RULE(RepliesTest, aClientIsToldToGoOnInItsPlace, hurryContinue)
{
    consenting();
    const ClientId a = join();
    says(a, get() + put("Expect: 100-continue\r\n"));
    const TargetId t = opens();
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok() + "HTTP/1.1 100 Continue\r\n\r\n", got(a));
}

RULE(RepliesTest, whatFollowsARefusedHeadIsNoRequest, readRefused)
{
    named("http", 1, 1);
    const ClientId a = join();
    says(a, put("Expect: 100-continue\r\n"));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(put("Expect: 100-continue\r\n"), got(t));
    answers(t, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
                         got(a));
    CPPUNIT_ASSERT(world.client(a).fin && !world.has(t));
    says(a, "abc" + get()); // the body that was not wanted, or the next request
    CPPUNIT_ASSERT(world.dialled.empty());
}

RULE(RepliesTest, nothingIsSaidIntoARefusal, tellRefused)
{
    named("http", 1, 1);
    const ClientId a = join();
    says(a, put("Expect: 100-continue\r\n"));
    answers(opens(), "HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n\r\nno");
    got(a);
    pass(Duration::seconds(1));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a)); // 100 Continue would be a part of that
}

} // namespace proximux
