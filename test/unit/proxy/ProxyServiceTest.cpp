#include "support/Test.h"

#include "ProxyServiceFixture.h"

#include <Poco/Delegate.h>
#include <Poco/Exception.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace proximux
{

namespace
{

/// Holds up the reactor in which a client was accepted.
struct Brake
{
    void onConnected(ConnectedArgs&)
    {
        std::unique_lock<std::mutex> lock(mutex);
        held = true;
        changed.notify_all();
        changed.wait(lock, [this] { return !held; });
    }

    std::mutex mutex;
    std::condition_variable changed;
    bool held = false;
};

} // namespace

/// What the facade does for a service manager.
class ProxyServiceTest : public ProxyServiceFixture
{
};

TEST(ProxyServiceTest, refusesToListenOnAnythingElse)
{
    const Poco::Net::StreamSocket connected(Poco::Net::SocketAddress("127.0.0.1", _target.port()));
    Proxy proxy(configuration());
    CPPUNIT_ASSERT_THROW(proxy.startOn(static_cast<int>(connected.impl()->sockfd())), Poco::IOException);
    CPPUNIT_ASSERT_THROW(proxy.startOn(-1), Poco::IOException);
}

TEST(ProxyServiceTest, isResponsiveWhileItsReactorsTurn)
{
    Brake brake;
    auto c = configuration();
    c->io.threads = 2;
    Proxy proxy(c);
    proxy.events().connected += Poco::delegate(&brake, &Brake::onConnected);
    proxy.start();
    const auto responds = [&proxy]
    {
        const auto end = std::chrono::steady_clock::now() + PATIENCE;
        while (!proxy.isResponsive())
        {
            CPPUNIT_ASSERT(std::chrono::steady_clock::now() < end);
            std::this_thread::yield();
        }
    };
    for (int i = 0; i < 3; ++i)
        responds();
    const auto held = client(proxy);
    {
        std::unique_lock<std::mutex> lock(brake.mutex);
        CPPUNIT_ASSERT(brake.changed.wait_for(lock, PATIENCE, [&brake] { return brake.held; }));
        responds(); // to the question from before; the next one waits
        for (int i = 0; i < 3; ++i)
            CPPUNIT_ASSERT(!proxy.isResponsive());
        brake.held = false;
        brake.changed.notify_all();
    }
    responds();
    proxy.stop();
    proxy.wait();
    CPPUNIT_ASSERT(proxy.isResponsive());
    CPPUNIT_ASSERT(proxy.isResponsive()); // what has ended is not asked in vain
}

} // namespace proximux
