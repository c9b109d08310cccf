#include "support/Test.h"

#include "ProxyServiceFixture.h"

#include <unistd.h>

namespace proximux
{

class ProxyPassedSocketTest : public ProxyServiceFixture
{
};

TEST(ProxyPassedSocketTest, servesOnASocketThatListensAlready)
{
    const Poco::Net::ServerSocket listener(Poco::Net::SocketAddress("127.0.0.1", 0));
    Proxy proxy(configuration());
    proxy.startOn(::dup(listener.impl()->sockfd()));
    CPPUNIT_ASSERT_EQUAL(listener.address().port(), proxy.port());
    CPPUNIT_ASSERT_EQUAL(std::string("x"), ask(client(proxy), "x"));
    proxy.drain();
    proxy.wait();
    const auto next = client(proxy); // waits in the backlog, which belongs to both
    Proxy successor(configuration());
    successor.startOn(::dup(listener.impl()->sockfd()));
    CPPUNIT_ASSERT_EQUAL(std::string("y"), ask(next, "y"));
}

} // namespace proximux
