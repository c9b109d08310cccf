#include "support/Loopback.h"
#include "support/Test.h"

#include <proximux/Proxy.h>

#include <Poco/Delegate.h>
#include <Poco/Exception.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unistd.h>

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
class ProxyServiceTest : public CppUnit::TestCase
{
protected:
    std::shared_ptr<Configuration> configuration() const
    {
        auto c = std::make_shared<Configuration>();
        c->exchange.mode = Mode::proxy;
        c->local.endpoint = {"127.0.0.1", 0};
        c->targets.emplace_back().endpoint = {"127.0.0.1", _target.port()};
        return c;
    }

    static Poco::Net::StreamSocket client(const Proxy& proxy)
    {
        Poco::Net::StreamSocket socket(Poco::Net::SocketAddress("127.0.0.1", proxy.port()));
        socket.setReceiveTimeout(Poco::Timespan(20, 0));
        return socket;
    }

    /// The one byte that comes back.
    static std::string ask(Poco::Net::StreamSocket socket, const std::string& byte)
    {
        socket.sendBytes(byte.data(), 1);
        char answer = 0;
        CPPUNIT_ASSERT_EQUAL(1, socket.receiveBytes(&answer, 1));
        return {answer};
    }

    EchoServer _target;
};

TEST(ProxyServiceTest, servesOnASocketThatListensAlready)
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

TEST(ProxyServiceTest, refusesToListenOnAnythingElse)
{
    const Poco::Net::StreamSocket connected(Poco::Net::SocketAddress("127.0.0.1", _target.port()));
    Proxy proxy(configuration());
    CPPUNIT_ASSERT_THROW(proxy.startOn(connected.impl()->sockfd()), Poco::IOException);
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
