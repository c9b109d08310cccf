#include "support/Test.h"

#include "ProxyServiceFixture.h"

#include <Poco/Exception.h>

#include <memory>
#include <string>

namespace proximux
{

/// What a host program gets of a reload.
class ProxyReloadTest : public ProxyServiceFixture
{
protected:
    /// Whether the other side closes without a byte.
    static bool isRefused(Poco::Net::StreamSocket socket)
    {
        char byte = 0;
        try
        {
            return socket.receiveBytes(&byte, 1) == 0;
        }
        catch (const Poco::IOException&)
        {
            return true; // reset
        }
    }
};

TEST(ProxyReloadTest, whatIsChangedIsNamedAndInForce)
{
    Proxy proxy(configuration());
    proxy.start();
    const Poco::Net::StreamSocket before = client(proxy);
    CPPUNIT_ASSERT_EQUAL(std::string("x"), ask(before, "x"));
    auto changed = configuration();
    changed->access.deny.push_back(*AddressRange::parse("127.0.0.0/8"));
    const ReloadResult result = proxy.reload(changed);
    CPPUNIT_ASSERT(result.mistakes.empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, result.changed.size());
    CPPUNIT_ASSERT_EQUAL(std::string("access.deny"), result.changed.front());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, result.clients);
    CPPUNIT_ASSERT(isRefused(client(proxy)));
    CPPUNIT_ASSERT_EQUAL(std::string("y"), ask(before, "y"));
    CPPUNIT_ASSERT(proxy.reload(configuration()).mistakes.empty());
    CPPUNIT_ASSERT_EQUAL(std::string("z"), ask(client(proxy), "z"));
}

TEST(ProxyReloadTest, whatIsPreparedIsInForceWhenItIsApplied)
{
    Proxy proxy(configuration());
    proxy.start();
    auto changed = configuration();
    changed->access.deny.push_back(*AddressRange::parse("127.0.0.0/8"));
    const PreparedReload prepared = proxy.prepare(changed);
    CPPUNIT_ASSERT(prepared.mistakes.empty());
    CPPUNIT_ASSERT_EQUAL(std::string("access.deny"), prepared.changed.at(0));
    const Poco::Net::StreamSocket before = client(proxy);
    CPPUNIT_ASSERT_EQUAL(std::string("x"), ask(before, "x"));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, proxy.apply(prepared));
    CPPUNIT_ASSERT(isRefused(client(proxy)));
}

TEST(ProxyReloadTest, withAMistakeNothingIsApplied)
{
    Proxy proxy(configuration());
    proxy.start();
    auto changed = configuration();
    changed->access.deny.push_back(*AddressRange::parse("127.0.0.0/8"));
    changed->io.threads = 2;
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, proxy.reload(changed).mistakes.size());
    CPPUNIT_ASSERT_EQUAL(std::string("x"), ask(client(proxy), "x"));
    CPPUNIT_ASSERT_THROW(proxy.reload(nullptr), Poco::InvalidArgumentException);
}

TEST(ProxyReloadTest, beforeItsStartAndAfterItsEndItIsRefused)
{
    Proxy proxy(configuration());
    CPPUNIT_ASSERT(!proxy.reload(configuration()).mistakes.empty());
    proxy.start();
    proxy.stop();
    proxy.wait();
    CPPUNIT_ASSERT(!proxy.reload(configuration()).mistakes.empty());
}

} // namespace proximux
