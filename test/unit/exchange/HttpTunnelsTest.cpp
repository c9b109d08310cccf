#include "unit/exchange/HttpFixture.h"

namespace proximux
{

/// Upgrades and CONNECT, and what follows them.
class HttpTunnelsTest : public HttpFixture
{
};

TEST(HttpTunnelsTest, aTunnelThatAClientOf10AskedForIsReadOn)
{
    http(true);
    const ClientId a = join();
    says(a, "CONNECT y:1 HTTP/1.0\r\n\r\n");
    const TargetId t = opens();
    answers(t, "HTTP/1.1 200 OK\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 200 OK\r\n\r\n"), got(a));
    got(t);
    CPPUNIT_ASSERT(!world.client(a).held);
    says(a, "anything");
    CPPUNIT_ASSERT_EQUAL(std::string("anything"), got(t));
    // where there is no tunnel it is closed
    const ClientId b = join();
    says(b, "CONNECT y:1 HTTP/1.0\r\n\r\n");
    exchange->clientEnded(a, now);
    exchange->targetEnded(t, now);
    const TargetId next = world.dialled.empty() ? t : opens();
    answers(next, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
                         got(b));
    CPPUNIT_ASSERT(world.client(b).fin);
}

/// Whatever it looks like.
TEST(HttpTunnelsTest, nothingOfOursIsSaidIntoATunnel)
{
    const std::string behind[] = {"\x81\x05hello",
                                  get(),
                                  put(3, "Expect: 100-continue\r\n"),
                                  connect() + get(),
                                  upgrade(),
                                  std::string(900, '\n'),
                                  "GET / HTTP/9.9\r\n\r\n",
                                  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"};
    const std::pair<std::string, std::string> tunnels[] = {
        {upgrade(), "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"},
        {connect(), "HTTP/1.1 200 OK\r\n\r\n"},
        {connect("1.0"), "HTTP/1.1 204 No Content\r\n\r\n"}};
    for (const auto& [request, answer] : tunnels)
        for (const std::string& bytes : behind)
            for (const bool torn : {false, true})
            {
                http(true);
                const ClientId a = join();
                says(a, torn ? request : request + bytes);
                const TargetId t = opens();
                if (torn && !world.client(a).held)
                    says(a, bytes);
                const bool late = torn && world.client(a).held;
                got(t);
                CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
                answers(t, "HTTP/1.1 103 Early Hints\r\n\r\n");
                got(a);
                CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
                answers(t, answer + "welcome");
                if (late)
                    says(a, bytes);
                CPPUNIT_ASSERT_EQUAL(answer + "welcome", got(a));
                CPPUNIT_ASSERT_EQUAL(bytes, got(t));
                says(a, "more");
                CPPUNIT_ASSERT_EQUAL(std::string("more"), got(t));
            }
}

TEST(HttpTunnelsTest, whatStandsBehindARefusedTunnelIsLookedAtThen)
{
    const std::string refused = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    for (const std::string& request : {upgrade(), connect()})
    {
        http(true);
        const ClientId a = join();
        says(a, request + get() + "nonsense\r\n\r\n");
        const TargetId t = opens();
        got(t);
        answers(t, refused);
        CPPUNIT_ASSERT_EQUAL(get(), got(t));
        CPPUNIT_ASSERT_EQUAL(refused, got(a));
        answers(t, ok());
        CPPUNIT_ASSERT_EQUAL(ok() + "HTTP/1.1 400", got(a).substr(0, ok().size() + 12));
        CPPUNIT_ASSERT(world.client(a).fin);
    }
    // nor is there a tunnel where the target is lost
    http(true);
    const ClientId a = join();
    says(a, upgrade() + get());
    exchange->targetLost(opens(), now);
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 502"), got(a).substr(0, 12));
}

TEST(HttpTunnelsTest, whatWaitsBehindAnUpgradeIsBounded)
{
    http();
    const ClientId a = join();
    says(a, upgrade());
    const TargetId t = opens();
    got(t);
    std::string sent;
    while (!world.client(a).held && sent.size() < 5000)
    {
        sent += std::string(world.client(a).limit, 'a');
        says(a, std::string(world.client(a).limit, 'a'));
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t{1000}, sent.size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1000}, exchange->usage().kept);
    answers(t, "HTTP/1.1 101 Switching Protocols\r\n\r\n");
    CPPUNIT_ASSERT_EQUAL(sent, got(t));
    CPPUNIT_ASSERT(!world.client(a).held);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->usage().kept);
}

TEST(HttpTunnelsTest, anEndBehindAnUpgradePassesToo)
{
    http();
    const ClientId a = join();
    says(a, upgrade() + "all that I say");
    const TargetId t = opens();
    got(t);
    exchange->clientEnded(a, now);
    CPPUNIT_ASSERT(!world.target(t).fin);
    answers(t, "HTTP/1.1 101 Switching Protocols\r\n\r\nand");
    CPPUNIT_ASSERT_EQUAL(std::string("all that I say"), got(t));
    CPPUNIT_ASSERT(world.target(t).fin);
    answers(t, " its answer");
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 101 Switching Protocols\r\n\r\nand its answer"), got(a));
    exchange->targetEnded(t, now);
    assertClosed(a, CloseReason::ended, How::finish);
}

} // namespace proximux
