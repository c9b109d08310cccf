#include "rules/Rules.h"

namespace proximux
{

/// With auto the target decides which protocol is spoken.
class AutoTest : public Rules
{
};

RULE(AutoTest, theTargetDecidesNotAClient, autoByClient)
{
    beginAuto(2);
    asks("GET / HTTP/1.0\r\n\r\n");
    opensOne();
    const ClientId instrument = asks("*IDN?\n");
    CPPUNIT_ASSERT_MESSAGE("one client's request has decided for another", world.has(instrument));
    const TargetId t = opensOne();
    CPPUNIT_ASSERT_EQUAL(std::string("*IDN?\n"), got(t));
    answers(t, "ACME\n");
    CPPUNIT_ASSERT_EQUAL(std::string("ACME\n"), got(instrument));
}

RULE(AutoTest, nothingIsDecidedAfterRawWasAnswered, autoAfterRaw)
{
    beginAuto(2);
    asks("*IDN?\n");
    answers(opensOne(), "ACME\n");
    asks(get());
    answers(opensOne(), ok());
    const ClientId other = asks("*IDN?\n");
    passes(Duration::milliseconds(10));
    CPPUNIT_ASSERT_MESSAGE("the instrument's clients are refused", world.has(other) && got(other).empty());
}

RULE(AutoTest, whatIsTriedIsAlone, autoShares)
{
    beginAuto();
    asks(command({"PING"}) + command({"GET", "a"}));
    asks(command({"GET", "b"}));
    const TargetId t = opensOne();
    CPPUNIT_ASSERT_EQUAL(command({"PING"}), got(t));
}

RULE(AutoTest, afterTheFirstAllAreOfTheProtocol, autoNeverDecides)
{
    beginAuto();
    asks(get());
    const TargetId t = opensOne();
    CPPUNIT_ASSERT_EQUAL(get(), got(t));
    answers(t, ok());
    asks("hello\r\n\r\n");
    passes(Duration::milliseconds(20));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
}

RULE(AutoTest, whatMayBecomeAProtocolWaits, autoHurries)
{
    beginAuto();
    const ClientId a = asks(get().substr(0, 2));
    CPPUNIT_ASSERT_MESSAGE("it was taken for raw", world.dialled.empty());
    says(a, get().substr(2));
    answers(opensOne(), ok());
    CPPUNIT_ASSERT_EQUAL(std::string("http"), world.chosen);
    CPPUNIT_ASSERT_EQUAL(ok(), got(a));
}

} // namespace proximux
