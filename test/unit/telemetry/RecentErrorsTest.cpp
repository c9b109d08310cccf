#include "support/Test.h"

#include <proximux/telemetry/RecentErrors.h>

#include <string>

namespace proximux
{

class RecentErrorsTest : public CppUnit::TestCase
{
};

TEST(RecentErrorsTest, theNewestAreKeptAndComeFirst)
{
    RecentErrors errors;
    CPPUNIT_ASSERT(errors.all().empty());
    for (std::size_t i = 0; i < RecentErrors::MOST + 3; ++i)
        errors.add("Name", std::to_string(i));
    const auto all = errors.all();
    CPPUNIT_ASSERT_EQUAL(RecentErrors::MOST, all.size());
    CPPUNIT_ASSERT_EQUAL(std::to_string(RecentErrors::MOST + 2), all.front().text);
    CPPUNIT_ASSERT_EQUAL(std::string("3"), all.back().text);
    CPPUNIT_ASSERT(all.front().time >= all.back().time);
}

TEST(RecentErrorsTest, eachTargetHasItsLast)
{
    RecentErrors errors;
    errors.addOfTarget(1, "refused");
    errors.addOfTarget(1, "timed out");
    CPPUNIT_ASSERT(!errors.ofTarget(0));
    CPPUNIT_ASSERT_EQUAL(std::string("timed out"), errors.ofTarget(1)->text);
    CPPUNIT_ASSERT(errors.all().empty());
}

} // namespace proximux
