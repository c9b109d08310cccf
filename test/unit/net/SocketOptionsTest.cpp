#include "support/Loopback.h"
#include "support/Test.h"

namespace proximux
{

/// The kernel is asked what is set.
class SocketOptionsTest : public CppUnit::TestCase
{
protected:
    static SocketOptions set(const SocketOptions& options)
    {
        const SocketPair pair;
        sockets::setOptions(pair.handle(), options);
        return sockets::options(pair.handle());
    }
};

TEST(SocketOptionsTest, turnsKeepAliveOff)
{
    const SocketPair pair;
    sockets::setOptions(pair.handle(), {});
    sockets::setOptions(pair.handle(), {KeepAlive::off(), Duration::off()});
    CPPUNIT_ASSERT(!sockets::options(pair.handle()).keepAlive.on);
}

TEST(SocketOptionsTest, setsAUserTimeout)
{
    CPPUNIT_ASSERT(set({}).userTimeout.isOff());
    const Duration got = set({KeepAlive::off(), Duration::seconds(90)}).userTimeout;
    CPPUNIT_ASSERT(got == Duration::seconds(90) || got.isOff()); // a system may have none
}

} // namespace proximux
