#include "support/Identified.h"
#include "support/SharingFixture.h"
#include "support/Test.h"

#include <set>

namespace proximux
{

using namespace identified;

/// Targets that answer late: over the next connection, over another one, or over all of them.
class LateAnswersTest : public SharingFixture
{
protected:
    static constexpr Duration S = Duration::seconds(1);

    Options modbusOptions(std::size_t connections = 1, std::size_t pipeline = 8)
    {
        Options options;
        options.protocol = "modbus";
        options.connections = connections;
        options.exchange.byId = true;
        options.exchange.pipeline = pipeline;
        return options;
    }

    /// Messages of two bytes, the first is the id.
    Options tiny()
    {
        Options options;
        options.protocol = "fixed";
        options.framing.messageSize = 2;
        options.framing.requestId = options.framing.responseId = IdField{0, 1, ByteOrder::big};
        options.exchange.byId = true;
        options.exchange.pipeline = 256;
        options.exchange.maxRequests = 1000;
        options.exchange.idReuse = Duration::seconds(10);
        return options;
    }

    static std::string reading(unsigned address, unsigned id) { return modbus(1, 3, u16(address) + u16(1), id); }

    /// What a target says to a request as it got it: its address.
    static std::string value(const std::string& request)
    {
        return request.substr(0, 5) + "\4" + request.substr(6, 2) + request.substr(8, 2);
    }

    static std::string error(unsigned id) { return modbus(1, 0x83, bytes({11}), id); }
};

TEST(LateAnswersTest, aLateAnswerOverTheNextConnectionReachesNobody)
{
    begin(modbusOptions(1, 1));
    const ClientId a = join();
    says(a, reading(100, 1));
    const TargetId t = opens();
    const std::string first = got(t);
    exchange->targetLost(t, now);
    got(a);
    says(a, reading(200, 1));
    const TargetId next = opens();
    answers(next, value(first));
    CPPUNIT_ASSERT_EQUAL(error(1), got(a));
    assertClosed(next, CloseReason::desync, How::abort);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.unknown);
}

TEST(LateAnswersTest, noIdComesAgainOnTheNextConnection)
{
    begin(modbusOptions());
    std::set<std::string> seen;
    const ClientId a = join();
    for (unsigned i = 0; i < 2000; ++i)
    {
        says(a, modbus(1, 6, u16(i) + u16(1), 7)); // which is not sent once more
        const TargetId t = i % 10 == 0 ? opens() : TargetId{i / 10, 1};
        const std::string sent = got(t);
        CPPUNIT_ASSERT(seen.insert(sent.substr(0, 2)).second);
        if (i % 10 < 9)
            answers(t, value(sent));
        else
            exchange->targetLost(t, now);
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, world.unknown);
}

TEST(LateAnswersTest, noTwoConnectionsShareAnId)
{
    begin(modbusOptions(4, 8));
    std::set<std::string> seen;
    std::set<std::uint32_t> used;
    for (unsigned i = 0; i < 32; ++i)
    {
        says(join(), reading(i, 7));
        while (!world.dialled.empty())
            opens();
    }
    for (const auto& [slot, target] : world.targets)
        for (std::size_t at = 0; at < target.sent.size(); at += 12)
        {
            used.insert(slot);
            CPPUNIT_ASSERT(seen.insert(target.sent.substr(at, 2)).second);
        }
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, used.size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{32}, seen.size());
}

TEST(LateAnswersTest, anAnswerOverAllConnectionsReachesItsClientAlone)
{
    for (const bool first : {true, false})
    {
        Options options = modbusOptions(2, 1);
        options.exchange.ignoreUnknownIds = true;
        begin(options);
        const ClientId a = join();
        const ClientId b = join();
        says(a, reading(100, 1));
        const TargetId t = opens();
        says(b, reading(200, 1));
        const TargetId other = opens();
        const std::string answer = value(got(t));
        const std::string second = value(got(other));
        answers(first ? t : other, answer);
        answers(first ? other : t, answer);
        CPPUNIT_ASSERT_EQUAL(value(reading(100, 1)), got(a));
        CPPUNIT_ASSERT_EQUAL(std::string(), got(b));
        answers(t, second);
        answers(other, second);
        CPPUNIT_ASSERT_EQUAL(value(reading(200, 1)), got(b));
        CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, world.unknown);
    }
}

TEST(LateAnswersTest, anUnknownIdIsCountedAndCloses)
{
    begin(modbusOptions());
    const ClientId a = join();
    says(a, reading(1, 1));
    const TargetId t = opens();
    std::string unknown = value(got(t));
    unknown[0] = static_cast<char>(unknown[0] ^ 1);
    answers(t, unknown);
    CPPUNIT_ASSERT_EQUAL(error(1), got(a));
    assertClosed(t, CloseReason::desync, How::abort);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, world.unknown);
}

TEST(LateAnswersTest, anUnknownIdIsIgnoredWhereThatIsSaid)
{
    Options options = modbusOptions();
    options.exchange.ignoreUnknownIds = true;
    begin(options);
    const ClientId a = join();
    says(a, reading(1, 1));
    const TargetId t = opens();
    const std::string sent = got(t);
    std::string unknown = value(sent);
    unknown[0] = static_cast<char>(unknown[0] ^ 1);
    answers(t, unknown + value(sent) + unknown);
    CPPUNIT_ASSERT_EQUAL(value(reading(1, 1)), got(a));
    answers(t, unknown);            // at rest
    world.target(t).says = unknown; // and unread
    says(a, reading(2, 2));
    world.target(t).says.clear();
    answers(t, unknown);
    answers(t, value(got(t)));
    CPPUNIT_ASSERT_EQUAL(value(reading(2, 2)), got(a));
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, world.unknown);
    world.target(t).ends = true;
    says(a, reading(3, 3));
    assertClosed(t, CloseReason::targetEnded, How::finish);
}

TEST(LateAnswersTest, whatIsIgnoredMayComeInPiecesAndAtAnyTime)
{
    Options options = modbusOptions();
    options.exchange.ignoreUnknownIds = true;
    options.exchange.connectDelay = S;
    options.exchange.settle = S;
    begin(options);
    const ClientId a = join();
    says(a, reading(1, 1));
    const TargetId t = opens();
    const std::string unknown = value(reading(9, 9));
    for (const char c : unknown.substr(0, 7))
    {
        answers(t, std::string(1, c));
        pass(Duration::milliseconds(250));
    }
    answers(t, unknown.substr(7) + unknown.substr(0, 5));
    pass(S);
    const std::string sent = got(t);
    CPPUNIT_ASSERT_EQUAL(std::size_t{12}, sent.size());
    answers(t, unknown.substr(5, 2));
    answers(t, unknown.substr(7) + value(sent));
    CPPUNIT_ASSERT_EQUAL(value(reading(1, 1)), got(a));
}

TEST(LateAnswersTest, whatIsIgnoredMustBeAMessage)
{
    Options options = modbusOptions();
    options.exchange.ignoreUnknownIds = true;
    begin(options);
    says(join(), reading(1, 1));
    const TargetId t = opens();
    answers(t, "HTTP/1.1 400 Bad Request\r\n");
    assertClosed(t, CloseReason::malformedResponse, How::abort);
}

TEST(LateAnswersTest, anotherUnitOrFunctionIsNoAnswer)
{
    for (const std::size_t at : {std::size_t{6}, std::size_t{7}})
    {
        begin(modbusOptions(1, 1));
        const ClientId a = join();
        says(a, reading(1, 1));
        const TargetId t = opens();
        std::string wrong = value(got(t));
        wrong[at] = static_cast<char>(wrong[at] + 1);
        answers(t, wrong);
        CPPUNIT_ASSERT_EQUAL(error(1), got(a));
        assertClosed(t, CloseReason::desync, How::abort);
    }
}

TEST(LateAnswersTest, aRequestWaitsWhileNoIdIsFree)
{
    begin(tiny());
    const ClientId a = join();
    for (int i = 0; i < 200; ++i)
        says(a, "ab");
    TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(std::size_t{400}, got(t).size());
    pass(Duration::seconds(5));
    exchange->targetLost(t, now);
    const ClientId b = join();
    for (int i = 0; i < 100; ++i)
        says(b, "cd");
    t = opens();
    const std::string sent = got(t);
    CPPUNIT_ASSERT_EQUAL(std::size_t{112}, sent.size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{44}, exchange->usage().queued);
    answers(t, sent.substr(0, 2)); // its id is free again
    CPPUNIT_ASSERT_EQUAL(std::string("cd"), got(b));
    CPPUNIT_ASSERT_EQUAL(sent.substr(0, 2), got(t));
    const Instant next = pass(Duration::milliseconds(9999));
    CPPUNIT_ASSERT(next == now + MS);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    pass(MS); // exchange.id_reuse
    CPPUNIT_ASSERT_EQUAL(std::size_t{86}, got(t).size());
}

TEST(LateAnswersTest, withoutAnIdInTimeItFails)
{
    Options options = tiny();
    options.exchange.idReuse = Duration::seconds(300);
    begin(options);
    const ClientId a = join();
    for (int i = 0; i < 256; ++i)
        says(a, "ab");
    const TargetId t = opens();
    exchange->targetLost(t, now);
    const ClientId b = join();
    says(b, "cd");
    opens();
    pass(Duration::seconds(30));
    assertClosed(b, CloseReason::noIdentifier, How::finish);
}

TEST(LateAnswersTest, aRequestThatBringsItsIdWaitsForItAlone)
{
    Options options;
    options.protocol = "dns";
    options.connections = 3;
    options.exchange.maxPinned = 2;
    options.exchange.conversation.pins = true;
    options.exchange.byId = true;
    options.exchange.pipeline = 8;
    begin(options);
    const ClientId a = join();
    const ClientId b = join();
    const ClientId c = join();
    says(a, dns("zone", 252));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(dns("zone", 252), got(t));
    says(b, dns("zone", 252)); // with the same id
    const TargetId other = opens();
    says(c, dns("c"));
    CPPUNIT_ASSERT_EQUAL(dns("c").size(), got(other).size()); // others need not wait
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, exchange->usage().queued);
    answers(t, dns("zone", 252, 0x8105));
    CPPUNIT_ASSERT_EQUAL(dns("zone", 252, 0x8105), got(a));
    CPPUNIT_ASSERT_EQUAL(dns("zone", 252), got(opens()));
}

} // namespace proximux
