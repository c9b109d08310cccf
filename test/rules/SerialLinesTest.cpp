#include "support/ModbusBus.h"
#include "support/SharingFixture.h"
#include "support/Test.h"

namespace proximux
{

using namespace identified;

/// Requests without ids on a serial line, as Modbus RTU has them: what is heard there answers nobody by mistake.
class SerialLinesTest : public SharingFixture
{
protected:
    static constexpr Duration S = Duration::seconds(1);
    static constexpr Duration TWO = Duration::seconds(2);

    void bus(const std::string& protocol, Framing framing = {}, Duration settle = Duration{0})
    {
        Options options;
        options.protocol = protocol;
        options.framing = std::move(framing);
        options.exchange.responseTimeout = TWO;
        options.exchange.partPause = Duration::off();
        options.exchange.settle = settle;
        begin(options);
    }

    void gateway(ModbusTarget target = ModbusTarget::rtu)
    {
        Framing framing;
        framing.modbusTarget = target;
        bus("modbus", framing);
    }

    static std::string reading(int unit, unsigned id) { return modbus(unit, 3, u16(0) + u16(1), id); }
    static std::string readingRtu(int unit) { return rtu(unit, 3, u16(0) + u16(1)); }
    static std::string value(int unit, int data) { return rtu(unit, 3, bytes({2, 0, data})); }
};

RULE(SerialLinesTest, requestsAndResponsesAreTranslated, passUntranslated)
{
    for (const ModbusTarget target : {ModbusTarget::rtu, ModbusTarget::ascii})
    {
        const auto message = target == ModbusTarget::rtu ? &rtu : &ascii;
        gateway(target);
        const ClientId a = join();
        const ClientId b = join();
        says(a, reading(1, 7) + reading(1, 8));
        says(b, reading(2, 7));
        const TargetId t = opens();
        const std::string asked = u16(0) + u16(1);
        for (const int unit : {1, 1, 2})
        {
            CPPUNIT_ASSERT_EQUAL(message(unit, 3, asked), got(t));
            const std::string answer = message(unit, 3, bytes({2, 0, 40 + unit}));
            answers(t, answer.substr(0, 4)); // in pieces
            answers(t, answer.substr(4));
        }
        CPPUNIT_ASSERT_EQUAL(modbus(1, 3, bytes({2, 0, 41}), 7) + modbus(1, 3, bytes({2, 0, 41}), 8), got(a));
        CPPUNIT_ASSERT_EQUAL(modbus(2, 3, bytes({2, 0, 42}), 7), got(b));
    }
}

RULE(SerialLinesTest, noiseIsDiscardedAndTheAnswerIsFound, takeNoise)
{
    gateway();
    const ClientId a = join();
    says(a, reading(1, 7));
    const TargetId t = opens();
    got(t);
    answers(t, std::string("\0\xff", 2) + value(2, 5) + readingRtu(1));
    answers(t, std::string(1, '\1'));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    answers(t, value(1, 9));
    CPPUNIT_ASSERT_EQUAL(modbus(1, 3, bytes({2, 0, 9}), 7), got(a));
    CPPUNIT_ASSERT(world.has(t));
}

/// Unit 10: the quantity of such a request is by chance what would be the checksum of a response with one value.
RULE(SerialLinesTest, anEchoIsNoiseAlsoWhereItReadsAsAnAnswer, takeEcho)
{
    gateway();
    const ClientId a = join();
    says(a, modbus(10, 4, u16(0x022D) + u16(1), 7));
    const TargetId t = opens();
    const std::string echo = got(t);
    answers(t, echo.substr(0, 7));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    answers(t, echo.substr(7));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    answers(t, rtu(10, 4, bytes({2, 6, 0x87})));
    CPPUNIT_ASSERT_EQUAL(modbus(10, 4, bytes({2, 6, 0x87}), 7), got(a));
}

RULE(SerialLinesTest, aBrokenAnswerIsNotDelivered, trustChecksum)
{
    gateway();
    const ClientId a = join();
    says(a, reading(1, 7));
    const TargetId t = opens();
    std::string broken = value(1, 9);
    broken[4] ^= 1;
    answers(t, broken);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    answers(t, value(1, 9));
    CPPUNIT_ASSERT_EQUAL(modbus(1, 3, bytes({2, 0, 9}), 7), got(a));
}

TEST(SerialLinesTest, noiseBuysNoTime)
{
    gateway();
    const ClientId a = join();
    says(a, reading(1, 7));
    const TargetId t = opens();
    got(t);
    for (int i = 0; i < 19; ++i)
    {
        pass(Duration::milliseconds(100));
        answers(t, "x");
    }
    CPPUNIT_ASSERT(world.has(t));
    pass(Duration::milliseconds(100));
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    CPPUNIT_ASSERT_EQUAL(modbus(1, 0x83, bytes({11}), 7), got(a));
}

TEST(SerialLinesTest, aForeignEchoClosesTheConnection)
{
    gateway();
    const ClientId a = join();
    says(a, modbus(1, 6, u16(5) + u16(1), 7));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(rtu(1, 6, u16(5) + u16(1)), got(t));
    answers(t, rtu(1, 6, u16(6) + u16(1)));
    assertClosed(t, CloseReason::desync, How::abort);
    CPPUNIT_ASSERT_EQUAL(modbus(1, 0x86, bytes({11}), 7), got(a));
}

/// It would come over the next connection to the same line.
RULE(SerialLinesTest, theAnswerForALeaverIsAwaited, departUnanswered)
{
    gateway();
    const ClientId a = join();
    const ClientId b = join();
    says(a, reading(1, 7));
    const TargetId t = opens();
    got(t);
    exchange->clientLost(a, now);
    says(b, reading(1, 8));
    pass(S);
    CPPUNIT_ASSERT(world.has(t));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, value(1, 1));
    CPPUNIT_ASSERT_EQUAL(readingRtu(1), got(t));
    answers(t, value(1, 2));
    CPPUNIT_ASSERT_EQUAL(modbus(1, 3, bytes({2, 0, 2}), 8), got(b));
}

TEST(SerialLinesTest, aLeaverThatIsNotAnsweredCostsTheConnectionAtTheTimeout)
{
    gateway();
    const ClientId a = join();
    const ClientId b = join();
    says(a, reading(1, 7));
    const TargetId t = opens();
    exchange->clientLost(a, now);
    says(b, reading(1, 8));
    pass(TWO);
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    const TargetId next = opens();
    CPPUNIT_ASSERT_EQUAL(readingRtu(1), got(next));
}

/// A new connection is used after a silence. What comes in it is no answer.
TEST(SerialLinesTest, aLateAnswerOverTheNextConnectionReachesNobody)
{
    Framing framing;
    framing.modbusTarget = ModbusTarget::rtu;
    bus("modbus", framing, Duration::milliseconds(500));
    const ClientId a = join();
    says(a, reading(1, 7));
    const TargetId t = opens();
    pass(Duration::milliseconds(500));
    CPPUNIT_ASSERT_EQUAL(readingRtu(1), got(t));
    pass(TWO);
    CPPUNIT_ASSERT_EQUAL(modbus(1, 0x83, bytes({11}), 7), got(a));
    says(a, reading(1, 8));
    const TargetId next = opens();
    pass(Duration::milliseconds(400));
    answers(next, value(1, 1));
    pass(Duration::milliseconds(499));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(next));
    pass(MS);
    CPPUNIT_ASSERT_EQUAL(readingRtu(1), got(next));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    answers(next, value(1, 2));
    CPPUNIT_ASSERT_EQUAL(modbus(1, 3, bytes({2, 0, 2}), 8), got(a));
}

RULE(SerialLinesTest, noiseOnAnIdleLineIsDiscarded, heedIdleNoise)
{
    gateway();
    const ClientId a = join();
    says(a, reading(1, 7));
    const TargetId t = opens();
    got(t);
    answers(t, value(1, 1) + "\xff"); // as a transceiver does when it lets go of the bus
    CPPUNIT_ASSERT_EQUAL(modbus(1, 3, bytes({2, 0, 1}), 7), got(a));
    answers(t, value(1, 2)); // said twice
    answers(t, value(1, 3).substr(0, 3));
    says(a, reading(1, 8));
    CPPUNIT_ASSERT_EQUAL(readingRtu(1), got(t));
    answers(t, value(1, 3).substr(3)); // the rest of it
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    answers(t, value(1, 4));
    CPPUNIT_ASSERT_EQUAL(modbus(1, 3, bytes({2, 0, 4}), 8), got(a));
}

/// An RTU client cannot tell to which of its requests an answer belongs. It asks again when it has given up.
RULE(SerialLinesTest, aNewRequestSupersedesAnEarlierOne, answerSuperseded)
{
    bus("modbus-rtu");
    const ClientId a = join();
    const ClientId b = join();
    says(a, readingRtu(1));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(readingRtu(1), got(t));
    says(b, readingRtu(2));
    says(a, readingRtu(1)); // in flight
    says(b, readingRtu(3)); // queued
    answers(t, value(1, 1));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    CPPUNIT_ASSERT_EQUAL(readingRtu(2), got(t));
    answers(t, value(2, 2));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(b));
    CPPUNIT_ASSERT_EQUAL(readingRtu(1), got(t));
    answers(t, value(1, 3));
    CPPUNIT_ASSERT_EQUAL(value(1, 3), got(a));
    CPPUNIT_ASSERT_EQUAL(readingRtu(3), got(t));
    pass(TWO);
    CPPUNIT_ASSERT_EQUAL(rtu(3, 0x83, bytes({11})), got(b));
}

TEST(SerialLinesTest, theRefusalOfASupersededRequestReachesNobody)
{
    bus("modbus-rtu");
    const ClientId a = join();
    says(a, readingRtu(1));
    const TargetId t = opens();
    says(a, rtu(0, 5, u16(1) + u16(1))); // refused, behind the first
    says(a, readingRtu(2));
    got(t);
    answers(t, value(1, 1));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    CPPUNIT_ASSERT_EQUAL(readingRtu(2), got(t));
    answers(t, value(2, 2));
    CPPUNIT_ASSERT_EQUAL(value(2, 2), got(a));
}

TEST(SerialLinesTest, theErrorOfASupersededRequestReachesNobody)
{
    bus("modbus-rtu");
    const ClientId a = join();
    says(a, readingRtu(1));
    opens();
    pass(S);
    says(a, readingRtu(2));
    pass(S);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(readingRtu(2), got(t));
    answers(t, value(2, 5));
    CPPUNIT_ASSERT_EQUAL(value(2, 5), got(a));
}

TEST(SerialLinesTest, aBroadcastIsNotAwaited)
{
    bus("modbus-rtu");
    const ClientId a = join();
    says(a, rtu(0, 6, u16(1) + u16(2)) + readingRtu(1));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(rtu(0, 6, u16(1) + u16(2)) + readingRtu(1), got(t));
    answers(t, value(1, 5));
    CPPUNIT_ASSERT_EQUAL(value(1, 5), got(a));
}

TEST(SerialLinesTest, unitsAreTranslatedInBothDirections)
{
    Framing framing;
    framing.modbusUnits = {{1, 5}, {2, 5}};
    bus("modbus-rtu", framing);
    const ClientId a = join();
    says(a, readingRtu(1));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(readingRtu(5), got(t));
    answers(t, value(5, 7));
    CPPUNIT_ASSERT_EQUAL(value(1, 7), got(a));
    says(a, readingRtu(2));
    CPPUNIT_ASSERT_EQUAL(readingRtu(5), got(t));
    answers(t, rtu(5, 0x83, bytes({2})));
    CPPUNIT_ASSERT_EQUAL(rtu(2, 0x83, bytes({2})), got(a));
}

/// With ids, too: the unit is changed beside the id.
TEST(SerialLinesTest, unitsAreTranslatedBesideIds)
{
    Options options;
    options.protocol = "modbus";
    options.exchange.byId = true;
    options.exchange.pipeline = 8;
    options.framing.modbusUnits = {{1, 5}};
    options.framing.modbusUnit = ModbusUnit::any;
    begin(options);
    const ClientId a = join();
    says(a, reading(1, 7) + reading(2, 8));
    const TargetId t = opens();
    const std::string sent = got(t);
    CPPUNIT_ASSERT_EQUAL(reading(5, 0).substr(2), sent.substr(2, 10));
    CPPUNIT_ASSERT_EQUAL(reading(2, 0).substr(2), sent.substr(14));
    const auto answer = [](const std::string& request, int unit) {
        return request.substr(0, 2) + modbus(unit, 3, bytes({2, 0, 9})).substr(2);
    };
    const std::string both = answer(sent.substr(12), 255) + answer(sent, 255);
    for (const char c : both) // a byte at a time
        answers(t, {&c, 1});
    CPPUNIT_ASSERT_EQUAL(modbus(2, 3, bytes({2, 0, 9}), 8) + modbus(1, 3, bytes({2, 0, 9}), 7), got(a));
    CPPUNIT_ASSERT(world.has(t));
}

} // namespace proximux
