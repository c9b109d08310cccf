#include "support/Test.h"

#include <proximux/net/SocketsLocal.h>
#include <proximux/net/Transport.h>

#include <Poco/Exception.h>
#include <Poco/Process.h>

#include <string>
#include <vector>

#include <unistd.h>

namespace proximux
{

/// What UNIX sockets can do on Linux.
class SocketsLocalLinuxTest : public CppUnit::TestCase
{
protected:
    const std::string _name = "@proximux-unit-" + std::to_string(Poco::Process::id());
};

TEST(SocketsLocalLinuxTest, listensUnderAnAbstractName)
{
    {
        const sockets::LocalListener listener(_name, {0600, {}}, 1);
        CPPUNIT_ASSERT_EQUAL(_name, sockets::listeningPath(listener.socket().impl()->sockfd()).value_or("none"));
        CPPUNIT_ASSERT(sockets::connectLocal(_name).result.kind == IoResult::Kind::done);
        CPPUNIT_ASSERT(sockets::connectLocal(_name + "x").result.kind == IoResult::Kind::failed);
        CPPUNIT_ASSERT_THROW(sockets::LocalListener(_name, {0600, {}}, 1), Poco::IOException);
    }
    CPPUNIT_ASSERT(sockets::connectLocal(_name).result.kind == IoResult::Kind::failed);
}

TEST(SocketsLocalLinuxTest, tellsWhoseProcessConnected)
{
    const sockets::LocalListener listener(_name, {0600, {}}, 1);
    const auto connected = sockets::connectLocal(_name);
    auto socket = listener.socket();
    const auto accepted = sockets::accept(socket);
    CPPUNIT_ASSERT(sockets::isLocal(accepted.peer));
    CPPUNIT_ASSERT_EQUAL(std::string("unix"), sockets::hostOf(accepted.peer));
    const auto process = sockets::peerProcess(accepted.transport->handle());
    CPPUNIT_ASSERT(process);
    CPPUNIT_ASSERT_EQUAL(static_cast<std::uint32_t>(::geteuid()), process->uid);
    CPPUNIT_ASSERT_EQUAL(static_cast<std::int64_t>(Poco::Process::id()), process->pid);
}

TEST(SocketsLocalLinuxTest, doesNotWaitForAFullQueue)
{
    const sockets::LocalListener listener(_name, {0600, {}}, 0);
    std::vector<sockets::Connecting> waiting;
    while (waiting.size() < 10 && sockets::beginLocal(_name).result.kind == IoResult::Kind::done)
        waiting.push_back(sockets::beginLocal(_name));
    CPPUNIT_ASSERT(sockets::beginLocal(_name).result.kind == IoResult::Kind::wouldBlock);
}

} // namespace proximux
