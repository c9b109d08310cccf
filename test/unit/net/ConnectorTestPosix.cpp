#include "support/Loopback.h"
#include "support/Test.h"

#include <proximux/net/Connector.h>
#include <proximux/net/SocketsLocal.h>

#include <Poco/File.h>
#include <Poco/TemporaryFile.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace proximux
{

/// Connecting to UNIX sockets.
class LocalConnectorTest : public CppUnit::TestCase
{
protected:
    struct Listener : ConnectListener
    {
        void connected(const Poco::Net::StreamSocket& socket) override { got = socket; }
        void connectFailed(const ConnectError& failure) override { error = failure; }
        void connectWaits(const ConnectError&) override { CPPUNIT_FAIL("it lacks nothing"); }

        [[nodiscard]] bool isTold() const { return got.has_value() || error.has_value(); }

        std::optional<Poco::Net::StreamSocket> got;
        std::optional<ConnectError> error;
    };

    LocalConnectorTest() { Poco::File(_folder.path()).createDirectories(); }

    /// A connector that has begun.
    struct Stage
    {
        Stage(bool epoll, const std::string& path, Duration time)
            : turned(epoll)
            , resolver(1)
            , connector(turned.reactor, resolver, listener)
        {
            connector.start({"", 0, path}, turned.clock.now() + time);
            CPPUNIT_ASSERT_MESSAGE("told from inside start()", !listener.isTold());
        }

        ~Stage() { resolver.close(); }

        void run()
        {
            turned.until([this] { return listener.isTold(); });
        }

        TurnedReactor turned;
        Resolver resolver;
        Listener listener;
        Connector connector;
    };

    /// Fills the queue of those that wait to be accepted.
    static std::vector<sockets::Connecting> fill(const std::string& path)
    {
        std::vector<sockets::Connecting> waiting;
        for (;;)
        {
            waiting.push_back(sockets::beginLocal(path));
            if (waiting.back().result.kind != IoResult::Kind::done)
                return waiting;
        }
    }

    Poco::TemporaryFile _folder;
    const std::string _path = _folder.path() + "/target.sock";
};

TEST_ON_BOTH_BACK_ENDS(LocalConnectorTest, connectsToAPath)
{
    const sockets::LocalListener server(_path, {0600, {}}, 8);
    Stage stage(epoll, _path, Duration::seconds(10));
    stage.run();
    CPPUNIT_ASSERT(stage.listener.got);
    auto socket = server.socket();
    CPPUNIT_ASSERT(sockets::accept(socket).result.kind == IoResult::Kind::done);
}

TEST_ON_BOTH_BACK_ENDS(LocalConnectorTest, saysWhatIsNotThere)
{
    Stage stage(epoll, _path, Duration::seconds(10));
    stage.run();
    CPPUNIT_ASSERT(stage.listener.error);
    CPPUNIT_ASSERT_EQUAL(std::string("ENOENT"), stage.listener.error->code);
    CPPUNIT_ASSERT_EQUAL("unix:" + _path + ": No such file or directory", stage.listener.error->text);
    CPPUNIT_ASSERT_EQUAL("unix:" + _path, stage.listener.error->peer.toString());
    CPPUNIT_ASSERT(!stage.listener.error->ours);
}

TEST_ON_BOTH_BACK_ENDS(LocalConnectorTest, triesAFullQueueAgain)
{
    const sockets::LocalListener server(_path, {0600, {}}, 0);
    const auto waiting = fill(_path);
    Stage stage(epoll, _path, Duration::seconds(20));
    stage.turned.turnsWithin(Duration::milliseconds(50));
    CPPUNIT_ASSERT(!stage.listener.isTold());
    auto socket = server.socket();
    while (sockets::accept(socket).result.kind == IoResult::Kind::done)
        continue;
    stage.run();
    CPPUNIT_ASSERT(stage.listener.got);
}

TEST_ON_BOTH_BACK_ENDS(LocalConnectorTest, givesUpAFullQueueAtTheDeadline)
{
    const sockets::LocalListener server(_path, {0600, {}}, 0);
    const auto waiting = fill(_path);
    Stage stage(epoll, _path, Duration::milliseconds(150));
    stage.run();
    CPPUNIT_ASSERT(stage.listener.error);
    CPPUNIT_ASSERT_EQUAL("unix:" + _path + ": the queue of connections that it has yet to accept is full",
                         stage.listener.error->text);
}

} // namespace proximux
