#include "support/Test.h"

#include <proximux/proxy/MemoryLimit.h>

namespace proximux
{

class MemoryLimitTest : public CppUnit::TestCase
{
protected:
    std::uint64_t has = 0; ///< bytes of the process
    std::uint64_t freed = 0;
    int measured = 0;
    int released = 0;
    MemoryLimit limit{[this]
                      {
                          ++measured;
                          return std::optional<std::uint64_t>(has);
                      },
                      [this]
                      {
                          ++released;
                          has -= std::exchange(freed, 0);
                      }};
    Instant now{5000000};
};

TEST(MemoryLimitTest, asksNobodyWithoutALimit)
{
    has = 1000;
    CPPUNIT_ASSERT(!limit.isOn());
    CPPUNIT_ASSERT(!limit.isExceeded(now));
    CPPUNIT_ASSERT_EQUAL(0, measured);
}

TEST(MemoryLimitTest, isExceededWhileThereIsMore)
{
    limit.use(1000);
    has = 1000;
    CPPUNIT_ASSERT(!limit.isExceeded(now));
    has = 1001;
    now = now + Duration::milliseconds(100);
    CPPUNIT_ASSERT(limit.isExceeded(now));
    has = 999;
    now = now + Duration::milliseconds(100);
    CPPUNIT_ASSERT(!limit.isExceeded(now));
}

TEST(MemoryLimitTest, asksTenTimesASecondHoweverManyClientsCome)
{
    limit.use(1000);
    for (int i = 0; i < 10000; ++i)
    {
        CPPUNIT_ASSERT(!limit.isExceeded(now));
        now = now + Duration::microseconds(100);
    }
    CPPUNIT_ASSERT_EQUAL(10, measured);
    CPPUNIT_ASSERT_EQUAL(0, released);
}

TEST(MemoryLimitTest, freedMemoryDoesNotCount)
{
    limit.use(1000);
    has = 1500;
    freed = 600;
    CPPUNIT_ASSERT(!limit.isExceeded(now));
    has = 1500;
    freed = 600;
    now = now + Duration::milliseconds(500);
    CPPUNIT_ASSERT(limit.isExceeded(now)); // given back a moment ago
    now = now + Duration::milliseconds(500);
    CPPUNIT_ASSERT(!limit.isExceeded(now));
    CPPUNIT_ASSERT_EQUAL(2, released);
}

TEST(MemoryLimitTest, anotherLimitHoldsAtOnce)
{
    limit.use(1000);
    has = 1500;
    CPPUNIT_ASSERT(limit.isExceeded(now));
    limit.use(2000);
    CPPUNIT_ASSERT(!limit.isExceeded(now));
    limit.use(0);
    CPPUNIT_ASSERT(!limit.isExceeded(now));
}

TEST(MemoryLimitTest, unknownMemoryIsNone)
{
    MemoryLimit blind([] { return std::optional<std::uint64_t>(); }, [] {});
    blind.use(1);
    CPPUNIT_ASSERT(!blind.isExceeded(now));
}

} // namespace proximux
