#include "rules/Rules.h"

namespace proximux
{

/// A connection that no longer answers is replaced.
class SilenceTest : public Rules
{
};

RULE(SilenceTest, aSilentConnectionIsReplaced, keepSilent)
{
    named("modbus");
    const ClientId a = join();
    says(a, modbus(1, 1));
    const TargetId t = opens();
    pass(Duration::seconds(31));
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    CPPUNIT_ASSERT_EQUAL(std::size_t{9}, got(a).size());
    pass(Duration::seconds(5)); // exchange.modbus_unit_backoff
    says(a, modbus(2, 1));
    CPPUNIT_ASSERT(opens() != t);
}

RULE(SilenceTest, oneSilenceIsEnoughForAllBehindIt, suspectAll)
{
    named("memcached", 1, 8);
    const ClientId a = join();
    says(a, "get warm\r\n");
    const TargetId t = opens();
    answers(t, "END\r\n");
    says(a, "get silent\r\n");
    pass(Duration::seconds(20));
    says(join(), "get b\r\n");
    says(join(), "get c\r\n");
    pass(Duration::seconds(10));
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    CPPUNIT_ASSERT_EQUAL(std::string("get b\r\nget c\r\n"), got(opens()));
}

RULE(SilenceTest, aConnectionOfWhoseIdsHalfAreOverdueIsReplaced, keepHalfReserved)
{
    named("modbus", 1, 8);
    const ClientId a = join();
    says(a, reading(1, 1) + reading(2, 1) + reading(3, 1) + reading(4, 1));
    const TargetId t = opens();
    got(t);
    pass(Duration::seconds(20));
    says(a, reading(5, 1));
    const std::string fifth = got(t);
    answers(t, register0(fifth, 5)); // it is not silent
    CPPUNIT_ASSERT_EQUAL(register0(reading(5, 1), 5), got(a));
    pass(Duration::seconds(11));
    CPPUNIT_ASSERT_EQUAL(std::size_t{4} * 9, got(a).size()); // errors
    assertClosed(t, CloseReason::responseTimeout, How::abort);
}

RULE(SilenceTest, aConnectionOnWhichManyAreOverdueIsReplaced, keepOverdueOnes)
{
    named("modbus", 1, 256);
    const ClientId a = join();
    for (char unit = 1; unit <= 16; ++unit)
        says(a, reading(unit, unit));
    const TargetId t = opens();
    got(t);
    pass(Duration::seconds(20));
    says(a, reading(50, 50));
    answers(t, register0(got(t), 5)); // it is not silent
    pass(Duration::seconds(11));
    assertClosed(t, CloseReason::responseTimeout, How::abort);
}

} // namespace proximux
