#include "support/Test.h"

#include <proximux/exchange/mux/LanePool.h>

#include <string>
#include <vector>

namespace proximux
{

class PlacesTest : public CppUnit::TestCase
{
protected:
    /// The target of each place; "-" for one that is retired.
    static std::string shown(const Places& places)
    {
        std::string text;
        for (std::size_t i = 0; i < places.size(); ++i)
            text += places.isRetired(i) ? "-" : std::to_string(places.targetOf(i));
        return text;
    }
};

TEST(PlacesTest, keepTheirNumbers)
{
    Places places({0, 0, 1});
    places.assign({1, 0, 2});
    CPPUNIT_ASSERT_EQUAL(std::string("021"), shown(places));
    places.assign({1, 1});
    CPPUNIT_ASSERT_EQUAL(std::string("1-1"), shown(places));
}

TEST(PlacesTest, whoHasAConnectionStays)
{
    Places places({0, 0, 0});
    places.claim(1, true);
    places.assign({0});
    CPPUNIT_ASSERT_EQUAL(std::string("-0-"), shown(places));
    CPPUNIT_ASSERT(!places.isFree(1) && !places.isFree(0));
}

TEST(PlacesTest, aRetiredOneWithAConnectionIsLeftToIt)
{
    Places places({0, 0});
    places.claim(0, true);
    places.claim(1, true);
    places.assign({1, 1});
    CPPUNIT_ASSERT_EQUAL(std::string("--11"), shown(places));
    places.claim(0, false);
    places.assign({1, 1, 2});
    CPPUNIT_ASSERT_EQUAL(std::string("2-11"), shown(places));
    places.assign({0, 1, 1, 2}); // its connection is taken over
    CPPUNIT_ASSERT_EQUAL(std::string("2011"), shown(places));
}

} // namespace proximux
