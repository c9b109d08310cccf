#include "support/Test.h"

#include <proximux/exchange/mux/Transaction.h>

#include <cstddef>

namespace proximux
{

class TransactionTest : public CppUnit::TestCase
{
protected:
    static std::size_t waysFrom(Transaction::State from)
    {
        std::size_t ways = 0;
        for (std::size_t to = 0; to < Transaction::STATES; ++to)
            ways += Transaction::mayMove(from, static_cast<Transaction::State>(to)) ? 1 : 0;
        return ways;
    }
};

TEST(TransactionTest, beginsInTheQueue)
{
    CPPUNIT_ASSERT(Transaction().is(Transaction::queued));
}

TEST(TransactionTest, whatIsInFlightMayHaveAnyEnd)
{
    CPPUNIT_ASSERT(Transaction::mayMove(Transaction::queued, Transaction::inFlight));
    for (const Transaction::State end :
         {Transaction::queued, Transaction::replied, Transaction::orphaned, Transaction::timedOut})
        CPPUNIT_ASSERT(Transaction::mayMove(Transaction::inFlight, end));
}

TEST(TransactionTest, whatWasNeverSentIsNeitherOrphanedNorTimedOut)
{
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, waysFrom(Transaction::queued));
    CPPUNIT_ASSERT(Transaction::mayMove(Transaction::queued, Transaction::replied));
}

TEST(TransactionTest, nothingComesBackFromItsEnd)
{
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, waysFrom(Transaction::replied));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, waysFrom(Transaction::timedOut));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, waysFrom(Transaction::orphaned));
    CPPUNIT_ASSERT(Transaction::mayMove(Transaction::orphaned, Transaction::timedOut));
}

TEST(TransactionTest, moves)
{
    Transaction request;
    request.move(Transaction::inFlight);
    request.move(Transaction::queued);
    request.move(Transaction::inFlight);
    request.move(Transaction::timedOut);
    CPPUNIT_ASSERT(request.is(Transaction::timedOut));
}

} // namespace proximux
