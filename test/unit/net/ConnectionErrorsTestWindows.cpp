#include "support/Test.h"

#include "ConnectionErrorsFixture.h"

namespace proximux
{

/// Windows has one error for RST, before what is written and behind it.
class ConnectionErrorsWindowsTest : public ConnectionErrorsFixture
{
};

TEST_ON_BOTH_BACK_ENDS(ConnectionErrorsWindowsTest, saysThatAWriteFailedBehindTheFinOfThePeer)
{
    CPPUNIT_ASSERT_EQUAL(std::string("ECONNRESET on write"), Stage(epoll).saidBehindFin());
}

} // namespace proximux
