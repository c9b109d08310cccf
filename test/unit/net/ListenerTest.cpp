#include "support/Loopback.h"
#include "support/Test.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>

#include <string>

namespace proximux
{

namespace
{

/// Whether somebody listens there.
bool hears(const std::string& host, std::uint16_t port)
{
    try
    {
        Poco::Net::StreamSocket(Poco::Net::SocketAddress(host, port)).close();
        return true;
    }
    catch (const Poco::IOException&)
    {
        return false;
    }
}

} // namespace

class ListenerTest : public CppUnit::TestCase
{
};

TEST(ListenerTest, hasItsPortAlone)
{
    Poco::Net::ServerSocket first = sockets::boundListener(Poco::Net::SocketAddress("127.0.0.1", 0), false);
    first.listen(1);
    try
    {
        sockets::boundListener(first.address(), false).listen(1);
        CPPUNIT_FAIL("two listen on one port");
    }
    catch (const Poco::IOException& exception)
    {
        CPPUNIT_ASSERT_EQUAL(std::string("EADDRINUSE"), sockets::errorName(exception.code()));
    }
}

TEST(ListenerTest, canListenForIPv6Alone)
{
    const auto hearsBoth = [](bool alone)
    {
        Poco::Net::ServerSocket listener = sockets::boundListener(Poco::Net::SocketAddress("::", 0), alone);
        listener.listen(1);
        CPPUNIT_ASSERT(hears("::1", listener.address().port()));
        return hears("127.0.0.1", listener.address().port());
    };
    CPPUNIT_ASSERT(hearsBoth(false));
    int attempts = 20; // another process may listen on that port for IPv4
    while (hearsBoth(true))
        CPPUNIT_ASSERT(--attempts > 0);
}

} // namespace proximux
