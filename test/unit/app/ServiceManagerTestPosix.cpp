#include "support/Test.h"

#include <app/ServiceManager.h>

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>

#include <map>
#include <string>
#include <unistd.h>

using namespace proximux;

class ServiceManagerTest : public CppUnit::TestCase
{
protected:
    static constexpr long PID = 4711;
    using Variables = std::map<std::string, std::string>;

    static ServiceManager::Environment of(const Variables& variables)
    {
        return [variables](const char* name)
        {
            const auto found = variables.find(name);
            return found == variables.end() ? std::string() : found->second;
        };
    }

    static PassedSocket passed(const Variables& variables) { return ServiceManager(of(variables), PID).socket(); }

    static Duration watchdog(const std::string& interval, const std::string& pid)
    {
        return ServiceManager(of({{"WATCHDOG_USEC", interval}, {"WATCHDOG_PID", pid}}), PID).watchdogInterval();
    }

    /// Puts a socket in the place of the first passed one while it lives.
    class AtThree
    {
    public:
        explicit AtThree(int descriptor)
            : _saved(::dup(3))
        {
            ::dup2(descriptor, 3);
        }
        ~AtThree()
        {
            if (_saved >= 0)
                ::dup2(_saved, 3);
            ::close(_saved >= 0 ? _saved : 3);
        }
        AtThree(const AtThree&) = delete;
        AtThree& operator=(const AtThree&) = delete;

    private:
        int _saved;
    };
};

TEST(ServiceManagerTest, isSilentWithoutAServiceManager)
{
    ServiceManager service(of({}), PID);
    CPPUNIT_ASSERT(!service.socket());
    CPPUNIT_ASSERT(service.socket().mistakes.empty());
    CPPUNIT_ASSERT(service.watchdogInterval().isOff());
    service.ready("");
    service.reloading();
    service.reloaded("");
    service.draining(Duration::seconds(1));
    service.stopping();
    service.alive();
}

TEST(ServiceManagerTest, feedsTheWatchdogThreeTimesWithinItsLimit)
{
    CPPUNIT_ASSERT_EQUAL(std::int64_t(10000000), watchdog("29999999", "4711").us);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), watchdog("1", "").us);
    CPPUNIT_ASSERT(watchdog("30000000", "4712").isOff());
    for (const char* interval : {"", "0", "-1", "3s", "99999999999999999999"})
        CPPUNIT_ASSERT_MESSAGE(interval, watchdog(interval, "").isOff());
}

TEST(ServiceManagerTest, takesAListeningSocket)
{
    const Poco::Net::ServerSocket listener(Poco::Net::SocketAddress("127.0.0.1", 0));
    const AtThree place(listener.impl()->sockfd());
    const PassedSocket socket = passed({{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "1"}});
    CPPUNIT_ASSERT(socket);
    CPPUNIT_ASSERT_EQUAL(3, socket.descriptor);
    CPPUNIT_ASSERT_EQUAL("127.0.0.1:" + std::to_string(listener.address().port()), socket.endpoint.toString());
}

TEST(ServiceManagerTest, leavesTheSocketsOfOthers)
{
    const Variables others[] = {
        {{"LISTEN_PID", "4712"}, {"LISTEN_FDS", "1"}}, {{"LISTEN_FDS", "1"}},
        {{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "0"}}, {{"LISTEN_PID", "4711"}},
        {{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "x"}}, {{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "-1"}}};
    for (const Variables& variables : others)
    {
        const PassedSocket socket = passed(variables);
        CPPUNIT_ASSERT(!socket && socket.mistakes.empty());
    }
}

TEST(ServiceManagerTest, refusesWhatItCannotListenOn)
{
    int ends[2];
    CPPUNIT_ASSERT(::pipe(ends) == 0);
    {
        const AtThree place(ends[0]);
        const PassedSocket socket = passed({{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "1"}});
        CPPUNIT_ASSERT(!socket);
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), socket.mistakes.size());
    }
    const PassedSocket several = passed({{"LISTEN_PID", "4711"}, {"LISTEN_FDS", "2"}});
    CPPUNIT_ASSERT(!several);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), several.mistakes.size());
    ::close(ends[0]);
    ::close(ends[1]);
}
