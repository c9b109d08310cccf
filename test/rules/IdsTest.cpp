#include "rules/Rules.h"

namespace proximux
{

/// A response is paired by its id, with the request that has it, and with no other.
class IdsTest : public Rules
{
};

TEST(IdsTest, pairsByTheIdAndPutsTheClientsBack)
{
    named("modbus");
    const ClientId a = join();
    const ClientId b = join();
    says(a, modbus(7, 1));
    says(b, modbus(7, 2));
    const TargetId t = opens();
    const std::string sent = got(t);
    CPPUNIT_ASSERT_EQUAL(std::size_t{24}, sent.size());
    const std::string first = sent.substr(0, 12);
    const std::string second = sent.substr(12);
    CPPUNIT_ASSERT(first.substr(0, 2) != second.substr(0, 2));
    answers(t, answer(second, "two") + answer(first, "one"));
    CPPUNIT_ASSERT_EQUAL(modbus(7, 1, "one"), got(a));
    CPPUNIT_ASSERT_EQUAL(modbus(7, 2, "two"), got(b));
    CPPUNIT_ASSERT(world.has(t));
}

TEST(IdsTest, anUnknownOrRepeatedIdClosesTheConnection)
{
    for (const bool repeated : {false, true})
    {
        named("modbus");
        const ClientId a = join();
        says(a, modbus(7, 1) + modbus(8, 1));
        const TargetId t = opens();
        const std::string sent = got(t);
        std::string wrong = answer(sent.substr(0, 12), "one");
        if (repeated)
            answers(t, wrong);
        else
            wrong[0] = '\x55';
        got(a);
        answers(t, wrong);
        assertClosed(t, CloseReason::desync, How::abort);
        CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
        for (unsigned id = repeated ? 8 : 7; id <= 8; ++id) // what still waited does no harm, and is sent once more
        {
            const TargetId next = opens();
            const std::string again = got(next);
            CPPUNIT_ASSERT_EQUAL(std::size_t{12}, again.size());
            answers(next, answer(again, "one"));
            CPPUNIT_ASSERT_EQUAL(modbus(id, 1, "one"), got(a));
        }
    }
}

TEST(IdsTest, whatElseMustMatchIsCompared)
{
    named("modbus");
    const ClientId a = join();
    says(a, modbus(7, 1));
    const TargetId t = opens();
    std::string wrong = answer(got(t), "one");
    wrong[6] = 2; // another unit
    answers(t, wrong);
    assertClosed(t, CloseReason::desync, How::abort);
}

TEST(IdsTest, anIdThatIsOverdueStaysTaken)
{
    named("modbus");
    const ClientId a = join();
    says(a, modbus(1, 1));
    const TargetId t = opens();
    const std::string late = got(t);
    pass(Duration::seconds(20));
    says(a, modbus(2, 1));
    const std::string second = got(t);
    answers(t, answer(second, "two"));
    CPPUNIT_ASSERT_EQUAL(modbus(2, 1, "two"), got(a));
    pass(Duration::seconds(11));
    CPPUNIT_ASSERT_EQUAL(std::string("\0\1\0\0\0\3\1\x83\x0B", 9), got(a));
    CPPUNIT_ASSERT(world.has(t));
    for (unsigned i = 3; i < 30; ++i)
    {
        says(a, modbus(i, 1));
        const std::string next = got(t);
        CPPUNIT_ASSERT(next.substr(0, 2) != late.substr(0, 2));
        answers(t, answer(next, "x"));
        CPPUNIT_ASSERT_EQUAL(modbus(i, 1, "x"), got(a));
    }
    answers(t, answer(late, "late"));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    CPPUNIT_ASSERT(world.has(t));
}

TEST(IdsTest, aLocalAnswerWithIdsLeavesTheRequestsBesideItWhole)
{
    constexpr int TRANSFER = 252; // which needs a connection alone, and is refused here
    const auto question = [](char id, int type)
    {
        return std::string("\0\x13\0", 3) + id + std::string("\1\0\0\1\0\0\0\0\0\0\1a\0\0", 14) +
               static_cast<char>(type) + std::string("\0\1", 2);
    };
    named("dns", 1, 1);
    const ClientId a = join();
    says(a, question(1, 1) + question(2, 1) + question(3, TRANSFER) + question(4, 1));
    const TargetId t = opens();
    for (const char id : {'\1', '\2', '\4'})
    {
        std::string sent = got(t);
        CPPUNIT_ASSERT_EQUAL(question(id, 1).substr(4), sent.substr(4)); // behind our own id
        CPPUNIT_ASSERT_EQUAL(question(id, 1).size(), sent.size());
        sent[4] = '\x81';
        answers(t, sent);
    }
    std::string ids;
    for (std::string all = got(a); !all.empty(); all.erase(0, 2 + static_cast<unsigned char>(all[1])))
        ids += all[3];
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, ids.size());
    CPPUNIT_ASSERT(ids.find('\3') != std::string::npos);
}

TEST(IdsTest, whoseIdIsKeptIsAloneInFlight)
{
    named("dns", 2, 8, 1);
    const ClientId a = join();
    says(a, signedQuestion() + plainQuestion()); // a server may answer them in any order
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(signedQuestion(), got(t));
    std::string answer = signedQuestion();
    answer[4] = '\x81';
    answers(t, answer);
    CPPUNIT_ASSERT_EQUAL(answer, got(a));
    assertClosed(t, CloseReason::idKept, How::abort);
    CPPUNIT_ASSERT_EQUAL(plainQuestion().substr(4), got(opens()).substr(4)); // behind our own id
}

TEST(IdsTest, whatWaitsToBeAloneIsNotOvertakenByItsClient)
{
    named("dns", 1, 8, 1); // fifo
    const ClientId a = join();
    says(a, plainQuestion() + signedQuestion() + plainQuestion());
    const TargetId t = opens();
    std::string sent = got(t);
    CPPUNIT_ASSERT_EQUAL(plainQuestion().substr(4), sent.substr(4));
    sent[4] = '\x81';
    answers(t, sent);
    CPPUNIT_ASSERT_EQUAL(signedQuestion(), got(t));
}

RULE(IdsTest, aLateAnswerOverTheNextConnectionIsNobodys, reuseIdOnReconnect)
{
    named("modbus", 1, 1);
    const ClientId a = join();
    const ClientId b = join();
    says(a, reading(1, 1));
    const TargetId t = opens();
    const std::string first = got(t);
    exchange->targetLost(t, now);
    says(b, reading(1, 1));
    const TargetId next = opens();
    got(next);
    answers(next, register0(first, 1));                  // a gateway that answers on all its connections
    CPPUNIT_ASSERT_EQUAL(std::size_t{9}, got(b).size()); // an error
    assertClosed(next, CloseReason::desync, How::abort);
}

RULE(IdsTest, noTwoConnectionsShareAnId, sharedIdsAcrossLanes)
{
    named("modbus", 2, 8);
    const ClientId a = join();
    const ClientId b = join();
    says(a, reading(1, 1));
    const TargetId t = opens();
    says(b, reading(1, 1));
    const TargetId other = opens();
    answers(other, register0(got(t), 1));
    CPPUNIT_ASSERT_EQUAL(std::size_t{9}, got(b).size()); // an error
    assertClosed(other, CloseReason::desync, How::abort);
}

RULE(IdsTest, nothingFollowsARequestThatKeptItsId, useBehindKeptId)
{
    named("dns", 2, 8, 1);
    const ClientId a = join();
    std::string transfer("\0\x11"
                         "\0\1"
                         "\0\0"
                         "\0\1"
                         "\0\0"
                         "\0\0"
                         "\0\0"
                         "\0"
                         "\0\xfc"
                         "\0\1",
                         19);
    says(a, transfer);
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(transfer, got(t));
    transfer[4] = '\x80';
    transfer[5] = 5; // refused
    answers(t, transfer);
    CPPUNIT_ASSERT_EQUAL(transfer, got(a));
    assertClosed(t, CloseReason::idKept, How::abort);
}

RULE(IdsTest, aResponseWithoutItsQuestionAnswersNothing, matchWithoutCheck)
{
    named("dns", 1, 8);
    const ClientId a = join();
    says(a, std::string("\0\x11"
                        "\0\1"
                        "\0\0"
                        "\0\1"
                        "\0\0"
                        "\0\0"
                        "\0\0"
                        "\0"
                        "\0\1"
                        "\0\1",
                        19));
    const TargetId t = opens();
    const std::string id = got(t).substr(2, 2);
    answers(t, std::string("\0\x0c", 2) + id +
                   std::string("\x80\0"
                               "\0\0"
                               "\0\0"
                               "\0\0"
                               "\0\0",
                               10));
    assertClosed(t, CloseReason::desync, How::abort);
}

} // namespace proximux
