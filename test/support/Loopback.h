#pragma once

#include "support/Test.h"

#include <proximux/net/Transport.h>
#include <proximux/net/loop/Reactor.h>

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace proximux
{

/// How long a test waits for something that should happen at once.
constexpr auto PATIENCE = std::chrono::seconds(20);

/// A reactor whose turns the test runs itself, with a selectable back end.
class TurnedReactor
{
public:
    explicit TurnedReactor(bool epoll)
        : reactor(make(epoll), clock)
    {
    }

    /// Runs turns until the condition holds; fails after 20 seconds.
    void until(const std::function<bool()>& condition)
    {
        const Instant end = clock.now() + Duration::seconds(20);
        while (!condition())
        {
            CPPUNIT_ASSERT_MESSAGE("it did not happen in time", clock.now() < end);
            reactor.turn(clock.now() + Duration::milliseconds(20));
        }
    }

    /// Runs turns for this time. Returns their number: how often something was ready or due.
    std::size_t turnsWithin(Duration time)
    {
        std::size_t turns = 0;
        for (const Instant end = clock.now() + time; clock.now() < end; ++turns)
            reactor.turn(end);
        return turns;
    }

    SteadyClock clock;
    Reactor reactor;

private:
    static std::unique_ptr<Poller> make(bool epoll)
    {
        auto poller = epoll ? makeEpollPoller() : nullptr;
        return poller ? std::move(poller) : makePollPoller();
    }
};

/// Two connected sockets: the far one blocks and belongs to the test, the near one is non-blocking and belongs to the
/// code under test.
struct SocketPair
{
    SocketPair()
    {
        Poco::Net::ServerSocket server;
        server.bind(Poco::Net::SocketAddress("127.0.0.1", 0), true, false);
        sockets::prepareListener(server);
        server.listen(1);
        farEnd.connect(server.address());
        nearEnd = sockets::accept(server).transport->socket();
        farEnd.setReceiveTimeout(Poco::Timespan(20, 0));
    }

    [[nodiscard]] poco_socket_t handle() const { return nearEnd.impl()->sockfd(); }

    void say(const std::string& text) { farEnd.sendBytes(text.data(), static_cast<int>(text.size())); }

    /// Receives exactly n bytes.
    std::string hear(std::size_t n)
    {
        std::string text;
        while (text.size() < n)
        {
            char bytes[65536];
            const int got = farEnd.receiveBytes(bytes, static_cast<int>(std::min(sizeof bytes, n - text.size())));
            CPPUNIT_ASSERT_MESSAGE("it ended early", got > 0);
            text.append(bytes, static_cast<std::size_t>(got));
        }
        return text;
    }

    /// Closes the far end by RST.
    void resetFar()
    {
        sockets::resetOnClose(farEnd.impl()->sockfd());
        farEnd.close();
    }

    Poco::Net::StreamSocket farEnd;
    Poco::Net::StreamSocket nearEnd;
};

/// A target that echoes, with one thread per connection. Its peers must close the connections.
class EchoServer
{
public:
    EchoServer()
    {
        _server.bind(Poco::Net::SocketAddress("127.0.0.1", 0), true, false);
        _server.listen(64);
        _thread = std::thread([this] { accept(); });
    }

    ~EchoServer() { stop(); }

    EchoServer(const EchoServer&) = delete;
    EchoServer& operator=(const EchoServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return _server.address().port(); }

    /// Stops listening, and waits until its connections are closed.
    void stop()
    {
        _stopping = true;
        if (!_thread.joinable())
            return;
        _thread.join();
        for (std::thread& each : _connections)
            each.join();
        _sockets.clear();
        _server.close();
    }

private:
    void accept()
    {
        while (!_stopping)
        {
            try
            {
                if (!_server.poll(Poco::Timespan(0, 10000), Poco::Net::Socket::SELECT_READ))
                    continue;
                _sockets.push_back(_server.acceptConnection());
            }
            catch (const Poco::IOException&)
            {
                std::this_thread::yield(); // a test has exhausted the descriptors
                continue;
            }
            _connections.emplace_back(echo, _sockets.back());
        }
    }

    static void echo(Poco::Net::StreamSocket socket)
    {
        char bytes[4096];
        try
        {
            for (int n = 0; (n = socket.receiveBytes(bytes, sizeof bytes)) > 0;)
                socket.sendBytes(bytes, n);
            socket.shutdown();
        }
        catch (const Poco::IOException&)
        {
            return; // a reset is an end, too
        }
    }

    Poco::Net::ServerSocket _server;
    std::atomic<bool> _stopping{false};
    std::vector<Poco::Net::StreamSocket> _sockets; ///< closed after their threads were joined
    std::vector<std::thread> _connections;         ///< owned by the accepting thread until it ends
    std::thread _thread;
};

} // namespace proximux

/// As TEST, once with each back end; the parameter `epoll` says with which.
#define TEST_ON_BOTH_BACK_ENDS(Suite, rule)                                                                            \
    struct Suite##_##rule : Suite                                                                                      \
    {                                                                                                                  \
        void runOn(bool epoll);                                                                                        \
    };                                                                                                                 \
    TEST_NAMED(Suite##_##rule, Suite##_##rule##_epoll, #Suite "::" #rule "_epoll", "")                                 \
    {                                                                                                                  \
        runOn(true);                                                                                                   \
    }                                                                                                                  \
    TEST_NAMED(Suite##_##rule, Suite##_##rule##_poll, #Suite "::" #rule "_poll", "")                                   \
    {                                                                                                                  \
        runOn(false);                                                                                                  \
    }                                                                                                                  \
    void Suite##_##rule::runOn([[maybe_unused]] bool epoll)
