#include "support/Test.h"

#include <proximux/proxy/TCPServer.h>

#include <Poco/Net/SocketDefs.h>

#include <string>

namespace proximux
{

/// What helps where a port may not be listened on.
class RefusedPortTest : public CppUnit::TestCase
{
protected:
    static bool says(const Endpoint& endpoint, int error)
    {
        const std::string needs = "; a port below 1024 needs root or, on Linux, CAP_NET_BIND_SERVICE";
        return TCPServer::refusal(endpoint, error, "").find(needs) != std::string::npos;
    }
};

TEST(RefusedPortTest, saysWhatAPrivilegedPortNeeds)
{
    CPPUNIT_ASSERT(says({"localhost", 80}, POCO_EACCES));
    CPPUNIT_ASSERT(!says({"localhost", 80}, POCO_EADDRINUSE));
    CPPUNIT_ASSERT(!says({"localhost", 8080}, POCO_EACCES));
}

} // namespace proximux
