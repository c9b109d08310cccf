#include "rules/Rules.h"

namespace proximux
{

/// The responses of disconnected clients reach no other.
class LeaversTest : public Rules
{
};

TEST(LeaversTest, swallowsWhatAnswersALeaver)
{
    line(1, 3);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "1\n");
    says(b, "2\n");
    const TargetId t = opens();
    answers(t, "A");
    exchange->clientLost(a, now);
    answers(t, "1\nA2\n");
    CPPUNIT_ASSERT_EQUAL(std::string("A2\n"), got(b));
    CPPUNIT_ASSERT_EQUAL(std::string("A"), world.closedClients.at(a.slot).last.sent);
    CPPUNIT_ASSERT(world.has(t));
}

TEST(LeaversTest, aLeaversQueuedRequestsLeaveTheLine)
{
    line();
    const ClientId a = join();
    const ClientId b = join();
    const ClientId c = join();
    says(a, "1\n");
    const TargetId t = opens();
    says(b, "2\n3\n");
    says(c, "4\n");
    exchange->clientLost(b, now);
    CPPUNIT_ASSERT_EQUAL(std::string("1\n"), got(t));
    answers(t, "A1\n");
    CPPUNIT_ASSERT_EQUAL(std::string("4\n"), got(t));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange->usage().kept);
}

TEST(LeaversTest, aClientThatEndedIsServedAndThenClosed)
{
    line();
    const ClientId a = join();
    says(a, "1\n2\nrest");
    const TargetId t = opens();
    exchange->clientEnded(a, now);
    answers(t, "A1\n");
    CPPUNIT_ASSERT(world.has(a));
    world.client(a).room = 0;
    answers(t, "A2\n");
    CPPUNIT_ASSERT(world.client(a).fin); // behind what waits
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, world.dropped);
    takes(a, 10);
    assertClosed(a, CloseReason::ended, How::finish);
    CPPUNIT_ASSERT_EQUAL(std::string("A1\nA2\n"), world.closedClients.at(a.slot).last.sent);
}

RULE(LeaversTest, aLateWordOfAClientThatHasGoneIsNobodys, confuseClients)
{
    named("line", 1, 8);
    const ClientId gone = join();
    exchange->clientLost(gone, now);
    const ClientId next{gone.slot, gone.generation + 1};
    world.clients[next.slot] = World::Client();
    exchange->clientOpened(next, now);
    says(gone, "late\n");
    says(next, "question\n");
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("question\n"), got(t));
}

RULE(LeaversTest, aConnectionThatAnswersNobodyIsReset, swallowForever)
{
    named("http", 1, 1);
    const ClientId a = join();
    says(a, get());
    const TargetId t = opens();
    answers(t, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
    exchange->clientLost(a, now);
    assertClosed(t, CloseReason::abandoned, How::abort);
    says(join(), get());
    CPPUNIT_ASSERT_EQUAL(get(), got(opens()));
}

RULE(LeaversTest, whoMakesUsConnectAnewWaits, reconnectAtWill)
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    for (int i = 0; i < 20; ++i)
    {
        says(a, command({"MULTI"}));
        answers(opens(), "+OK\r\n");
        says(a, command({"RESET"}));
    }
    says(a, command({"MULTI"}));
    CPPUNIT_ASSERT_MESSAGE("a client has us connect anew as often as it likes", world.dialled.empty());
}

} // namespace proximux
