#include "support/Test.h"

#include <proximux/admin/AccessRules.h>

#include <string>

namespace proximux::admin
{

/// Who may do what, by values alone.
class AccessRulesTest : public CppUnit::TestCase
{
protected:
    using Commands = AdminSettings::Commands;

    AccessRulesTest()
    {
        _settings.listen.push_back({"10.1.2.3", 9900});
        _settings.listen.push_back({"2001:db8::1", 9900});
        _settings.listen.push_back({"", 0, "/run/x.sock"});
        _settings.token = "secret";
    }

    [[nodiscard]] int judged(const std::string& method, const std::string& host, bool isLocal = false,
                             const std::string& type = "application/json") const
    {
        const auto reply = AccessRules(_settings).judge({method, "/", host, type, "", "", ""}, {isLocal, "10.9.9.9"});
        return reply ? reply->status : 200;
    }

    [[nodiscard]] int command(bool isLocal, const std::string& authorization = "") const
    {
        const auto reply = AccessRules(_settings).judgeCommand({isLocal, "10.9.9.9"}, authorization);
        CPPUNIT_ASSERT(!reply || reply->exitCode == FORBIDDEN);
        return reply ? reply->status : 200;
    }

    AdminSettings _settings = Configuration().admin;
};

TEST(AccessRulesTest, onlyThisMachineMayConnectByDefault)
{
    const AccessRules rules(_settings);
    for (const char* address : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
        CPPUNIT_ASSERT_MESSAGE(address, rules.mayConnect(address));
    for (const char* address : {"10.0.0.1", "::2", "::ffff:10.0.0.1", ""})
        CPPUNIT_ASSERT_MESSAGE(address, !rules.mayConnect(address));
}

TEST(AccessRulesTest, aHostMustBeAnAddressOfTheAdminPort)
{
    for (const char* host : {"localhost", "LOCALHOST:1", "127.0.0.1:9900", "[::1]:9900", "10.1.2.3", "10.1.2.3:80",
                             "[2001:db8:0::1]", "[2001:db8::1]:9900"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(host, 200, judged("GET", host));
    for (const char* host : {"evil.example", "localhost.evil.example", "10.1.2.4", "[2001:db8::2]", "[", "]", ":", "*",
                             "127.0.0.1.evil.example", "10.1.2.3/8", "2001:db8::1"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(host, 421, judged("GET", host));
    CPPUNIT_ASSERT_EQUAL(200, judged("GET", ""));
    CPPUNIT_ASSERT_EQUAL(421, judged("POST", ""));
    CPPUNIT_ASSERT_EQUAL(200, judged("POST", "evil.example", true));
}

TEST(AccessRulesTest, onAllInterfacesAnyAddressIsOursButNoName)
{
    _settings.listen.push_back({"0.0.0.0", 9900});
    CPPUNIT_ASSERT_EQUAL(200, judged("GET", "10.7.7.7:9900"));
    CPPUNIT_ASSERT_EQUAL(421, judged("GET", "evil.example:9900"));
}

TEST(AccessRulesTest, methodsAndTypesAreLimited)
{
    CPPUNIT_ASSERT_EQUAL(200, judged("HEAD", "localhost"));
    for (const char* method : {"PUT", "DELETE", "OPTIONS", "CONNECT", "get"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(method, 405, judged(method, "localhost"));
    CPPUNIT_ASSERT_EQUAL(200, judged("POST", "localhost", false, "Application/JSON ; charset=utf-8"));
    for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(type, 415, judged("POST", "localhost", false, type));
}

TEST(AccessRulesTest, theSettingDecidesWhoMayGiveCommands)
{
    CPPUNIT_ASSERT_EQUAL(200, command(true));
    CPPUNIT_ASSERT_EQUAL(403, command(false, "Bearer secret"));
    _settings.commands = Commands::none;
    CPPUNIT_ASSERT_EQUAL(403, command(true));
    CPPUNIT_ASSERT_EQUAL(403, command(false, "Bearer secret"));
    _settings.commands = Commands::all;
    CPPUNIT_ASSERT_EQUAL(200, command(true));
    CPPUNIT_ASSERT_EQUAL(200, command(false, "bearer secret"));
    for (const char* wrong : {"", "secret", "Bearer", "Bearer ", "Bearer secre", "Bearer secrets", "Basic secret"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(wrong, 401, command(false, wrong));
    _settings.token.clear();
    CPPUNIT_ASSERT_EQUAL(401, command(false, "Bearer "));
}

TEST(AccessRulesTest, secretsAreComparedAsAWhole)
{
    CPPUNIT_ASSERT(isSameSecret("abc", "abc"));
    for (const char* given : {"", "ab", "abcd", "xbc", "abx"})
        CPPUNIT_ASSERT_MESSAGE(given, !isSameSecret(given, "abc"));
    CPPUNIT_ASSERT(!isSameSecret("", ""));
}

} // namespace proximux::admin
