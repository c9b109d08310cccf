#include "unit/config/LoadingFixture.h"

#include <proximux/config/ConfigurationChanges.h>

namespace proximux
{

/// Several addresses in local.host.
class ListeningHostsTest : public LoadingFixture
{
protected:
    static std::string listening(const std::string& hosts) { return good(with("LOCAL_HOST", hosts)).local.toString(); }

    static std::string mistake(const std::string& hosts) { return all(with("LOCAL_HOST", hosts)); }
};

TEST(ListeningHostsTest, areSeparatedByCommas)
{
    CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1:3307"), listening("127.0.0.1"));
    CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1:3307, [::1]:3307, db:3307"), listening("127.0.0.1,::1 , db"));
    CPPUNIT_ASSERT_EQUAL(std::string("*:3307"), listening("*"));
}

TEST(ListeningHostsTest, areEachChecked)
{
    for (const auto& [hosts, wrong] :
         std::map<std::string, std::string>{{"127.0.0.1,", ": an empty address"},
                                            {"127.0.0.1, 10.1.1.1.1", "10.1.1.1.1: not an IPv4 address"},
                                            {"a,b,a", "a: given twice"},
                                            {"*,::1", "* stands for all interfaces, so there can be no other"},
                                            {"127.0.0.1,::1:80:", "::1:80:: not an IPv6 address"}})
        CPPUNIT_ASSERT_MESSAGE(mistake(hosts), mistake(hosts).find(wrong) != std::string::npos);
    std::string many = "a0";
    for (int i = 1; i < 16; ++i)
        many += ",a" + std::to_string(i);
    good(with("LOCAL_HOST", many));
    CPPUNIT_ASSERT(mistake(many + ",b").find("more than 16 addresses") != std::string::npos);
}

TEST(ListeningHostsTest, areComparedByAReload)
{
    const auto changes = [](const std::string& before, const std::string& after)
    { return changesOf(good(with("LOCAL_HOST", before)), good(with("LOCAL_HOST", after))).changed; };
    CPPUNIT_ASSERT(changes("127.0.0.1, ::1", "127.0.0.1,::1").empty());
    CPPUNIT_ASSERT(std::vector<std::string>{"local.host"} == changes("127.0.0.1,::1", "127.0.0.1"));
    CPPUNIT_ASSERT(std::vector<std::string>{"local.host"} == changes("127.0.0.1", "::1"));
}

} // namespace proximux
