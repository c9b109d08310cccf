#include "unit/proxy/ProxyFixture.h"

#include <proximux/proxy/ProxyInspector.h>

namespace proximux
{

class ProxyDrainTest : public ProxyFixture
{
protected:
    std::shared_ptr<Configuration> shared(bool epoll, Duration firstRequestTimeout) const
    {
        auto c = configuration(epoll);
        c->exchange.mode = Mode::fifo;
        c->exchange.protocol = "line";
        c->shutdown.firstRequestTimeout = firstRequestTimeout;
        return c;
    }
};

TEST_ON_BOTH_BACK_ENDS(ProxyDrainTest, drainsThenStops)
{
    Proxy proxy(configuration(epoll));
    proxy.start();
    auto c = client(proxy);
    CPPUNIT_ASSERT_EQUAL(std::string("x"), ask(*c, "x"));
    proxy.drain();
    CPPUNIT_ASSERT_EQUAL(std::string("y"), ask(*c, "y")); // what is there goes on
    proxy.stop();
    proxy.wait();
    CPPUNIT_ASSERT(isClosed(*c));
}

TEST_ON_BOTH_BACK_ENDS(ProxyDrainTest, oneThatRetiresDoesNotWaitForItsDelay)
{
    auto delayed = configuration(epoll);
    delayed->shutdown.delay = Duration::seconds(3600);
    Proxy proxy(delayed);
    proxy.start();
    proxy.retire();
    proxy.wait();
    proxy.drain(); // it has ended already, and stays so
    CPPUNIT_ASSERT(proxy.inspector().phase() == ProxyInspector::Phase::ended);
}

TEST_ON_BOTH_BACK_ENDS(ProxyDrainTest, oneThatListensHasItsAddressBeforeItsStart)
{
    Proxy first(configuration(epoll));
    first.start();
    auto same = configuration(epoll);
    same->local.endpoint.port = first.port();
    Proxy second(same);
    CPPUNIT_ASSERT_THROW(second.listen(), Poco::IOException);
    first.stop();
    first.wait();
    second.listen();
    CPPUNIT_ASSERT_THROW(Proxy(same).listen(), Poco::IOException);
    second.start();
    CPPUNIT_ASSERT_EQUAL(std::string("x"), ask(*client(second), "x"));
}

TEST_ON_BOTH_BACK_ENDS(ProxyDrainTest, aDrainWaitsForTheFirstRequestOfWhoHasJustConnected)
{
    Recorder recorder;
    Proxy proxy(shared(epoll, Duration::seconds(60)));
    recorder.listenTo(proxy.events());
    proxy.start();
    const auto newcomer = client(proxy);
    recorder.atLeast(1); // it is accepted
    proxy.drain();
    CPPUNIT_ASSERT_EQUAL(std::string("x\n"), ask(*newcomer, "x\n"));
    CPPUNIT_ASSERT(isClosed(*newcomer));
    proxy.wait();
}

TEST_ON_BOTH_BACK_ENDS(ProxyDrainTest, clientsLeaveWhenTheDelayIsOver)
{
    auto c = shared(epoll, Duration{0});
    c->shutdown.delay = Duration::milliseconds(200);
    Proxy proxy(c);
    proxy.start();
    const auto leaves = client(proxy);
    CPPUNIT_ASSERT_EQUAL(std::string("x\n"), ask(*leaves, "x\n"));
    proxy.drain();
    CPPUNIT_ASSERT(isClosed(*leaves));
    proxy.wait();
}

TEST_ON_BOTH_BACK_ENDS(ProxyDrainTest, clientsAreAcceptedUntilStopEndsTheDelay)
{
    auto c = shared(epoll, Duration{0});
    c->shutdown.delay = Duration::seconds(3600);
    Proxy proxy(c);
    proxy.start();
    const auto waits = client(proxy);
    proxy.drain();
    const auto during = client(proxy);
    CPPUNIT_ASSERT_EQUAL(std::string("x\n"), ask(*waits, "x\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("y\n"), ask(*during, "y\n"));
    proxy.stop();
    proxy.wait();
    CPPUNIT_ASSERT(isClosed(*waits));
    CPPUNIT_ASSERT(isClosed(*during));
}

TEST_ON_BOTH_BACK_ENDS(ProxyDrainTest, aDrainWaitsForNobodyWhoSaysNothing)
{
    Recorder recorder;
    Proxy proxy(shared(epoll, Duration::milliseconds(20)));
    recorder.listenTo(proxy.events());
    proxy.start();
    const auto silent = client(proxy);
    recorder.atLeast(1);
    proxy.drain();
    CPPUNIT_ASSERT(isClosed(*silent));
    proxy.wait();
}

} // namespace proximux
