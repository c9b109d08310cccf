#include "support/Test.h"

#include <proximux/telemetry/LiveHistogram.h>

#include <cstdint>
#include <limits>

namespace proximux
{

/// Durations are counted in the right bucket.
class LiveHistogramTest : public CppUnit::TestCase
{
};

TEST(LiveHistogramTest, aBoundBelongsToTheBucketBelowIt)
{
    for (std::size_t i = 0; i < HISTOGRAM_BOUNDS.size(); ++i)
    {
        const Duration bound{HISTOGRAM_BOUNDS[i]};
        CPPUNIT_ASSERT_EQUAL(i, histogram::bucketOf({bound.us - 1}));
        CPPUNIT_ASSERT_EQUAL(i, histogram::bucketOf(bound));
        CPPUNIT_ASSERT_EQUAL(i + 1, histogram::bucketOf({bound.us + 1}));
    }
}

TEST(LiveHistogramTest, eachPowerOfTwoIsFound)
{
    for (unsigned bit = 0; bit < 62; ++bit)
        for (const std::int64_t offset : {-1, 0, 1, 2})
        {
            const std::int64_t us = (std::int64_t{1} << bit) + offset;
            std::size_t expected = 0;
            while (expected < HISTOGRAM_BOUNDS.size() && HISTOGRAM_BOUNDS[expected] < us)
                ++expected;
            CPPUNIT_ASSERT_EQUAL(expected, histogram::bucketOf({us}));
        }
}

TEST(LiveHistogramTest, extremesHaveABucket)
{
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, histogram::bucketOf({0}));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, histogram::bucketOf({-5}));
    CPPUNIT_ASSERT_EQUAL(HISTOGRAM_BOUNDS.size(), histogram::bucketOf({std::numeric_limits<std::int64_t>::max()}));
}

TEST(LiveHistogramTest, theSumIsThatOfTheDurations)
{
    LiveHistogram durations;
    count(durations, Duration::microseconds(50));
    count(durations, Duration::microseconds(51));
    count(durations, Duration::microseconds(-1));
    count(durations, Duration::seconds(31));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, durations.buckets[0].get());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, durations.buckets[1].get());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, durations.buckets.back().get());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{31000101}, durations.sum.get());
}

} // namespace proximux
