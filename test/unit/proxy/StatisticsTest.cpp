#include "unit/proxy/ProxyFixture.h"

#include <proximux/net/Connector.h>
#include <proximux/system/Capabilities.h>
#include <proximux/telemetry/Labels.h>

#include <Poco/Net/ServerSocket.h>

#include <chrono>
#include <string>
#include <thread>

namespace proximux
{

/// What a running proxy counts.
class StatisticsTest : public ProxyFixture
{
protected:
    static std::uint64_t sum(const Histogram<std::uint64_t>& histogram)
    {
        std::uint64_t all = 0;
        for (const std::uint64_t each : histogram.buckets)
            all += each;
        return all;
    }

    static std::uint64_t ended(const Statistics& statistics, RequestOutcome outcome)
    {
        return statistics.requests[static_cast<std::size_t>(outcome)];
    }

    /// The statistics once they are as expected, or after some time.
    template <class Expected>
    static Statistics once(const Proxy& proxy, const Expected& expected)
    {
        const auto until = std::chrono::steady_clock::now() + PATIENCE;
        Statistics statistics = proxy.statistics();
        while (!expected(statistics) && std::chrono::steady_clock::now() < until)
        {
            std::this_thread::yield();
            statistics = proxy.statistics();
        }
        return statistics;
    }
};

TEST_ON_BOTH_BACK_ENDS(StatisticsTest, fifoCountsRequestsAndConnections)
{
    const auto c = configuration(epoll);
    c->exchange.mode = Mode::fifo;
    c->exchange.protocol = "line";
    Proxy proxy(c);
    proxy.start();
    auto a = client(proxy);
    auto b = client(proxy);
    CPPUNIT_ASSERT_EQUAL(std::string("one\n"), ask(*a, "one\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("two\n"), ask(*b, "two\n"));
    const Statistics statistics =
        once(proxy, [](const Statistics& each)
             { return ended(each, RequestOutcome::answered) == 2 && each.targets[0].idle == 1; });
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, ended(statistics, RequestOutcome::answered));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, sum(statistics.queueDuration));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, sum(statistics.requestDuration));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, sum(statistics.connectDuration));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{8}, statistics.targetBytesIn);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{8}, statistics.targetBytesOut);
    const TargetStatistics& target = statistics.targets.at(0);
    CPPUNIT_ASSERT_EQUAL("127.0.0.1:" + std::to_string(_port), target.address);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, target.limit);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, target.idle);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, target.busy);
    CPPUNIT_ASSERT(target.up);
    CPPUNIT_ASSERT_EQUAL(std::string(epoll && hasEpoll() ? "epoll" : "poll"), statistics.ioBackend);
    CPPUNIT_ASSERT(statistics.threads.at(0).busy > Duration{0});
    CPPUNIT_ASSERT(statistics.threads.at(0).longestTurn <= statistics.threads.at(0).busy);
    CPPUNIT_ASSERT(!statistics.draining);
    proxy.drain();
    CPPUNIT_ASSERT(proxy.statistics().draining);
}

TEST_ON_BOTH_BACK_ENDS(StatisticsTest, proxyModeCountsWhatIsDelimited)
{
    const auto c = configuration(epoll);
    c->exchange.protocol = "line";
    Proxy proxy(c);
    proxy.start();
    auto a = client(proxy);
    CPPUNIT_ASSERT_EQUAL(std::string("one\n"), ask(*a, "one\n"));
    const auto answered = [](const Statistics& each) { return ended(each, RequestOutcome::answered) == 1; };
    const Statistics statistics = once(proxy, answered);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, ended(statistics, RequestOutcome::answered));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, sum(statistics.requestDuration));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, sum(statistics.queueDuration));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, statistics.targets.at(0).busy);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, statistics.targets.at(0).limit);
    a->close();
    CPPUNIT_ASSERT_EQUAL(
        std::uint64_t{0},
        once(proxy, [](const Statistics& each) { return each.targets[0].busy == 0; }).targets.at(0).busy);
}

TEST_ON_BOTH_BACK_ENDS(StatisticsTest, aRefusedConnectionIsCountedForItsTarget)
{
    const auto c = configuration(epoll);
    Poco::Net::ServerSocket closed;
    closed.bind(Poco::Net::SocketAddress("127.0.0.1", 0), true, false);
    c->targets[0].endpoint.port = closed.address().port(); // bound, and does not listen
    c->exchange.mode = Mode::fifo;
    c->exchange.protocol = "line";
    Proxy proxy(c);
    proxy.start();
    auto a = client(proxy);
    a->sendBytes("one\n", 4);
    CPPUNIT_ASSERT(isClosed(*a));
    const Statistics statistics =
        once(proxy, [](const Statistics& each) { return ended(each, RequestOutcome::error) == 1; });
    const TargetStatistics& target = statistics.targets.at(0);
    CPPUNIT_ASSERT(!target.up);
    CPPUNIT_ASSERT(target.dead > 0);
    CPPUNIT_ASSERT(target.down > Duration{0});
    CPPUNIT_ASSERT(target.connectFailures[static_cast<std::size_t>(ConnectFailure::refused)] > 0);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, ended(statistics, RequestOutcome::error));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, ended(statistics, RequestOutcome::answered));
}

TEST(StatisticsTest, failuresToConnectHaveAKind)
{
    ConnectError error;
    error.code = "ENETUNREACH";
    error.syscall = "connect";
    CPPUNIT_ASSERT(kindOf(error) == ConnectFailure::unreachable);
    error.code = "EPROTO";
    CPPUNIT_ASSERT(kindOf(error) == ConnectFailure::other);
    error.syscall = "getaddrinfo";
    CPPUNIT_ASSERT(kindOf(error) == ConnectFailure::name);
    error.ours = true;
    CPPUNIT_ASSERT(kindOf(error) == ConnectFailure::shortage);
}

} // namespace proximux
