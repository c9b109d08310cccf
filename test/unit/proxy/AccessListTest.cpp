#include "support/Test.h"

#include <proximux/proxy/AccessList.h>

#include <string>

namespace proximux
{

class AccessListTest : public CppUnit::TestCase
{
protected:
    static AddressRange range(const char* text) { return AddressRange::parse(text).value(); }

    static std::string refusal(const AccessSettings& settings, const char* address)
    {
        return AccessList(settings).refusal(address);
    }
};

TEST(AccessListTest, letsAllInWhereItIsEmpty)
{
    CPPUNIT_ASSERT_EQUAL(std::string(), refusal({}, "192.0.2.1"));
}

TEST(AccessListTest, deniesItsRanges)
{
    const AccessSettings settings{{range("10.0.0.0/8"), range("::1")}, {}, {}};
    CPPUNIT_ASSERT_EQUAL(std::string("access.deny"), refusal(settings, "10.1.2.3"));
    CPPUNIT_ASSERT_EQUAL(std::string("access.deny"), refusal(settings, "::ffff:10.1.2.3"));
    CPPUNIT_ASSERT_EQUAL(std::string("access.deny"), refusal(settings, "::1"));
    CPPUNIT_ASSERT_EQUAL(std::string(), refusal(settings, "11.1.2.3"));
}

TEST(AccessListTest, allowsItsRangesAlone)
{
    const AccessSettings settings{{}, {range("10.0.0.0/8")}, {}};
    CPPUNIT_ASSERT_EQUAL(std::string(), refusal(settings, "10.1.2.3"));
    CPPUNIT_ASSERT_EQUAL(std::string("not in access.allow"), refusal(settings, "11.1.2.3"));
}

TEST(AccessListTest, denyGoesBeforeAllow)
{
    const AccessSettings settings{{range("10.9.0.0/16")}, {range("10.0.0.0/8")}, {}};
    CPPUNIT_ASSERT_EQUAL(std::string("access.deny"), refusal(settings, "10.9.1.1"));
    CPPUNIT_ASSERT_EQUAL(std::string(), refusal(settings, "10.8.1.1"));
}

TEST(AccessListTest, rejectsWithItsReason)
{
    const AccessSettings settings{{range("10.0.0.0/8")}, {}, {}};
    AccessList list(settings);
    const ClientInfo denied{"10.0.0.1", 1, 1};
    ConnectedArgs refused{denied, std::nullopt};
    list.onConnected(refused);
    CPPUNIT_ASSERT_EQUAL(std::string("access.deny"), refused.rejected.value());
    const ClientInfo welcome{"192.0.2.1", 1, 1};
    ConnectedArgs taken{welcome, std::nullopt};
    list.onConnected(taken);
    CPPUNIT_ASSERT(!taken.rejected);
}

TEST(AccessListTest, judgesClientsOfUnixSocketsByTheirUserAlone)
{
    const ClientInfo client{"unix", 0, 1, PeerProcess{1000, 4711}};
    const ClientInfo unknown{"unix", 0, 2};
    const auto refusalOf = [](const ClientInfo& who, const std::vector<std::uint32_t>& uids) {
        return std::string(AccessList({{range("0.0.0.0/0")}, {range("10.0.0.0/8")}, uids}).refusal(who));
    };
    CPPUNIT_ASSERT_EQUAL(std::string(), refusalOf(client, {}));
    CPPUNIT_ASSERT_EQUAL(std::string(), refusalOf(client, {0, 1000}));
    CPPUNIT_ASSERT_EQUAL(std::string("not in access.uids"), refusalOf(client, {0}));
    CPPUNIT_ASSERT_EQUAL(std::string(), refusalOf(unknown, {}));
    CPPUNIT_ASSERT_EQUAL(std::string("not in access.uids"), refusalOf(unknown, {0}));
    CPPUNIT_ASSERT_EQUAL(std::string("access.deny"), refusalOf({"192.0.2.1", 1, 3}, {0}));
}

} // namespace proximux
