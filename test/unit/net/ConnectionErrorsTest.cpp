#include "support/Loopback.h"
#include "support/Test.h"

#include <proximux/net/Connection.h>

#include <cerrno>
#include <memory>
#include <string>

namespace proximux
{

/// What is said of a connection that failed: the call that failed first.
class ConnectionErrorsTest : public CppUnit::TestCase
{
protected:
    class Peer : public Connection
    {
    public:
        Peer(Reactor& reactor, Scratch& scratch)
            : Connection(reactor, scratch)
        {
        }

        bool hasEnded = false;
        int error = 0;
        std::string syscall;

    protected:
        void received(Bytes) override {}
        void ended() override { hasEnded = true; }
        void sent(std::size_t) override {}
        void lost(int number, const char* call) override
        {
            error = number;
            syscall = call;
        }
        void broken() override {}
        [[nodiscard]] bool isReadToTheEnd() const override { return true; }
    };

    struct Stage
    {
        explicit Stage(bool epoll)
            : turned(epoll)
            , scratch(65536)
            , peer(turned.reactor, scratch)
        {
            peer.open(std::make_unique<PlainTransport>(pair.nearEnd));
            peer.hold(false);
        }

        /// Until the connection is lost; sends on where that is wanted, so that the system says what became of it.
        void untilLost(bool sending)
        {
            turned.until(
                [this, sending]
                {
                    if (sending)
                        peer.send("more");
                    return peer.error != 0;
                });
        }

        TurnedReactor turned;
        Scratch scratch;
        SocketPair pair;
        Peer peer;
    };
};

TEST_ON_BOTH_BACK_ENDS(ConnectionErrorsTest, saysThatAWriteFailedBehindTheFinOfThePeer)
{
    Stage stage(epoll);
    stage.pair.farEnd.close(); // FIN, and RST for what still comes
    stage.turned.until([&stage] { return stage.peer.hasEnded; });
    stage.peer.send("to nobody");
    stage.untilLost(false);
    CPPUNIT_ASSERT_EQUAL(std::string("EPIPE on write"),
                         sockets::errorName(stage.peer.error) + " on " + stage.peer.syscall);
}

TEST_ON_BOTH_BACK_ENDS(ConnectionErrorsTest, saysThatReadingFoundAReset)
{
    Stage stage(epoll);
    stage.pair.resetFar();
    stage.untilLost(false);
    CPPUNIT_ASSERT_EQUAL(std::string("ECONNRESET on read"),
                         sockets::errorName(stage.peer.error) + " on " + stage.peer.syscall);
}

TEST_ON_BOTH_BACK_ENDS(ConnectionErrorsTest, saysThatAWriteFailedWhateverReadingSays)
{
    Stage stage(epoll);
    stage.peer.hold(true);
    stage.pair.resetFar();
    // a reset connection tells it to the first call that asks
    for (int i = 0; i < 1000 && stage.peer.error == 0; ++i)
    {
        stage.peer.send("more");
        stage.turned.turnsWithin(Duration::milliseconds(1));
        if (i == 20)
            stage.peer.hold(false);
    }
    CPPUNIT_ASSERT_EQUAL(std::string("write"), stage.peer.syscall);
}

} // namespace proximux
