#include "support/Loopback.h"
#include "support/Test.h"

#include <proximux/net/Connector.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace proximux
{

class ConnectorTest : public CppUnit::TestCase
{
protected:
    struct Listener : ConnectListener
    {
        void connected(const Poco::Net::StreamSocket& socket) override { got = socket; }
        void connectFailed(const ConnectError& failure) override { error = failure; }

        [[nodiscard]] bool isTold() const { return got.has_value() || error.has_value(); }

        std::optional<Poco::Net::StreamSocket> got;
        std::optional<ConnectError> error;
    };

    struct Stage
    {
        explicit Stage(bool epoll)
            : turned(epoll)
            , resolver(2)
            , connector(std::make_unique<Connector>(turned.reactor, resolver, listener))
        {
        }

        ~Stage() { resolver.close(); }

        void run(const std::string& host, std::uint16_t port, Duration time = Duration::seconds(10))
        {
            connector->start({host, port}, turned.clock.now() + time);
            CPPUNIT_ASSERT_MESSAGE("told from inside start()", !listener.isTold());
            turned.until([this] { return listener.isTold(); });
        }

        TurnedReactor turned;
        Resolver resolver;
        Listener listener;
        std::unique_ptr<Connector> connector;
    };

    static Poco::Net::ServerSocket listening(int backlog = 8)
    {
        Poco::Net::ServerSocket server;
        server.bind(Poco::Net::SocketAddress("127.0.0.1", 0), true, false);
        server.listen(backlog);
        return server;
    }
};

TEST_ON_BOTH_BACK_ENDS(ConnectorTest, connectsToANumericAddress)
{
    const auto server = listening();
    Stage stage(epoll);
    stage.run("127.0.0.1", server.address().port());
    CPPUNIT_ASSERT(stage.listener.got && stage.listener.got->peerAddress() == server.address());
}

TEST_ON_BOTH_BACK_ENDS(ConnectorTest, connectsToAName)
{
    const auto server = listening();
    Stage stage(epoll);
    stage.run("localhost", server.address().port());
    CPPUNIT_ASSERT(stage.listener.got); // past ::1, where the name has that, too
}

TEST_ON_BOTH_BACK_ENDS(ConnectorTest, saysWhoRefused)
{
    auto server = listening();
    const std::uint16_t port = server.address().port();
    server.close();
    Stage stage(epoll);
    stage.run("127.0.0.1", port);
    CPPUNIT_ASSERT_EQUAL(std::string("ECONNREFUSED"), stage.listener.error->code);
    CPPUNIT_ASSERT_EQUAL(std::string("connect"), stage.listener.error->syscall);
    CPPUNIT_ASSERT(stage.listener.error->text.find("127.0.0.1:" + std::to_string(port)) == 0);
    CPPUNIT_ASSERT(stage.listener.error->peer == (Endpoint{"127.0.0.1", port}));
    CPPUNIT_ASSERT(stage.listener.error->reason.find("127.0.0.1") == std::string::npos);
}

TEST_ON_BOTH_BACK_ENDS(ConnectorTest, givesUpASilentAddressAtTheDeadline)
{
    const auto server = listening(0);
    std::vector<Poco::Net::StreamSocket> fill;
    fill.reserve(3);
    for (int i = 0; i < 3; ++i) // a full backlog answers nobody
        fill.push_back(sockets::connect(server.address()).socket);
    Stage stage(epoll);
    const Instant start = stage.turned.clock.now();
    stage.run("127.0.0.1", server.address().port(), Duration::milliseconds(100));
    CPPUNIT_ASSERT_EQUAL(std::string("ETIMEDOUT"), stage.listener.error->code);
    CPPUNIT_ASSERT(stage.turned.clock.now() - start >= Duration::milliseconds(100));
}

TEST_ON_BOTH_BACK_ENDS(ConnectorTest, saysWhichNameIsUnknown)
{
    Stage stage(epoll);
    stage.run("nonexistent.invalid", 1, Duration::seconds(15));
    CPPUNIT_ASSERT_EQUAL(std::string("getaddrinfo"), stage.listener.error->syscall);
    CPPUNIT_ASSERT(stage.listener.error->text.find("nonexistent.invalid") == 0);
}

TEST_ON_BOTH_BACK_ENDS(ConnectorTest, canBeDestroyedInMidAttempt)
{
    const auto server = listening();
    for (const char* host : {"127.0.0.1", "localhost"})
    {
        Stage stage(epoll);
        stage.connector->start({host, server.address().port()}, stage.turned.clock.now() + Duration::seconds(10));
        stage.connector.reset();
        stage.turned.turnsWithin(Duration::milliseconds(20));
        CPPUNIT_ASSERT(!stage.listener.isTold());
    }
}

TEST(ConnectorTest, sharesALookUpAmongThoseWhoWantIt)
{
    TurnedReactor turned(false);
    Resolver resolver(1);
    int answers = 0;
    for (int i = 0; i < 50; ++i)
        resolver.resolve("localhost", 80, turned.reactor,
                         [&](const Resolver::Result& result)
                         {
                             CPPUNIT_ASSERT(!result.addresses.empty());
                             CPPUNIT_ASSERT_EQUAL(Poco::UInt16{80}, result.addresses.front().port());
                             ++answers;
                         });
    turned.until([&] { return answers == 50; });
    resolver.close();
}

TEST(ConnectorTest, givesNoAnswerAfterItWasClosed)
{
    TurnedReactor turned(false);
    int answers = 0;
    {
        Resolver resolver(2);
        for (int i = 0; i < 10; ++i)
            resolver.resolve("host" + std::to_string(i) + ".invalid", 1, turned.reactor,
                             [&](const Resolver::Result&) { ++answers; });
        resolver.close();
    }
    const int before = answers;
    turned.turnsWithin(Duration::milliseconds(30));
    CPPUNIT_ASSERT_EQUAL(before, 0);
}

} // namespace proximux
