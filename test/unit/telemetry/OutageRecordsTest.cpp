#include "support/Test.h"

#include <proximux/telemetry/OutageRecords.h>

namespace proximux
{

class OutageRecordsTest : public CppUnit::TestCase
{
protected:
    static constexpr Duration SECOND = Duration::seconds(1);
    OutageRecords _records;
    Instant _now{5000000};
};

TEST(OutageRecordsTest, admitsTheFirstFailureAndThenOneAMinute)
{
    CPPUNIT_ASSERT(_records.failed(0, "ECONNREFUSED", _now) == 0U);
    for (int i = 1; i < 60; ++i)
        CPPUNIT_ASSERT(!_records.failed(0, "ECONNREFUSED", _now = _now + SECOND));
    CPPUNIT_ASSERT(_records.failed(0, "ECONNREFUSED", _now + SECOND) == 59U);
    CPPUNIT_ASSERT(!_records.failed(0, "ECONNREFUSED", _now + SECOND));
}

TEST(OutageRecordsTest, admitsAnotherCauseAndAnotherTarget)
{
    CPPUNIT_ASSERT(_records.failed(0, "ECONNREFUSED", _now) == 0U);
    CPPUNIT_ASSERT(!_records.failed(0, "ECONNREFUSED", _now));
    CPPUNIT_ASSERT(_records.failed(0, "ETIMEDOUT", _now) == 1U);
    CPPUNIT_ASSERT(_records.failed(1, "ETIMEDOUT", _now) == 0U);
}

TEST(OutageRecordsTest, countsTheAttemptsUntilTheTargetIsBack)
{
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, _records.succeeded(0));
    for (int i = 0; i < 3; ++i)
        static_cast<void>(_records.failed(0, "ECONNREFUSED", _now));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{3}, _records.succeeded(0));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, _records.succeeded(0));
    CPPUNIT_ASSERT(_records.failed(0, "ECONNREFUSED", _now) == 0U); // a new outage
}

TEST(OutageRecordsTest, tellsOfTheAttemptsThatWereNotLogged)
{
    CPPUNIT_ASSERT_EQUAL(std::string(), OutageRecords::more(0));
    CPPUNIT_ASSERT_EQUAL(std::string(" (59 more attempts failed since the last record)"), OutageRecords::more(59));
}

} // namespace proximux
