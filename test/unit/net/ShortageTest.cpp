#include "support/Loopback.h"
#include "support/Test.h"

#include <proximux/net/Shortage.h>

#include <vector>

namespace proximux
{

/// A lack of descriptors, ports or memory is waited for.
class ShortageTest : public CppUnit::TestCase
{
};

TEST(ShortageTest, callsWhoWaitsForLongestAndEachOnce)
{
    TurnedReactor turned(false);
    Shortage shortage;
    std::vector<int> called;
    for (int i = 1; i <= 3; ++i)
        shortage.await(turned.reactor, [&called, i] { called.push_back(i); });
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, shortage.waiting());
    shortage.givenBack();
    turned.reactor.turn(turned.clock.now());
    CPPUNIT_ASSERT(std::vector<int>{1} == called);
    for (int i = 0; i < 4; ++i)
        shortage.givenBack();
    turned.reactor.turn(turned.clock.now());
    CPPUNIT_ASSERT((std::vector<int>{1, 2, 3} == called));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, shortage.waiting());
}

TEST(ShortageTest, callsNobodyWhoHasWithdrawn)
{
    TurnedReactor turned(false);
    Shortage shortage;
    std::vector<int> called;
    const auto first = shortage.await(turned.reactor, [&called] { called.push_back(1); });
    shortage.await(turned.reactor, [&called] { called.push_back(2); });
    shortage.withdraw(first);
    shortage.withdraw(first);
    shortage.givenBack();
    turned.reactor.turn(turned.clock.now());
    CPPUNIT_ASSERT(std::vector<int>{2} == called);
}

} // namespace proximux
