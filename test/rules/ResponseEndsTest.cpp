#include "rules/Rules.h"

namespace proximux
{

/// A response ends as its request and its head say, be it with its connection.
class ResponseEndsTest : public Rules
{
};

TEST(ResponseEndsTest, aResponseUntilTheEndEndsItsClientToo)
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

RULE(ResponseEndsTest, eachResponseIsReadAsOneToItsRequest, staleHint)
{
    named("memcached", 1, 8);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "get x\r\n");
    says(b, "mg y v q\r\n"); // of which nothing may come but what shows its end
    const TargetId t = opens();
    answers(t, "END\r\nVERSION 1\r\n");
    says(a, "get z\r\n");
    answers(t, "END\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("END\r\nEND\r\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(b));
}

RULE(ResponseEndsTest, aResponseUntilTheEndEndsWell, cutUntilClose, keepUntilClose)
{
    named("http", 1, 1);
    const ClientId a = join();
    says(a, get());
    const TargetId t = opens();
    answers(t, "HTTP/1.1 200 OK\r\n\r\nsome");
    answers(t, "thing");
    exchange->targetEnded(t, now);
    CPPUNIT_ASSERT_MESSAGE("the response was cut off", world.has(a));
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsomething"), got(a));
    CPPUNIT_ASSERT_MESSAGE("nothing says that the response has ended", world.client(a).fin);
}

RULE(ResponseEndsTest, aConnectionThatClosesIsNotUsedAgain, keepClosing)
{
    named("http", 1, 1);
    const ClientId a = join();
    const ClientId b = join();
    says(a, get());
    says(b, get());
    const TargetId t = opens();
    got(t);
    answers(t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
    assertClosed(t, CloseReason::targetEnded, How::finish);
    CPPUNIT_ASSERT_EQUAL(std::string(), world.closedTargets.at(t.slot).last.sent);
    CPPUNIT_ASSERT_EQUAL(get(), got(opens()));
}

RULE(ResponseEndsTest, nobodyElseGetsAConnectionThatIsSpent, keepSpent)
{
    named("http", 1, 1);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /");
    says(b, get());
    const TargetId t = opens();
    answers(t, ok());
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
    CPPUNIT_ASSERT_MESSAGE("a body that may be unread is before the next request", !world.has(t));
    CPPUNIT_ASSERT_EQUAL(get(), got(opens()));
}

} // namespace proximux
