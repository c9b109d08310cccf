#include "support/Loopback.h"
#include "support/Test.h"

namespace proximux
{

/// The times of keep-alive, as the kernel says they are set. Wine does neither.
class KeepAliveTest : public CppUnit::TestCase
{
protected:
    static SocketOptions set(const SocketOptions& options)
    {
        const SocketPair pair;
        sockets::setOptions(pair.handle(), options);
        return sockets::options(pair.handle());
    }
};

TEST(KeepAliveTest, setsTheTimesOfKeepAlive)
{
    CPPUNIT_ASSERT(set({}).keepAlive == KeepAlive{}); // what a configuration has that says nothing
    const KeepAlive other{true, Duration::seconds(7), Duration::seconds(3), 2};
    CPPUNIT_ASSERT(set({other, Duration::off()}).keepAlive == other);
}

TEST(KeepAliveTest, leavesTheTimesToTheSystem)
{
    const SocketPair untouched;
    CPPUNIT_ASSERT(!sockets::options(untouched.handle()).keepAlive.on);
    const KeepAlive got = set({KeepAlive::ofTheSystem(), Duration::off()}).keepAlive;
    CPPUNIT_ASSERT(got.on && got.count > 0 && got.idle > Duration::seconds(0));
    CPPUNIT_ASSERT(!(got == KeepAlive{}));
}

TEST(KeepAliveTest, givesClientsTheOptionsOfTheirListener)
{
    Poco::Net::ServerSocket server;
    server.bind(Poco::Net::SocketAddress("127.0.0.1", 0), true, false);
    sockets::prepareListener(server);
    const KeepAlive wanted{true, Duration::seconds(5), Duration::seconds(2), 4};
    sockets::setOptions(server.impl()->sockfd(), {wanted, Duration::seconds(30)});
    server.listen(1);
    const Poco::Net::StreamSocket client(server.address());
    const auto accepted = sockets::accept(server);
    const SocketOptions got = sockets::options(accepted.transport->handle());
    CPPUNIT_ASSERT(got.keepAlive == wanted);
    CPPUNIT_ASSERT(got.userTimeout == Duration::seconds(30) || got.userTimeout.isOff());
}

} // namespace proximux
