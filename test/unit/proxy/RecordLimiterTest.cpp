#include "support/Test.h"

#include <proximux/telemetry/RecordLimiter.h>

namespace proximux
{

class RecordLimiterTest : public CppUnit::TestCase
{
protected:
    static constexpr Duration SECOND = Duration::seconds(1);
};

TEST(RecordLimiterTest, admitsOnePerSecondForEachAddress)
{
    RecordLimiter limiter;
    const Instant now{5000000};
    CPPUNIT_ASSERT(limiter.admit("a", now) == 0U);
    CPPUNIT_ASSERT(!limiter.admit("a", now));
    CPPUNIT_ASSERT(!limiter.admit("a", now + Duration::milliseconds(999)));
    CPPUNIT_ASSERT(limiter.admit("b", now) == 0U);
    CPPUNIT_ASSERT(limiter.admit("a", now + SECOND) == 2U);
    CPPUNIT_ASSERT(limiter.admit("a", now + SECOND + SECOND) == 0U);
}

TEST(RecordLimiterTest, manyAddressesShareAPlace)
{
    RecordLimiter limiter;
    const Instant now{5000000};
    std::size_t admitted = 0;
    for (std::size_t i = 0; i < 2 * RecordLimiter::MOST; ++i)
        admitted += limiter.admit("address " + std::to_string(i), now) ? 1 : 0;
    CPPUNIT_ASSERT_EQUAL(RecordLimiter::MOST + 1, admitted);
    CPPUNIT_ASSERT(limiter.admit("another", now + SECOND) == 0U); // the others are forgotten
}

} // namespace proximux
