#include "support/Test.h"

#include <proximux/base/SlotMap.h>

#include <memory>
#include <vector>

namespace proximux
{

class SlotMapTest : public CppUnit::TestCase
{
};

TEST(SlotMapTest, findsWhatItHolds)
{
    SlotMap<int, ClientId> map;
    const ClientId a = map.insert(std::make_unique<int>(1));
    const ClientId b = map.insert(std::make_unique<int>(2));
    CPPUNIT_ASSERT(a != b);
    CPPUNIT_ASSERT_EQUAL(1, *map.find(a));
    CPPUNIT_ASSERT_EQUAL(2, *map.find(b));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, map.size());
}

TEST(SlotMapTest, anIdOfWhatIsGoneFindsNothing)
{
    SlotMap<int, ClientId> map;
    const ClientId old = map.insert(std::make_unique<int>(1));
    CPPUNIT_ASSERT_EQUAL(1, *map.take(old));
    CPPUNIT_ASSERT(map.isEmpty());
    CPPUNIT_ASSERT(map.find(old) == nullptr);
    CPPUNIT_ASSERT(map.take(old) == nullptr);
    const ClientId next = map.insert(std::make_unique<int>(2));
    CPPUNIT_ASSERT_EQUAL(old.slot, next.slot);
    CPPUNIT_ASSERT(map.find(old) == nullptr);
    CPPUNIT_ASSERT_EQUAL(2, *map.find(next));
}

TEST(SlotMapTest, anInvalidIdFindsNothing)
{
    SlotMap<int, ClientId> map;
    CPPUNIT_ASSERT(map.find({}) == nullptr);
    map.insert(std::make_unique<int>(1));
    CPPUNIT_ASSERT(map.find({}) == nullptr);
    CPPUNIT_ASSERT(map.find({7, 1}) == nullptr);
    CPPUNIT_ASSERT(!ClientId{}.isValid());
}

TEST(SlotMapTest, namesAllThatIsThere)
{
    SlotMap<int, ClientId> map;
    const ClientId a = map.insert(std::make_unique<int>(1));
    const ClientId b = map.insert(std::make_unique<int>(2));
    const ClientId c = map.insert(std::make_unique<int>(3));
    map.take(b);
    const std::vector<ClientId> ids = map.ids();
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, ids.size());
    CPPUNIT_ASSERT(ids[0] == a && ids[1] == c);
}

} // namespace proximux
