#include "support/Loopback.h"
#include "support/Test.h"

#include <proximux/net/Connector.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <vector>

#include <sys/resource.h>

namespace proximux
{

/// A lack of descriptors, ports or memory is ours: it is waited for, and says nothing about whom we connect to.
class DescriptorShortageTest : public CppUnit::TestCase
{
protected:
    struct Listener : ConnectListener
    {
        void connected(const Poco::Net::StreamSocket& socket) override { got = socket; }
        void connectFailed(const ConnectError& failure) override { error = failure; }
        void connectWaits(const ConnectError& failure) override { waits.push_back(failure); }

        [[nodiscard]] bool isTold() const { return got.has_value() || error.has_value(); }

        std::optional<Poco::Net::StreamSocket> got;
        std::optional<ConnectError> error;
        std::vector<ConnectError> waits;
    };

    /// Nobody gets a descriptor as long as it lives.
    class NoDescriptors
    {
    public:
        NoDescriptors()
        {
            ::getrlimit(RLIMIT_NOFILE, &_before);
            rlimit none = _before;
            none.rlim_cur = 3; // which are open
            ::setrlimit(RLIMIT_NOFILE, &none);
        }

        ~NoDescriptors() { end(); }

        void end() { ::setrlimit(RLIMIT_NOFILE, &_before); }

    private:
        rlimit _before{};
    };

    struct Stage
    {
        explicit Stage(bool epoll)
            : turned(epoll)
            , resolver(1)
            , connector(std::make_unique<Connector>(turned.reactor, resolver, listener))
        {
            server.bind(Poco::Net::SocketAddress("127.0.0.1", 0), true, false);
            server.listen(8);
        }

        ~Stage() { resolver.close(); }

        void start(Duration time)
        {
            connector->start({"127.0.0.1", server.address().port()}, turned.clock.now() + time);
            turned.until([this] { return listener.isTold() || !listener.waits.empty(); });
        }

        TurnedReactor turned;
        Resolver resolver;
        Listener listener;
        Poco::Net::ServerSocket server;
        std::unique_ptr<Connector> connector;
    };
};

TEST(DescriptorShortageTest, tellsAShortageFromAnAddressThatCannotBeReached)
{
    const Poco::Net::SocketAddress near("127.0.0.1", 80);
    for (const int ours : {EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL})
        CPPUNIT_ASSERT_MESSAGE(sockets::errorName(ours), sockets::isShortage(ours, near));
    for (const int theirs : {ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, ECONNRESET, EACCES, 0})
        CPPUNIT_ASSERT_MESSAGE(sockets::errorName(theirs), !sockets::isShortage(theirs, near));
    // a datagram can't be sent there either, so that it is no port that is lacking
    const Poco::Net::SocketAddress nowhere("255.255.255.255", 80);
    CPPUNIT_ASSERT(!sockets::isShortage(EADDRNOTAVAIL, nowhere));
}

TEST_ON_BOTH_BACK_ENDS(DescriptorShortageTest, connectsAsSoonAsADescriptorIsGivenBack)
{
    Stage stage(epoll);
    auto other = std::make_unique<SocketPair>();
    auto given = std::make_unique<PlainTransport>(other->nearEnd);
    other->nearEnd = Poco::Net::StreamSocket();
    NoDescriptors none;
    stage.start(Duration::seconds(30));
    CPPUNIT_ASSERT(!stage.listener.isTold());
    CPPUNIT_ASSERT_EQUAL(std::string("EMFILE"), stage.listener.waits.front().code);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, Shortage::ofProcess().waiting());
    none.end();
    given.reset();
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, Shortage::ofProcess().waiting());
    stage.turned.until([&stage] { return stage.listener.isTold(); });
    CPPUNIT_ASSERT(stage.listener.got.has_value());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, stage.listener.waits.size());
}

TEST_ON_BOTH_BACK_ENDS(DescriptorShortageTest, triesAgainByItselfWhereNobodyTells)
{
    Stage stage(epoll);
    NoDescriptors none;
    stage.start(Duration::seconds(30));
    CPPUNIT_ASSERT(!stage.listener.isTold());
    none.end();
    stage.turned.until([&stage] { return stage.listener.isTold(); });
    CPPUNIT_ASSERT(stage.listener.got.has_value());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, Shortage::ofProcess().waiting());
}

TEST_ON_BOTH_BACK_ENDS(DescriptorShortageTest, saysAtTheDeadlineThatItIsOurs)
{
    Stage stage(epoll);
    const NoDescriptors none;
    const Instant start = stage.turned.clock.now();
    stage.start(Duration::milliseconds(250));
    stage.turned.until([&stage] { return stage.listener.isTold(); });
    CPPUNIT_ASSERT(stage.turned.clock.now() - start >= Duration::milliseconds(250));
    CPPUNIT_ASSERT(stage.listener.error && stage.listener.error->ours);
    CPPUNIT_ASSERT_EQUAL(std::string("EMFILE"), stage.listener.error->code);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, stage.listener.waits.size()); // said once
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, Shortage::ofProcess().waiting());
}

TEST_ON_BOTH_BACK_ENDS(DescriptorShortageTest, canBeDestroyedWhileItWaits)
{
    Stage stage(epoll);
    const NoDescriptors none;
    stage.start(Duration::seconds(30));
    stage.connector.reset();
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, Shortage::ofProcess().waiting());
    Shortage::ofProcess().givenBack();
    stage.turned.turnsWithin(Duration::milliseconds(150));
    CPPUNIT_ASSERT(!stage.listener.isTold());
}

} // namespace proximux
