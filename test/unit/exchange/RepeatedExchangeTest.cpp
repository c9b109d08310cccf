#include "support/SharingFixture.h"
#include "support/Test.h"

namespace proximux
{

/// Requests that do no harm and are lost with a connection on which others were, too.
class RepeatedExchangeTest : public SharingFixture
{
protected:
    void named(const std::string& protocol, std::size_t connections, std::size_t pipeline,
               std::size_t requestBuffer = 65536)
    {
        Options options;
        options.protocol = protocol;
        options.connections = connections;
        options.exchange.pipeline = pipeline;
        options.exchange.requestBuffer = requestBuffer;
        options.exchange.byId = protocol == "modbus";
        begin(options);
    }

    static std::string reading(char id, char unit) { return std::string{0, id, 0, 0, 0, 6, unit, 3, 0, 0, 0, 1}; }

    static std::string register0(const std::string& request, char value)
    {
        return request.substr(0, 5) + '\5' + request.substr(6, 2) + std::string{2, 0, value};
    }

    static constexpr const char* LOST = "SERVER_ERROR proximux: the target connection was lost\r\n";

    /// One connection that answered once, on which both have a request.
    TargetId shared(ClientId a, ClientId b)
    {
        says(a, "get warm\r\n");
        const TargetId t = opens();
        answers(t, "END\r\n");
        says(a, "get a\r\n");
        says(b, "get b\r\n");
        CPPUNIT_ASSERT_EQUAL(std::string("get warm\r\nget a\r\nget b\r\n"), got(t));
        got(a);
        return t;
    }
};

TEST(RepeatedExchangeTest, eachIsAloneOnANewConnection)
{
    for (const bool lost : {false, true})
    {
        named("memcached", 1, 8);
        const ClientId a = join();
        const ClientId b = join();
        const TargetId t = shared(a, b);
        lost ? exchange->targetLost(t, now) : exchange->targetEnded(t, now);
        const TargetId first = opens();
        CPPUNIT_ASSERT_EQUAL(std::string("get a\r\n"), got(first));
        answers(first, "END\r\n");
        assertClosed(first, CloseReason::renewed, How::abort);
        const TargetId second = opens();
        CPPUNIT_ASSERT_EQUAL(std::string("get b\r\n"), got(second));
        answers(second, "END\r\n");
        CPPUNIT_ASSERT_EQUAL(std::string("END\r\n"), got(a));
        CPPUNIT_ASSERT_EQUAL(std::string("END\r\n"), got(b));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->usage().kept);
    }
}

TEST(RepeatedExchangeTest, whatEndsItsConnectionAloneFails)
{
    named("memcached", 1, 8);
    const ClientId a = join();
    const ClientId b = join();
    exchange->targetEnded(shared(a, b), now);
    exchange->targetEnded(opens(), now); // a's it is
    CPPUNIT_ASSERT_EQUAL(std::string(LOST), got(a));
    const TargetId next = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("get b\r\n"), got(next));
    answers(next, "END\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("END\r\n"), got(b));
    says(a, "get c\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("get c\r\n"), got(next));
}

TEST(RepeatedExchangeTest, withIdsToo)
{
    named("modbus", 1, 8);
    const ClientId a = join();
    const ClientId b = join();
    says(a, reading(7, 1));
    const TargetId t = opens();
    says(b, reading(7, 2));
    exchange->targetEnded(t, now);
    const TargetId first = opens();
    answers(first, register0(got(first), 1));
    const TargetId second = opens();
    answers(second, register0(got(second), 2));
    CPPUNIT_ASSERT_EQUAL(register0(reading(7, 1), 1), got(a));
    CPPUNIT_ASSERT_EQUAL(register0(reading(7, 2), 2), got(b));
}

/// Those among them that may do harm fail in their place.
TEST(RepeatedExchangeTest, aClientsRequestsKeepTheirOrder)
{
    for (const std::size_t connections : {std::size_t{1}, std::size_t{2}})
    {
        named("memcached", connections, 8);
        const ClientId a = join();
        says(a, "get 1\r\nset 2 0 0 1\r\nx\r\nget 3\r\nget 4\r\n");
        const TargetId t = opens();
        got(t);
        exchange->targetLost(t, now);
        CPPUNIT_ASSERT_EQUAL(LOST + std::string(LOST), got(a)); // "set 2" may have been executed before "get 1" is
        std::string sent;
        for (int i = 0; i < 2; ++i)
        {
            CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
            const TargetId next = opens();
            sent += got(next);
            answers(next, "VALUE x 0 1\r\n" + std::to_string(i) + "\r\nEND\r\n");
            CPPUNIT_ASSERT_EQUAL("VALUE x 0 1\r\n" + std::to_string(i) + "\r\nEND\r\n", got(a));
        }
        CPPUNIT_ASSERT_EQUAL(std::string("get 3\r\nget 4\r\n"), sent);
    }
}

TEST(RepeatedExchangeTest, aReadBeforeALostChangeIsLostToo)
{
    named("http", 1, 8);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "GET /warm HTTP/1.1\r\nHost: x\r\n\r\n");
    const TargetId t = opens();
    answers(t, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    says(b, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    got(a);
    says(a, "GET /x HTTP/1.1\r\nHost: x\r\n\r\nDELETE /x HTTP/1.1\r\nHost: x\r\n\r\n");
    CPPUNIT_ASSERT(got(t).find("DELETE") != std::string::npos);
    exchange->targetLost(t, now);
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 502"), got(a).substr(0, 12));
}

/// Each time it waited behind another, which is known to be why.
TEST(RepeatedExchangeTest, aVictimOfTwoSilencesIsServed)
{
    named("memcached", 1, 8);
    const ClientId a = join();
    const ClientId b = join();
    const ClientId victim = join();
    says(a, "get warm\r\n");
    const TargetId first = opens();
    answers(first, "END\r\n");
    says(a, "get 1\r\n");
    pass(Duration::seconds(20));
    says(b, "get 2\r\n");
    says(victim, "get v\r\n");
    pass(Duration::seconds(10));
    assertClosed(first, CloseReason::responseTimeout, How::abort);
    const TargetId second = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("get 2\r\nget v\r\n"), got(second));
    exchange->clientLost(b, now); // what answers it is not read by anybody, and too much
    answers(second, "VALUE 2 0 100000\r\n" + std::string(100000, 'x'));
    pass(Duration::seconds(2));
    CPPUNIT_ASSERT(!world.has(second));
    CPPUNIT_ASSERT_EQUAL(std::string("get v\r\n"), got(opens()));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(victim));
}

TEST(RepeatedExchangeTest, whatWasBegunIsNotRepeated)
{
    named("memcached", 1, 8);
    const ClientId a = join();
    const ClientId b = join();
    const TargetId t = shared(a, b);
    answers(t, "VALUE a 0 10\r\nx");
    exchange->targetLost(t, now);
    assertClosed(a, CloseReason::targetLost, How::abort);
    CPPUNIT_ASSERT_EQUAL(std::string("get b\r\n"), got(opens()));
}

TEST(RepeatedExchangeTest, whoWaitsBehindALeaverIsServed)
{
    named("memcached", 1, 8);
    const ClientId a = join();
    const ClientId b = join();
    const TargetId t = shared(a, b);
    exchange->clientLost(a, now);
    pass(Duration::seconds(1));
    assertClosed(t, CloseReason::abandoned, How::abort);
    const TargetId next = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("get b\r\n"), got(next));
    answers(next, "END\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("END\r\n"), got(b));
}

TEST(RepeatedExchangeTest, whoWaitsBehindASilentRequestIsServed)
{
    named("memcached", 1, 8);
    const ClientId a = join();
    const ClientId b = join();
    const TargetId t = shared(a, b);
    pass(Duration::seconds(15));
    const ClientId c = join();
    says(c, "get c\r\n");
    pass(Duration::seconds(15));
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    CPPUNIT_ASSERT_EQUAL(std::string("SERVER_ERROR proximux: the target did not answer in time\r\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string(LOST).substr(0, 12), got(b).substr(0, 12)); // it has waited for all its time
    CPPUNIT_ASSERT_EQUAL(std::string("get c\r\n"), got(opens()));
}

TEST(RepeatedExchangeTest, itsTimeInLineGoesOn)
{
    named("memcached", 1, 8);
    const ClientId a = join();
    const ClientId b = join();
    const TargetId t = shared(a, b);
    pass(Duration::seconds(20));
    exchange->targetLost(t, now);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.dialled.size());
    pass(Duration::milliseconds(9999));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(b));
    pass(MS);
    CPPUNIT_ASSERT_EQUAL(std::string("SERVER_ERROR proximux: no target connection was free in time\r\n"), got(b));
}

TEST(RepeatedExchangeTest, copiesCountForTheirClient)
{
    named("memcached", 1, 8, 1024);
    const ClientId a = join();
    const std::string large(240, 'k');
    says(a, "get warm\r\n");
    const TargetId t = opens();
    answers(t, "END\r\n");
    for (int i = 0; i < 5; ++i)
        says(a, "get " + large + "\r\n");
    CPPUNIT_ASSERT_EQUAL(4 * (large.size() + 6), exchange->usage().kept);
    exchange->targetLost(t, now);
    got(a);
    for (int i = 0; i < 4; ++i)
        answers(opens(), "END\r\n");
    CPPUNIT_ASSERT_EQUAL("END\r\nEND\r\nEND\r\nEND\r\n" + std::string(LOST), got(a));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->usage().kept);
}

TEST(RepeatedExchangeTest, othersAreServedMeanwhile)
{
    named("memcached", 2, 1024);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "get a\r\n");
    const TargetId t = opens();
    says(b, "get b\r\n");
    const TargetId other = opens();
    answers(other, "END\r\n");
    says(a, "get a2\r\n");
    exchange->targetLost(t, now);
    CPPUNIT_ASSERT(world.has(other)); // one is closed, that is to be opened
    const ClientId c = join();
    says(c, "get c\r\n");
    answers(other, "END\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("END\r\n"), got(c));
    CPPUNIT_ASSERT_EQUAL(std::string("get a\r\n"), got(opens()));
}

} // namespace proximux
