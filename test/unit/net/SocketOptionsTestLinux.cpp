#include "support/Loopback.h"
#include "support/Test.h"

namespace proximux
{

class SocketOptionsLinuxTest : public CppUnit::TestCase
{
};

TEST(SocketOptionsLinuxTest, setsAUserTimeout)
{
    const SocketPair pair;
    sockets::setOptions(pair.handle(), {KeepAlive::off(), Duration::seconds(90)});
    CPPUNIT_ASSERT(sockets::options(pair.handle()).userTimeout == Duration::seconds(90));
}

} // namespace proximux
