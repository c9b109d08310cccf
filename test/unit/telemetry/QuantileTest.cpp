#include "support/Test.h"

#include <proximux/telemetry/LiveHistogram.h>
#include <proximux/telemetry/Quantile.h>

namespace proximux
{

class QuantileTest : public CppUnit::TestCase
{
protected:
    /// In microseconds; -1: nothing.
    std::int64_t at(double share) const { return quantileOf(_histogram, share).value_or(Duration::off()).us; }

    void count(std::int64_t us, std::uint64_t times) { _histogram.buckets[histogram::bucketOf(Duration{us})] += times; }

    Histogram<std::uint64_t> _histogram;
};

TEST(QuantileTest, nothingHasNone)
{
    CPPUNIT_ASSERT_EQUAL(std::int64_t{-1}, at(0.5));
}

TEST(QuantileTest, withinABucketTheyAreSpreadEvenly)
{
    count(700, 100); // 500 to 1000
    CPPUNIT_ASSERT_EQUAL(std::int64_t{750}, at(0.5));
    CPPUNIT_ASSERT_EQUAL(std::int64_t{995}, at(0.99));
    CPPUNIT_ASSERT_EQUAL(std::int64_t{1000}, at(1));
    count(20, 300); // 0 to 50
    CPPUNIT_ASSERT_EQUAL(std::int64_t{33}, at(0.5));
    CPPUNIT_ASSERT_EQUAL(std::int64_t{50}, at(0.75));
    CPPUNIT_ASSERT_EQUAL(std::int64_t{980}, at(0.99));
}

TEST(QuantileTest, aboveTheLastBoundItIsThatBound)
{
    count(60000000, 1);
    CPPUNIT_ASSERT_EQUAL(std::int64_t{30000000}, at(0.5));
}

} // namespace proximux
