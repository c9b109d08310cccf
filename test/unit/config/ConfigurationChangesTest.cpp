#include "support/Test.h"

#include <proximux/auth/UserList.h>
#include <proximux/config/ConfigurationChanges.h>

#include <memory>
#include <string>
#include <vector>

namespace proximux
{

class ConfigurationChangesTest : public CppUnit::TestCase
{
protected:
    using Names = std::vector<std::string>;

    ConfigurationChangesTest()
    {
        _before.exchange.mode = Mode::funnel;
        _before.targets.resize(2);
        _before.targets[0].endpoint = {"one", 1};
        _before.targets[1].endpoint = {"two", 2};
        _after = _before;
    }

    void expect(const Names& changed, const Names& mistakes = {}) const
    {
        const ConfigurationChanges found = changesOf(_before, _after);
        CPPUNIT_ASSERT_EQUAL(joined(changed), joined(found.changed));
        CPPUNIT_ASSERT_EQUAL(joined(mistakes), joined(found.mistakes));
    }

    static std::string joined(const Names& names)
    {
        std::string text;
        for (const std::string& name : names)
            text += name + "; ";
        return text;
    }

    Configuration _before;
    Configuration _after;
};

TEST(ConfigurationChangesTest, equalOnesDifferInNothing)
{
    expect({});
}

TEST(ConfigurationChangesTest, namesWhatDiffers)
{
    _after.log.level = 3;
    _after.local.idleTimeout = Duration::seconds(5);
    _after.access.deny.push_back(*AddressRange::parse("10.0.0.0/8"));
    expect({"local.idle_timeout", "log.level", "access.deny"});
}

TEST(ConfigurationChangesTest, whatNeedsARestartIsAMistake)
{
    _after.io.threads = 4;
    _after.exchange.mode = Mode::fifo;
    _after.log.level = 3;
    expect({"log.level"}, {"exchange.mode: needs a restart", "io.threads: needs a restart"});
}

TEST(ConfigurationChangesTest, usersDifferByWhatIsInTheirFile)
{
    const auto reading = [](const char* text)
    {
        auto users = std::make_shared<auth::UserList>();
        CPPUNIT_ASSERT(!users->read(text));
        return users;
    };
    _before.auth.users = reading("\"anna\" \"pencil\"\n\"bert\" \"pen\"");
    _after.auth.users = reading("\"bert\" \"pen\"\n\"anna\" \"pencil\"");
    expect({});
    for (const char* text :
         {"\"anna\" \"pencil\"", "\"anna\" \"pencil\"\n\"bert\" \"other\"", "\"anna\" \"pencil\"\n\"carl\" \"pen\""})
    {
        _after.auth.users = reading(text);
        expect({"auth.file: what is in it"});
    }
}

/// Numbers are of no importance.
TEST(ConfigurationChangesTest, targetsAreTheSameWhereTheirAddressIs)
{
    std::swap(_after.targets[0], _after.targets[1]);
    _after.targets[0].password = "secret"; // of two
    expect({"target.1.password"});
}

TEST(ConfigurationChangesTest, namesTargetsThatAreNewOrGone)
{
    _after.targets[0].endpoint.port = 3;
    expect({"target one:3 added", "target one:1 removed"});
}

TEST(ConfigurationChangesTest, targetsOfOneAddressAreEachFoundOnce)
{
    _after.targets.push_back(_after.targets[1]);
    expect({"target two:2 added"});
    const auto matches = matchEndpoints(endpointsOf(_before.targets), endpointsOf(_after.targets));
    CPPUNIT_ASSERT(matches[1] == std::optional<std::size_t>(1));
    CPPUNIT_ASSERT(!matches[2]);
}

TEST(ConfigurationChangesTest, theLoginOfClientsCannotBeTurnedOnOrOff)
{
    for (TargetSettings& target : _after.targets)
        target.username = "client";
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, changesOf(_before, _after).mistakes.size());
}

} // namespace proximux
