#include "unit/proxy/ProxyFixture.h"

#include <proximux/proxy/TCPServer.h>

#include <Poco/Exception.h>
#include <Poco/Net/SocketDefs.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace proximux
{

class ProxyTest : public ProxyFixture
{
};

TEST(ProxyTest, refusesToBeWithoutAConfiguration)
{
    CPPUNIT_ASSERT_THROW(Proxy(nullptr), Poco::InvalidArgumentException);
}

TEST_ON_BOTH_BACK_ENDS(ProxyTest, raisesItsEventsInOrder)
{
    Recorder recorder;
    Proxy proxy(configuration(epoll));
    recorder.listenTo(proxy.events());
    proxy.start();
    auto c = client(proxy);
    CPPUNIT_ASSERT_EQUAL(std::string("one\n"), ask(*c, "one\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("two\n"), ask(*c, "two\n"));
    c->close();
    const std::vector<std::string> expected{"connected 127.0.0.1", "target 1",      "request one\n",
                                            "answered one 4",      "request two\n", "answered two 4",
                                            "disconnected ended"};
    CPPUNIT_ASSERT(expected == recorder.atLeast(expected.size()));
    proxy.drain();
    proxy.wait();
    const Statistics statistics = proxy.statistics();
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, statistics.accepted);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, statistics.current);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{8}, statistics.bytesIn);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{8}, statistics.bytesOut);
}

TEST_ON_BOTH_BACK_ENDS(ProxyTest, refusesWhomAListenerRejects)
{
    Recorder recorder;
    recorder.rejecting = true;
    Proxy proxy(configuration(epoll));
    recorder.listenTo(proxy.events());
    proxy.start();
    auto c = client(proxy);
    CPPUNIT_ASSERT(isClosed(*c));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, recorder.atLeast(1).size());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, proxy.statistics().refused);
    proxy.drain();
    proxy.wait();
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, proxy.statistics().current);
}

TEST_ON_BOTH_BACK_ENDS(ProxyTest, aThrowingListenerRefusesItsClientAlone)
{
    Recorder recorder;
    recorder.throwing = true;
    Proxy proxy(configuration(epoll));
    proxy.events().connected += Poco::delegate(&recorder, &Recorder::onConnected);
    proxy.start();
    CPPUNIT_ASSERT(isClosed(*client(proxy)));
    CPPUNIT_ASSERT_EQUAL(std::string("x"), ask(*client(proxy), "x"));
}

TEST_ON_BOTH_BACK_ENDS(ProxyTest, aThrowingRequestListenerHarmsNobody)
{
    for (const Mode mode : {Mode::proxy, Mode::fifo})
    {
        Recorder recorder;
        recorder.throwing = true;
        auto settings = configuration(epoll);
        settings->exchange.mode = mode;
        settings->exchange.protocol = "line";
        Proxy proxy(settings);
        proxy.events().request += Poco::delegate(&recorder, &Recorder::onRequest);
        proxy.start();
        auto c = client(proxy);
        CPPUNIT_ASSERT_EQUAL(std::string("x\n"), ask(*c, "x\n"));
        CPPUNIT_ASSERT_EQUAL(std::string("y\n"), ask(*c, "y\n"));
    }
}

TEST_ON_BOTH_BACK_ENDS(ProxyTest, tellsWhoWasDropped)
{
    Recorder recorder;
    auto c = configuration(epoll);
    c->local.maxConnections = 1;
    Proxy proxy(c);
    proxy.events().dropped += Poco::delegate(&recorder, &Recorder::onDropped);
    proxy.start();
    auto first = client(proxy);
    CPPUNIT_ASSERT_EQUAL(std::string("x"), ask(*first, "x"));
    CPPUNIT_ASSERT(isClosed(*client(proxy)));
    CPPUNIT_ASSERT_EQUAL(std::string("dropped"), recorder.atLeast(1).at(0));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, proxy.statistics().dropped);
    CPPUNIT_ASSERT_EQUAL(std::string("y"), ask(*first, "y"));
}

TEST_ON_BOTH_BACK_ENDS(ProxyTest, tellsOfATargetThatCannotBeHad)
{
    _target.stop();
    auto c = configuration(epoll);
    Poco::Net::ServerSocket closed;
    closed.bind(Poco::Net::SocketAddress("127.0.0.1", 0), true, false);
    c->targets[0].endpoint.port = closed.address().port(); // bound, and does not listen
    Recorder recorder;
    Proxy proxy(c);
    recorder.listenTo(proxy.events());
    proxy.start();
    CPPUNIT_ASSERT(isClosed(*client(proxy)));
    const std::vector<std::string> expected{"connected 127.0.0.1", "lost 1",
                                            "disconnected could not connect to any target"};
    CPPUNIT_ASSERT(expected == recorder.atLeast(3));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, proxy.statistics().failed);
}

TEST_ON_BOTH_BACK_ENDS(ProxyTest, servesFromSeveralThreads)
{
    auto c = configuration(epoll);
    c->io.threads = 3;
    Proxy proxy(c);
    proxy.start();
    std::vector<std::thread> clients;
    std::atomic<int> right{0};
    clients.reserve(12);
    for (int i = 0; i < 12; ++i)
        clients.emplace_back(
            [&proxy, &right, i]
            {
                for (int j = 0; j < 10; ++j)
                {
                    const std::string text = std::to_string(i) + "/" + std::to_string(j);
                    right += ask(*client(proxy), text) == text ? 1 : 0;
                }
            });
    for (std::thread& each : clients)
        each.join();
    CPPUNIT_ASSERT_EQUAL(120, right.load());
    proxy.drain();
    proxy.wait();
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, proxy.statistics().current);
}

TEST_ON_BOTH_BACK_ENDS(ProxyTest, sharesOneConnectionInFifo)
{
    const auto c = configuration(epoll);
    c->exchange.mode = Mode::fifo;
    c->exchange.protocol = "line";
    Recorder recorder; // outlives the proxy, whose threads tell it
    Proxy proxy(c);
    recorder.listenTo(proxy.events());
    proxy.start();
    const auto a = client(proxy);
    recorder.atLeast(1);
    const auto b = client(proxy);
    recorder.atLeast(2);
    for (int i = 0; i < 2; ++i)
        for (const auto* each : {&a, &b})
        {
            (*each)->sendBytes("hello\n", 6);
            char answer[6];
            CPPUNIT_ASSERT_EQUAL(6, (*each)->receiveBytes(answer, 6));
        }
    std::vector<std::string> notes = recorder.atLeast(11);
    CPPUNIT_ASSERT_EQUAL(std::size_t{11}, notes.size());
    CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{1}, std::count(notes.begin(), notes.end(), "target 1"));
    CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{4}, std::count(notes.begin(), notes.end(), "request hello\n"));
    CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{4}, std::count(notes.begin(), notes.end(), "answered hello 6"));
    a->close();
    notes = recorder.atLeast(12);
    CPPUNIT_ASSERT_EQUAL(std::string("disconnected ended"), notes.back());
    const auto ended = static_cast<std::size_t>(CloseReason::ended);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, proxy.statistics().clientsClosed[ended]);
}

TEST_ON_BOTH_BACK_ENDS(ProxyTest, canBeDestroyedWhileItRuns)
{
    for (int i = 0; i < 20; ++i)
    {
        auto c = configuration(epoll);
        c->io.threads = 2;
        c->targets.emplace_back().endpoint = {"localhost", _port}; // a look-up may be under way
        Proxy proxy(c);
        proxy.start();
        auto a = client(proxy);
        auto b = client(proxy);
        a->sendBytes("x", 1);
    }
}

TEST(ProxyTest, saysWhyItCannotListen)
{
    auto c = configuration(true);
    c->local.endpoint.port = _port; // the target's
    Proxy proxy(c);
    try
    {
        proxy.start();
        CPPUNIT_FAIL("it listens");
    }
    catch (const Poco::IOException& exception)
    {
        CPPUNIT_ASSERT_EQUAL("cannot listen on 127.0.0.1:" + std::to_string(_port) + ": " +
                                 sockets::errorText(POCO_EADDRINUSE) + " (EADDRINUSE)",
                             exception.message());
    }
}

TEST(ProxyTest, listensOnAllInterfaces)
{
    const auto c = configuration(true);
    c->local.endpoint.host = "*";
    Proxy proxy(c);
    proxy.start();
    CPPUNIT_ASSERT_EQUAL(std::string("v4"), ask(*client(proxy), "v4"));
}

TEST(ProxyTest, saysWhereItCannotListen)
{
    CPPUNIT_ASSERT_EQUAL(std::string("cannot listen on [::1]:80: no such name"),
                         TCPServer::refusal({"::1", 80}, 0, "no such name"));
}

TEST(ProxyTest, endsAtOnceWhereItNeverStarted)
{
    Proxy proxy(configuration(true));
    proxy.drain();
    proxy.stop();
    proxy.wait();
    CPPUNIT_ASSERT_EQUAL(std::uint16_t{0}, proxy.port());
}

TEST(ProxyTest, anEventWithoutAListenerIsNotHeard)
{
    Recorder recorder;
    Event<DroppedArgs> event;
    CPPUNIT_ASSERT(!event.isHeard());
    event += Poco::delegate(&recorder, &Recorder::onDropped);
    CPPUNIT_ASSERT(event.isHeard());
    event -= Poco::delegate(&recorder, &Recorder::onDropped);
    CPPUNIT_ASSERT(!event.isHeard());
}

} // namespace proximux
