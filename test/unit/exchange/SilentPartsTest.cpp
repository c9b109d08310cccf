#include "support/Identified.h"
#include "support/SharingFixture.h"
#include "support/Test.h"

namespace proximux
{

using namespace identified;

/// Parts of a target, Modbus' units here, of which one is silent: it holds up the others once, not for ever.
class SilentPartsTest : public SharingFixture
{
protected:
    static constexpr Duration S = Duration::seconds(1);

    void modbusTo(std::size_t connections, Duration pause = Duration::seconds(5), std::size_t pipeline = 1)
    {
        Options options;
        options.protocol = "modbus";
        options.connections = connections;
        options.exchange.byId = true;
        options.exchange.pipeline = pipeline;
        options.exchange.responseTimeout = Duration::seconds(2);
        options.exchange.partPause = pause;
        begin(options);
    }

    static std::string reading(int unit, unsigned id) { return modbus(unit, 3, u16(0) + u16(1), id); }
    static std::string noAnswer(int unit, unsigned id) { return modbus(unit, 0x83, bytes({11}), id); }

    /// What a target says to a request as it got it.
    static std::string value(const std::string& request, const std::string& data = "v")
    {
        return modbus(static_cast<unsigned char>(request[6]), 3, data,
                      static_cast<unsigned>(readNumber(Bytes(request).substr(0, 2))));
    }

    /// A client asks this unit, which is silent.
    ClientId finds(int unit)
    {
        const ClientId a = join();
        says(a, reading(unit, 1));
        if (!world.dialled.empty())
            opens();
        pass(Duration::seconds(2));
        CPPUNIT_ASSERT_EQUAL(noAnswer(unit, 1), got(a));
        return a;
    }
};

/// Or anybody could have a unit refused by asking for what it leaves unanswered.
TEST(SilentPartsTest, aFunctionThatAUnitLeavesUnansweredCostsNoOther)
{
    modbusTo(1);
    const ClientId a = join();
    says(a, modbus(9, 7, "", 1)); // read exception status
    opens();
    pass(Duration::seconds(2));
    CPPUNIT_ASSERT_EQUAL(modbus(9, 0x87, bytes({11}), 1), got(a));
    const ClientId b = join();
    says(b, reading(9, 2));
    const TargetId t = opens();
    answers(t, value(got(t)));
    CPPUNIT_ASSERT_EQUAL(modbus(9, 3, "v", 2), got(b));
    says(b, modbus(9, 7, "", 3));
    CPPUNIT_ASSERT_EQUAL(modbus(9, 0x87, bytes({11}), 3), got(b));
}

TEST(SilentPartsTest, aSilentPartFailsAtOnceUntilItsPauseEnds)
{
    modbusTo(1);
    const ClientId a = finds(9);
    CPPUNIT_ASSERT_EQUAL(std::string("unit 9, function 3 for 5000 ms"), world.silent.back());
    for (unsigned i = 2; i < 7; ++i)
    {
        says(a, reading(9, i));
        CPPUNIT_ASSERT_EQUAL(noAnswer(9, i), got(a));
        CPPUNIT_ASSERT(world.last.failed && world.last.reason == CloseReason::partSilent);
        pass(Duration::milliseconds(900));
    }
    CPPUNIT_ASSERT(world.dialled.empty());
    pass(Duration::milliseconds(500));
    says(a, reading(9, 7));
    const TargetId t = opens();
    answers(t, value(got(t)));
    CPPUNIT_ASSERT_EQUAL(modbus(9, 3, "v", 7), got(a));
}

TEST(SilentPartsTest, theOthersAreServedMeanwhile)
{
    modbusTo(1);
    const ClientId a = finds(9);
    const ClientId b = join();
    says(b, reading(1, 1));
    const TargetId t = opens();
    for (unsigned i = 1; i < 5; ++i)
    {
        says(a, reading(9, i));
        CPPUNIT_ASSERT_EQUAL(noAnswer(9, i), got(a));
        answers(t, value(got(t)));
        CPPUNIT_ASSERT_EQUAL(modbus(1, 3, "v", i), got(b));
        pass(S);
        says(b, reading(1, i + 1));
    }
}

TEST(SilentPartsTest, itIsTriedAloneAtGrowingIntervals)
{
    modbusTo(2, S, 4);
    const ClientId a = finds(9);
    for (const int pause : {1, 2, 4, 8, 16, 16, 16})
    {
        CPPUNIT_ASSERT_EQUAL("unit 9, function 3 for " + std::to_string(pause * 1000) + " ms", world.silent.back());
        pass(Duration{S.us * pause - 1});
        says(a, reading(9, 2));
        CPPUNIT_ASSERT_EQUAL(noAnswer(9, 2), got(a));
        pass(Duration{1});
        says(a, reading(9, 3) + reading(9, 4) + reading(9, 5));
        const TargetId t = opens();
        CPPUNIT_ASSERT_EQUAL(std::size_t{12}, got(t).size());
        CPPUNIT_ASSERT_EQUAL(noAnswer(9, 4) + noAnswer(9, 5), got(a));
        pass(Duration::seconds(2));
        CPPUNIT_ASSERT_EQUAL(noAnswer(9, 3), got(a));
    }
}

TEST(SilentPartsTest, aTrialThatIsLostIsRepeated)
{
    modbusTo(1);
    const ClientId a = finds(9);
    pass(Duration::seconds(5));
    says(a, reading(9, 2));
    exchange->targetLost(opens(), now);
    CPPUNIT_ASSERT_EQUAL(noAnswer(9, 2), got(a));
    says(a, reading(9, 3)); // the next is another trial
    const TargetId t = opens();
    answers(t, value(got(t)));
    CPPUNIT_ASSERT_EQUAL(modbus(9, 3, "v", 3), got(a));
}

TEST(SilentPartsTest, anAnswerEndsItsSilence)
{
    modbusTo(1);
    const ClientId a = finds(9);
    pass(Duration::seconds(5));
    says(a, reading(9, 2));
    const TargetId t = opens();
    answers(t, value(got(t)));
    CPPUNIT_ASSERT_EQUAL(std::string("unit 9, function 3 answers"), world.silent.back());
    says(a, reading(9, 3));
    CPPUNIT_ASSERT_EQUAL(std::size_t{12}, got(t).size());
    pass(Duration::seconds(2));
    CPPUNIT_ASSERT_EQUAL(std::string("unit 9, function 3 for 5000 ms"), world.silent.back()); // it begins anew
}

TEST(SilentPartsTest, aPartThatAnswersOthersIsNotSilent)
{
    modbusTo(1, Duration::seconds(5), 8);
    const ClientId a = join();
    const ClientId b = join();
    says(a, reading(1, 1));
    const TargetId t = opens();
    got(t);
    pass(S);
    says(b, reading(1, 1));
    answers(t, value(got(t)));
    pass(S);
    CPPUNIT_ASSERT_EQUAL(noAnswer(1, 1), got(a));
    CPPUNIT_ASSERT(world.silent.empty());
    says(a, reading(1, 2));
    CPPUNIT_ASSERT_EQUAL(std::size_t{12}, got(t).size());
}

TEST(SilentPartsTest, whatWaitsInLineFailsToo)
{
    modbusTo(1);
    const ClientId a = join();
    const ClientId b = join();
    const ClientId c = join();
    says(a, reading(9, 1));
    says(b, reading(9, 2));
    says(c, reading(1, 3));
    opens();
    pass(Duration::seconds(2));
    CPPUNIT_ASSERT_EQUAL(noAnswer(9, 1), got(a));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(noAnswer(9, 2), got(b));
    answers(t, value(got(t)));
    CPPUNIT_ASSERT_EQUAL(modbus(1, 3, "v", 3), got(c));
}

TEST(SilentPartsTest, anUnansweredBroadcastIsNoSilence)
{
    modbusTo(1);
    const ClientId a = join();
    says(a, modbus(0, 6, u16(1) + u16(2), 1));
    const TargetId t = opens();
    got(t);
    pass(Duration::seconds(2));
    CPPUNIT_ASSERT_EQUAL(modbus(0, 0x86, bytes({11}), 1), got(a));
    CPPUNIT_ASSERT(world.silent.empty());
    says(a, reading(0, 2));
    CPPUNIT_ASSERT_EQUAL(std::size_t{12}, got(t).size());
}

TEST(SilentPartsTest, aClientThatWaitedInVainShowsIt)
{
    modbusTo(1);
    const ClientId impatient = join();
    says(impatient, reading(9, 1));
    opens();
    pass(S);
    exchange->clientLost(impatient, now);
    CPPUNIT_ASSERT_EQUAL(std::string("unit 9, function 3 for 5000 ms"), world.silent.back());
    const ClientId a = join();
    says(a, reading(9, 2));
    CPPUNIT_ASSERT_EQUAL(noAnswer(9, 2), got(a));
}

TEST(SilentPartsTest, aClientThatLeavesSoonShowsNothing)
{
    modbusTo(1);
    const ClientId impatient = join();
    says(impatient, reading(9, 1));
    opens();
    pass(Duration::milliseconds(600));
    exchange->clientLost(impatient, now);
    CPPUNIT_ASSERT(world.silent.empty());
    says(join(), reading(9, 2));
    CPPUNIT_ASSERT_EQUAL(std::size_t{12}, got(opens()).size());
}

TEST(SilentPartsTest, withoutAPauseEachIsAsked)
{
    modbusTo(1, Duration::off());
    const ClientId a = finds(9);
    says(a, reading(9, 2));
    CPPUNIT_ASSERT_EQUAL(std::size_t{12}, got(opens()).size());
}

} // namespace proximux
