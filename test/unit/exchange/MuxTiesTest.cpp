#include "support/SharingFixture.h"
#include "support/Test.h"

#include <proximux/protocol/resp/Resp.h>

namespace proximux
{

/// Ties that are idle while others wait.
class MuxTiesTest : public SharingFixture
{
protected:
    static std::string command(std::initializer_list<std::string_view> words) { return resp::encodeCommand(words); }

    static constexpr const char* ERROR =
        "-ERR proximux: the pinned connection was idle while other clients waited (exchange.tie_idle_timeout)\r\n";

    void named(const std::string& protocol, std::size_t connections, std::size_t pipeline)
    {
        Options options;
        options.protocol = protocol;
        options.connections = connections;
        options.exchange.pipeline = pipeline;
        options.exchange.maxPinned = connections - 1;
        options.exchange.conversation.pins = true;
        begin(options);
    }

    /// A client that watches a key.
    std::pair<ClientId, TargetId> watches()
    {
        const ClientId a = join();
        says(a, command({"WATCH", "x"}));
        const TargetId t = opens();
        answers(t, "+OK\r\n");
        got(a);
        got(t);
        return {a, t};
    }

    void assertEnded(ClientId a, TargetId t)
    {
        assertClosed(t, CloseReason::pinIdle, How::abort);
        CPPUNIT_ASSERT_EQUAL(std::string(ERROR), got(a));
        CPPUNIT_ASSERT(world.client(a).fin);
        exchange->clientEnded(a, now);
        assertClosed(a, CloseReason::pinIdle, How::finish);
    }
};

TEST(MuxTiesTest, anIdleTieEndsWhenOthersWaitForOne)
{
    named("resp", 2, 8);
    const auto [a, t] = watches();
    const ClientId b = join();
    pass(Duration::milliseconds(59999));
    says(b, command({"MULTI"}));
    CPPUNIT_ASSERT(world.has(t));
    pass(MS);
    assertEnded(a, t);
    CPPUNIT_ASSERT_EQUAL(command({"MULTI"}), got(opens()));
}

TEST(MuxTiesTest, orForTheLane)
{
    named("http", 2, 1);
    const std::string get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    const ClientId a = join();
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    const TargetId t = opens();
    answers(t, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
    pass(Duration::seconds(60));
    says(join(), get);
    const TargetId other = opens();
    CPPUNIT_ASSERT(world.has(t)); // there is another
    says(join(), get);
    assertClosed(t, CloseReason::pinIdle, How::abort);
    CPPUNIT_ASSERT_EQUAL(get, got(opens()));
    CPPUNIT_ASSERT(world.has(other));
}

TEST(MuxTiesTest, asManyAsAreNeeded)
{
    named("resp", 3, 8);
    const auto [a, t] = watches();
    pass(MS);
    const auto [b, u] = watches();
    pass(Duration::seconds(60));
    says(join(), command({"MULTI"}));
    assertEnded(a, t);
    opens();
    pass(Duration::seconds(1));
    CPPUNIT_ASSERT(world.has(b) && world.has(u));
}

TEST(MuxTiesTest, nobodyWaitsAndItLasts)
{
    named("resp", 2, 8);
    const auto [a, t] = watches();
    pass(Duration::seconds(3600));
    says(join(), command({"GET", "x"}));
    CPPUNIT_ASSERT_EQUAL(command({"GET", "x"}), got(opens()));
    CPPUNIT_ASSERT(world.has(a) && world.has(t));
}

TEST(MuxTiesTest, whatIsUsedIsNotIdle)
{
    named("resp", 2, 8);
    const auto [a, t] = watches();
    pass(Duration::seconds(59));
    says(a, command({"GET", "x"}));
    pass(Duration::seconds(1));
    answers(t, "$-1\r\n");
    pass(Duration::seconds(59));
    says(join(), command({"MULTI"}));
    CPPUNIT_ASSERT(world.has(a) && world.has(t));
    pass(Duration::seconds(1));
    CPPUNIT_ASSERT(!world.has(t));
}

TEST(MuxTiesTest, whatBlocksIsNotIdle)
{
    named("resp", 2, 8);
    const ClientId a = join();
    says(a, command({"BLPOP", "l", "0"}));
    const TargetId t = opens();
    pass(Duration::seconds(100));
    says(join(), command({"MULTI"}));
    CPPUNIT_ASSERT(world.has(a) && world.has(t));
}

TEST(MuxTiesTest, aSubscriberIsIdleBetweenMessages)
{
    const std::string message = "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n";
    named("resp", 2, 8);
    const ClientId a = join();
    says(a, command({"SUBSCRIBE", "c"}));
    const TargetId t = opens();
    answers(t, "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n");
    pass(Duration::seconds(59));
    answers(t, message);
    got(a);
    pass(Duration::seconds(59));
    says(join(), command({"MULTI"}));
    CPPUNIT_ASSERT(world.has(t));
    pass(Duration::seconds(1));
    assertEnded(a, t);
}

/// It is asked for the rest of what it owes when its tie is needed.
TEST(MuxTiesTest, anIdleSubscriberThatIsLeavingIsCutOff)
{
    named("resp", 2, 8);
    const ClientId a = join();
    says(a, command({"SUBSCRIBE", "c"}));
    const TargetId t = opens();
    answers(t, "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n");
    pass(Duration::seconds(60));
    got(t);
    exchange->clientEnded(a, now);
    CPPUNIT_ASSERT_EQUAL(command({"QUIT"}), got(t));
    says(join(), command({"MULTI"}));
    assertClosed(t, CloseReason::pinIdle, How::abort);
    CPPUNIT_ASSERT(!world.has(a));
}

TEST(MuxTiesTest, aTunnelIsIdleToo)
{
    named("http", 2, 1);
    const ClientId a = join();
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    const TargetId t = opens();
    answers(t, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
    got(a);
    pass(Duration::seconds(59));
    says(a, "ping");
    pass(Duration::seconds(59));
    says(join(), "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    CPPUNIT_ASSERT(world.has(t));
    pass(Duration::seconds(1));
    assertClosed(t, CloseReason::pinIdle, How::abort);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a)); // nothing of ours is said into it
    CPPUNIT_ASSERT(world.client(a).fin);
}

/// And nobody inherits what he may have authenticated.
TEST(MuxTiesTest, whoeverSaysNtlmIsNotTied)
{
    for (const char* status : {"200 OK", "401 X\r\nWWW-Authenticate: Basic realm=x"})
    {
        named("http", 2, 1);
        const ClientId a = join();
        says(a, "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: NTLM x\r\n\r\n");
        const TargetId t = opens();
        answers(t, "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 0\r\n\r\n");
        CPPUNIT_ASSERT(!got(a).empty() && world.has(a) && world.pins.empty());
        assertClosed(t, CloseReason::pinEnded, How::abort);
    }
}

TEST(MuxTiesTest, whomTheTargetChallengesIsTied)
{
    named("http", 2, 1);
    const ClientId a = join();
    const std::string challenge = "HTTP/1.1 401 X\r\nWWW-Authenticate: NTLM y\r\nContent-Length: 0\r\n\r\n";
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: NTLM x\r\n\r\n");
    const TargetId t = opens();
    answers(t, challenge);
    CPPUNIT_ASSERT_EQUAL(challenge, got(a));
    says(join(), "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    opens();
    got(t);
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: NTLM z\r\n\r\n");
    CPPUNIT_ASSERT(got(t).find("NTLM z") != std::string::npos);
}

} // namespace proximux
