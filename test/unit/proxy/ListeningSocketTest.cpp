#include "support/Loopback.h"
#include "support/Test.h"

#include <proximux/proxy/ListeningSocket.h>

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>

#include <string>
#include <vector>

namespace proximux
{

/// The sockets of several addresses. 127.0.0.2 is one only where a test needs it, since not every system has it.
class ListeningSocketTest : public CppUnit::TestCase
{
protected:
    static TCPServerSettings on(const std::string& host, const std::vector<std::string>& others = {},
                                std::uint16_t port = 0)
    {
        TCPServerSettings settings;
        settings.endpoint = {host, port};
        settings.otherHosts = others;
        return settings;
    }

    static std::uint16_t portOf(const ListeningSockets& sockets, std::size_t index)
    {
        return sockets.at(index)->socket.address().port();
    }

    static bool hears(const std::string& host, std::uint16_t port)
    {
        try
        {
            const Poco::Net::StreamSocket client(Poco::Net::SocketAddress(host, port));
            return true;
        }
        catch (const Poco::IOException&)
        {
            return false;
        }
    }

    static bool hasV6()
    {
        try
        {
            return !listenOnAll(on("::1"), {}).empty();
        }
        catch (const Poco::IOException&)
        {
            return false;
        }
    }
};

TEST(ListeningSocketTest, haveTheSameFreePort)
{
    if (!hasV6())
        return;
    const ListeningSockets sockets = listenOnAll(on("127.0.0.1", {"::1"}), {});
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, sockets.size());
    CPPUNIT_ASSERT_EQUAL(portOf(sockets, 0), portOf(sockets, 1));
    CPPUNIT_ASSERT(hears("127.0.0.1", portOf(sockets, 0)));
    CPPUNIT_ASSERT(hears("::1", portOf(sockets, 0)));
}

TEST(ListeningSocketTest, areForEachFamilyOfAName)
{
    std::string why;
    bool isV6 = false;
    for (const auto& address : sockets::lookUp("localhost", 0, why))
        isV6 = isV6 || address.family() == Poco::Net::SocketAddress::IPv6;
    const ListeningSockets sockets = listenOnAll(on("localhost"), {});
    CPPUNIT_ASSERT(hears("127.0.0.1", portOf(sockets, 0)));
    CPPUNIT_ASSERT_EQUAL(isV6 && hasV6(), hears("::1", portOf(sockets, 0)));
}

TEST(ListeningSocketTest, areAllOrNone)
{
    const ListeningSockets taken = listenOnAll(on("127.0.0.1"), {});
    const std::uint16_t port = portOf(taken, 0);
    if (hasV6())
    {
        try
        {
            listenOnAll(on("::1", {"127.0.0.1"}, port), {});
            CPPUNIT_FAIL("it listens where another does");
        }
        catch (const Poco::IOException& exception)
        {
            const std::string where = "cannot listen on 127.0.0.1:" + std::to_string(port) + ": ";
            CPPUNIT_ASSERT_EQUAL_MESSAGE(exception.message(), std::size_t{0}, exception.message().find(where));
        }
        CPPUNIT_ASSERT(!hears("::1", port));
    }
}

TEST(ListeningSocketTest, areUsedAgainWhereTheyAreWanted)
{
    const ListeningSockets before = listenOnAll(on("127.0.0.1"), {});
    const ListeningSockets same = listenOnAll(on("127.0.0.1"), before);
    CPPUNIT_ASSERT(before == same);
    if (!hasV6())
        return;
    const ListeningSockets both = listenOnAll(on("127.0.0.1", {"::1"}), before);
    CPPUNIT_ASSERT(both.at(0) == before.at(0));
    CPPUNIT_ASSERT_EQUAL(portOf(before, 0), portOf(both, 1));
    const ListeningSockets one = listenOnAll(on("127.0.0.1"), both);
    CPPUNIT_ASSERT(one == before);
}

TEST(ListeningSocketTest, areOneForTwoNamesOfAnAddress)
{
    const ListeningSockets sockets = listenOnAll(on("127.0.0.1", {"localhost"}), {});
    CPPUNIT_ASSERT(sockets.size() <= 2);
    CPPUNIT_ASSERT(hears("127.0.0.1", portOf(sockets, 0)));
}

TEST(ListeningSocketTest, ofAllInterfacesAndOneOfThemKeepTheFamiliesApart)
{
    if (!hasV6())
        return;
    const ListeningSockets sockets = listenOnAll(on("0.0.0.0", {"::"}), {});
    CPPUNIT_ASSERT(hears("127.0.0.1", portOf(sockets, 0)));
    CPPUNIT_ASSERT(hears("::1", portOf(sockets, 0)));
}

} // namespace proximux
