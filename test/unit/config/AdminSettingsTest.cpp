#include "unit/config/LoadingFixture.h"

#include <proximux/system/Surroundings.h>

namespace proximux
{

/// The settings of the admin port.
class AdminSettingsTest : public LoadingFixture
{
protected:
    static LoadResult withAll(const Environment& more)
    {
        Environment environment = least();
        environment.insert(more.begin(), more.end());
        return fromEnvironment(environment);
    }

    static void expectMistake(const Environment& more, const std::string& text)
    {
        const LoadResult result = withAll(more);
        CPPUNIT_ASSERT_MESSAGE(text + " is missing in: " + all(result), all(result).find(text) != std::string::npos);
    }
};

TEST(AdminSettingsTest, thereIsNoAdminPortByDefault)
{
    const AdminSettings admin = good(fromEnvironment(least())).admin;
    CPPUNIT_ASSERT(admin.listen.empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, admin.access.size());
    CPPUNIT_ASSERT(admin.commands == AdminSettings::Commands::socket);
    CPPUNIT_ASSERT_EQUAL(0660U, admin.pathMode);
    CPPUNIT_ASSERT(admin.liveTimeout == Duration::seconds(5));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, admin.readyTargets);
}

TEST(AdminSettingsTest, addressesAreListed)
{
    const auto listen = good(with("PROXIMUX_ADMIN_LISTEN", "127.0.0.1:9900, [::1]:0,0.0.0.0:1")).admin.listen;
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, listen.size());
    CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1:9900"), listen[0].toString());
    CPPUNIT_ASSERT_EQUAL(std::string("[::1]:0"), listen[1].toString());
    for (const char* wrong : {"localhost:9900", "9900", "127.0.0.1", "127.0.0.1:70000", "127.0.0.1:x", "::1:9900", ",",
                              "127.0.0.1:1,", "10.0.0.0/8:1", "unix:", "unix:relative.sock", "/run/x.sock"})
        expectMistake({{"PROXIMUX_ADMIN_LISTEN", wrong}}, "admin.listen = ");
}

TEST(AdminSettingsTest, unixSocketsAreForSystemsThatHaveThem)
{
    const std::string path = "/run/" + std::string(102, 'x');
    if (!surroundings::hasUnixSockets())
        return expectMistake({{"PROXIMUX_ADMIN_LISTEN", "unix:" + path}}, "this system has no UNIX sockets");
    CPPUNIT_ASSERT_EQUAL(path, good(with("PROXIMUX_ADMIN_LISTEN", "unix:" + path)).admin.listen.front().path);
    expectMistake({{"PROXIMUX_ADMIN_LISTEN", "unix:" + path + "x"}}, "the path is longer than 107 bytes");
}

TEST(AdminSettingsTest, commandsOverTcpNeedAToken)
{
    const Environment all{{"PROXIMUX_ADMIN_LISTEN", "127.0.0.1:9900"}, {"PROXIMUX_ADMIN_COMMANDS", "all"}};
    expectMistake(all, "admin.commands = all (environment PROXIMUX_ADMIN_COMMANDS): needs a token");
    Environment safe = all;
    safe["PROXIMUX_ADMIN_TOKEN"] = "x";
    CPPUNIT_ASSERT_EQUAL(std::string("x"), good(withAll(safe)).admin.token);
    safe["PROXIMUX_ADMIN_TOKEN"] = "a b";
    expectMistake(safe, "admin.token = *** (environment PROXIMUX_ADMIN_TOKEN): the token has a blank");
}

TEST(AdminSettingsTest, theTokenMayStandInAFile)
{
    Poco::TemporaryFile file;
    Poco::FileOutputStream(file.path()) << "secret\r\n";
    const Environment from{{"PROXIMUX_ADMIN_TOKEN_FILE", file.path()}};
    CPPUNIT_ASSERT_EQUAL(std::string("secret"), good(withAll(from)).admin.token);
    Environment both = from;
    both["PROXIMUX_ADMIN_TOKEN"] = "x";
    expectMistake(both, "admin.token is set, too");
    Poco::FileOutputStream(file.path()) << "\n";
    expectMistake(from, "the file is empty");
    Poco::FileOutputStream(file.path()) << std::string(5000, 'x');
    expectMistake(from, "longer than 4096 bytes");
    expectMistake({{"PROXIMUX_ADMIN_TOKEN_FILE", file.path() + ".none"}}, "cannot be read");
}

TEST(AdminSettingsTest, otherValuesHaveLimits)
{
    expectMistake({{"PROXIMUX_ADMIN_READY_TARGETS", "2"}}, "larger than the number of targets; expected at most 1");
    for (const char* wrong : {"0888", "1777", "rw", "01777"})
        expectMistake({{"PROXIMUX_ADMIN_PATH_MODE", wrong}}, "admin.path_mode = ");
    CPPUNIT_ASSERT_EQUAL(0600U, good(with("PROXIMUX_ADMIN_PATH_MODE", "600")).admin.pathMode);
    expectMistake({{"PROXIMUX_ADMIN_LIVE_TIMEOUT", "1ms"}}, "admin.live_timeout = ");
}

} // namespace proximux
