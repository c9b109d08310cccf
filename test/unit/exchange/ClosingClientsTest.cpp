#include "support/SharingFixture.h"
#include "support/Test.h"

#include <proximux/protocol/resp/Resp.h>

namespace proximux
{

/// Clients that are being closed and go on sending.
class ClosingClientsTest : public SharingFixture
{
protected:
    void named(const std::string& protocol)
    {
        Options options;
        options.protocol = protocol;
        begin(options);
    }

    ClientId malformed()
    {
        named("resp");
        const ClientId a = join();
        says(a, "*x\r\n");
        CPPUNIT_ASSERT_EQUAL(std::string("-ERR proximux"), got(a).substr(0, 13));
        CPPUNIT_ASSERT(world.client(a).fin);
        return a;
    }
};

TEST(ClosingClientsTest, behindAnErrorAClientMayGoOnSendingForSoLong)
{
    const ClientId a = malformed();
    for (int i = 0; i < 19; ++i)
    {
        pass(Duration::milliseconds(100));
        CPPUNIT_ASSERT(!world.client(a).held);
        says(a, "more");
    }
    const Instant next = pass(Duration::milliseconds(99));
    CPPUNIT_ASSERT(next == now + MS);
    pass(MS);
    assertClosed(a, CloseReason::malformedRequest, How::abort);
}

TEST(ClosingClientsTest, andSoManyBytes)
{
    const ClientId a = malformed();
    says(a, std::string(65535, 'x'));
    CPPUNIT_ASSERT(world.has(a));
    says(a, "x");
    assertClosed(a, CloseReason::malformedRequest, How::abort);
}

TEST(ClosingClientsTest, aClientThatSendsNoMoreIsClosedByFin)
{
    const ClientId a = malformed();
    pass(Duration::seconds(2));
    assertClosed(a, CloseReason::malformedRequest, How::finish);
}

/// It has local.half_close_timeout to read what waits for it.
TEST(ClosingClientsTest, aClientThatHasNotReadTheErrorIsNotReadAnyMore)
{
    named("resp");
    const ClientId a = join();
    world.client(a).room = 0;
    says(a, "*x\r\n");
    says(a, std::string(65536, 'x'));
    CPPUNIT_ASSERT(world.client(a).held);
    pass(Duration::seconds(10));
    CPPUNIT_ASSERT(world.has(a));
    takes(a, 9000);
    assertClosed(a, CloseReason::malformedRequest, How::finish);
}

TEST(ClosingClientsTest, alsoBehindItsLastRequest)
{
    named("resp");
    const ClientId a = join();
    says(a, "QUIT\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+OK\r\n"), got(a));
    says(a, "GET x\r\n");
    CPPUNIT_ASSERT(world.has(a));
    pass(Duration::seconds(2));
    CPPUNIT_ASSERT(!world.has(a));
}

TEST(ClosingClientsTest, alsoBehindAResponseThatEndsIt)
{
    named("http");
    const ClientId a = join();
    says(a, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const TargetId t = opens();
    answers(t, "HTTP/1.1 200 OK\r\n\r\nuntil the end");
    exchange->targetEnded(t, now);
    says(a, std::string(65536, 'x'));
    CPPUNIT_ASSERT(!world.has(a));
}

} // namespace proximux
