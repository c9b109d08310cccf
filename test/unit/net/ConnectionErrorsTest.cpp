#include "support/Test.h"

#include "ConnectionErrorsFixture.h"

namespace proximux
{

/// What is said of a connection that failed: the call that failed first.
class ConnectionErrorsTest : public ConnectionErrorsFixture
{
};

TEST_ON_BOTH_BACK_ENDS(ConnectionErrorsTest, saysThatReadingFoundAReset)
{
    Stage stage(epoll);
    stage.pair.resetFar();
    stage.untilLost();
    CPPUNIT_ASSERT_EQUAL(std::string("ECONNRESET on read"), stage.said());
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
