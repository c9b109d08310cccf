#include "support/Test.h"

#include <proximux/exchange/mux/MemoryBudget.h>

namespace proximux
{

class MemoryBudgetTest : public CppUnit::TestCase
{
protected:
    using Share = MemoryBudget::Share;

    MemoryBudget _budget{{100, 1000, 500, 8000}};
    Share _shares[20];

    void keepOfEach(std::size_t clients, std::size_t bytes, std::size_t unfinished = 0)
    {
        for (std::size_t i = 0; i < clients; ++i)
            _budget.count(_shares[i], bytes, unfinished);
    }
};

TEST(MemoryBudgetTest, countsWhatIsBeyondTheReserves)
{
    keepOfEach(3, 90);
    CPPUNIT_ASSERT_EQUAL(std::size_t{270}, _budget.usage().kept);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _budget.usage().shared);
    keepOfEach(3, 150);
    CPPUNIT_ASSERT_EQUAL(std::size_t{150}, _budget.usage().shared);
    keepOfEach(3, 0);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _budget.usage().kept);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _budget.usage().shared);
}

TEST(MemoryBudgetTest, isCrowdedBeforeTheTotalIsPassed)
{
    keepOfEach(7, 1000); // 6300 shared; one read and its replies are 1500 at most
    CPPUNIT_ASSERT(!_budget.update());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1000}, _budget.roomFor(_shares[8], 0));
    _budget.count(_shares[7], 301, 0); // and 201 more
    CPPUNIT_ASSERT(_budget.update());
    CPPUNIT_ASSERT(_budget.isCrowded());
    CPPUNIT_ASSERT(!_budget.update());
}

TEST(MemoryBudgetTest, isNoLongerCrowdedWithAQuarterFree)
{
    keepOfEach(8, 1000);
    CPPUNIT_ASSERT(_budget.update());
    _budget.count(_shares[7], 0, 0);
    CPPUNIT_ASSERT(!_budget.update()); // 6300
    _budget.count(_shares[6], 700, 0);
    CPPUNIT_ASSERT(_budget.update()); // 6000
    CPPUNIT_ASSERT(!_budget.isCrowded());
}

TEST(MemoryBudgetTest, leavesEachClientItsReserve)
{
    keepOfEach(8, 1000);
    _budget.update();
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _budget.roomFor(_shares[0], 500));
    CPPUNIT_ASSERT_EQUAL(std::size_t{100}, _budget.roomFor(_shares[8], 0));
    _budget.count(_shares[8], 60, 0);
    CPPUNIT_ASSERT_EQUAL(std::size_t{40}, _budget.roomFor(_shares[8], 60));
}

TEST(MemoryBudgetTest, isCloggedByIncompleteRequests)
{
    keepOfEach(8, 900, 100);
    CPPUNIT_ASSERT(!_budget.isClogged());
    keepOfEach(8, 900, 900);
    CPPUNIT_ASSERT(_budget.isClogged()); // 6400 of 6000
    keepOfEach(1, 0, 0);
    CPPUNIT_ASSERT(!_budget.isClogged());
}

TEST(MemoryBudgetTest, sharesItsTotalWithOthers)
{
    CPPUNIT_ASSERT(_budget.hasRoom(8000));
    _budget.setOthers({7000, 6501, 6001});
    CPPUNIT_ASSERT(!_budget.hasRoom(1001));
    CPPUNIT_ASSERT(_budget.hasRoom(1000));
    CPPUNIT_ASSERT(_budget.isClogged());
    CPPUNIT_ASSERT(_budget.update());
}

} // namespace proximux
