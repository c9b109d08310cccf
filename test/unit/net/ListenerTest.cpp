#include "support/Loopback.h"
#include "support/Test.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>

#include <string>

namespace proximux
{

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
    for (const bool alone : {true, false})
    {
        Poco::Net::ServerSocket listener = sockets::boundListener(Poco::Net::SocketAddress("::", 0), alone);
        listener.listen(1);
        const std::uint16_t port = listener.address().port();
        const Poco::Net::StreamSocket six(Poco::Net::SocketAddress("::1", port));
        if (alone)
            CPPUNIT_ASSERT_THROW(Poco::Net::StreamSocket(Poco::Net::SocketAddress("127.0.0.1", port)),
                                 Poco::IOException);
        else
            Poco::Net::StreamSocket(Poco::Net::SocketAddress("127.0.0.1", port)).close();
    }
}

} // namespace proximux
