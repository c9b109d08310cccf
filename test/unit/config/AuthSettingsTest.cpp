#include "unit/config/LoadingFixture.h"

#include <proximux/auth/UserList.h>

#include <string>

namespace proximux
{

/// Databases in fifo and funnel: who may come in, and as whom connections sign in.
class AuthSettingsTest : public LoadingFixture
{
protected:
    Environment sharing(const std::string& users = "\"anna\" \"pencil\"\n")
    {
        Environment environment = least();
        environment["PROXIMUX_EXCHANGE_MODE"] = "funnel";
        environment["PROXIMUX_EXCHANGE_PROTOCOL"] = "postgresql";
        environment["PROXIMUX_AUTH_FILE"] = file(".users", users);
        return environment;
    }
};

TEST(AuthSettingsTest, usersAreRead)
{
    const LoadResult result = fromEnvironment(sharing());
    const AuthSettings& auth = good(result).auth;
    CPPUNIT_ASSERT(auth.users->find("anna") != nullptr);
    CPPUNIT_ASSERT(auth.method == AuthMethod::automatic);
}

TEST(AuthSettingsTest, nobodyIsLetInWithoutThem)
{
    Environment environment = sharing();
    environment.erase("PROXIMUX_AUTH_FILE");
    assertMistake(fromEnvironment(environment),
                  "auth.file: missing; expected a file with users, auth.query, or auth.method = trust");
    environment["PROXIMUX_AUTH_METHOD"] = "trust";
    CPPUNIT_ASSERT(good(fromEnvironment(environment)).auth.users == nullptr);
    environment["PROXIMUX_AUTH_METHOD"] = "kerberos";
    assertMistake(fromEnvironment(environment), "auth.method = kerberos");
}

TEST(AuthSettingsTest, aQueryNeedsSomebodyWhoAsksIt)
{
    Environment environment = sharing();
    environment["PROXIMUX_AUTH_USER"] = "keeper";
    assertMistake(fromEnvironment(environment), "auth.user: applies with auth.query; expected no value");
    environment.erase("PROXIMUX_AUTH_USER");
    environment["PROXIMUX_AUTH_DATABASE"] = "people";
    assertMistake(fromEnvironment(environment), "auth.database: applies with auth.query; expected no value");
    environment["PROXIMUX_AUTH_QUERY"] = "select * from secrets($1)";
    assertMistake(fromEnvironment(environment), "auth.user: missing; expected the user who asks auth.query");
    environment.erase("PROXIMUX_AUTH_FILE");
    environment["PROXIMUX_TARGET_1_USERNAME"] = "service"; // who asks, too
    CPPUNIT_ASSERT_EQUAL(std::string("select * from secrets($1)"), good(fromEnvironment(environment)).auth.query);
    environment["PROXIMUX_AUTH_METHOD"] = "trust";
    assertMistake(fromEnvironment(environment), "auth.query: does not apply with auth.method = trust");
}

TEST(AuthSettingsTest, mistakesInTheFileAreNamed)
{
    assertMistake(fromEnvironment(sharing("anna pencil\n")), "line 1: expected \"name\" \"secret\"");
    assertMistake(fromEnvironment(sharing("\"\" \"pencil\"\n")), "line 1: a user without a name");
    Environment environment = sharing();
    environment["PROXIMUX_AUTH_FILE"] = "/nonexistent/users";
    assertMistake(fromEnvironment(environment), "/nonexistent/users (environment PROXIMUX_AUTH_FILE): cannot be read");
}

TEST(AuthSettingsTest, targetsHaveALoginAllOrNone)
{
    Environment environment = sharing();
    environment["PROXIMUX_TARGET_1_USERNAME"] = "service";
    environment["PROXIMUX_TARGET_1_PASSWORD"] = "secret";
    CPPUNIT_ASSERT(good(fromEnvironment(environment)).targets[0].hasLogin());
    environment["TARGET_HOST_2"] = "db2";
    environment["TARGET_PORT_2"] = "5432";
    assertMistake(fromEnvironment(environment), "target.2.username: differs from target.1.username");
    environment["PROXIMUX_TARGET_2_USERNAME"] = "service";
    good(fromEnvironment(environment));
    environment.erase("PROXIMUX_TARGET_1_USERNAME");
    environment.erase("PROXIMUX_TARGET_2_USERNAME");
    assertMistake(fromEnvironment(environment), "target.1.password: applies with target.N.username; expected no value");
}

TEST(AuthSettingsTest, whatWouldComeBeforeTheLoginIsRefused)
{
    Environment environment = sharing();
    environment["PROXIMUX_POOL_PROLOGUE"] = "SET a = 1";
    environment["PROXIMUX_POOL_PROLOGUE_EXPECT"] = "x";
    assertMistake(fromEnvironment(environment), "whose connections begin with a login");
}

} // namespace proximux
