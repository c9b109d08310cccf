#include "support/Test.h"

#include "ConnectionErrorsFixture.h"

namespace proximux
{

/// POSIX has an error of its own for what is written behind RST.
class ConnectionErrorsPosixTest : public ConnectionErrorsFixture
{
};

TEST_ON_BOTH_BACK_ENDS(ConnectionErrorsPosixTest, saysThatAWriteFailedBehindTheFinOfThePeer)
{
    CPPUNIT_ASSERT_EQUAL(std::string("EPIPE on write"), Stage(epoll).saidBehindFin());
}

} // namespace proximux
