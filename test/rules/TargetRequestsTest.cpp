#include "rules/Rules.h"
#include "support/DiameterMessages.h"

namespace proximux
{

using namespace diameter_messages;

/// What a target asks itself is answered on its connection, and reaches no client.
class TargetRequestsTest : public Rules
{
protected:
    static constexpr Duration S = Duration::seconds(1);

    void start(std::size_t requestBuffer = 65536, std::size_t responseBuffer = 65536, bool signsIn = false)
    {
        Options options;
        options.protocol = "diameter";
        options.framing = framing();
        options.exchange.byId = true;
        options.exchange.pipeline = 2;
        options.exchange.requestBuffer = requestBuffer;
        options.exchange.responseBuffer = responseBuffer;
        if (signsIn)
            options.exchange.prologues = {{login(), "", true}};
        begin(options);
    }

    static std::string login() { return findProtocol("diameter")->make(framing())->login({}).says; }

    static std::string accepted(unsigned code = 2001)
    {
        return message(0, CAPABILITIES, 1, 1, result(code) + origin("s.test", "test"));
    }

    /// What the target answers to this request as it got it.
    static std::string answerTo(const std::string& request, const std::string& more = "")
    {
        return message(PROXIABLE, CREDIT, hopOf(request), hopOf(request, 16), result(2001) + more, 4);
    }

    static unsigned hopOf(const std::string& request, std::size_t at = 12)
    {
        return static_cast<unsigned>(readNumber(Bytes(request).substr(at, 4)));
    }

    /// A question of the target, and our reply.
    static std::string watchdog(unsigned id) { return message(REQUEST, WATCHDOG, id, id, origin("s.test", "test")); }

    static std::string alive(unsigned id, unsigned command = WATCHDOG)
    {
        return message(0, command, id, id, result(2001) + origin("p.test", "test"));
    }
};

RULE(TargetRequestsTest, areAnsweredAndReachNoClient, takeForAnswer)
{
    start();
    const ClientId a = join();
    says(a, ask(7, "one"));
    const TargetId t = opens();
    std::string asked = got(t);
    answers(t, watchdog(77)); // while something is in flight
    CPPUNIT_ASSERT_EQUAL(alive(77), got(t));
    answers(t, answerTo(asked));
    CPPUNIT_ASSERT_EQUAL(message(PROXIABLE, CREDIT, 7, 7, result(2001), 4), got(a));
    const std::string whole = watchdog(hopOf(asked)); // and at rest, with an id of ours
    answers(t, whole.substr(0, 25));
    answers(t, whole.substr(25));
    CPPUNIT_ASSERT_EQUAL(alive(hopOf(asked)), got(t));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    says(a, ask(8, "two"));
    asked = got(t);
    answers(t, watchdog(78) + answerTo(asked));
    CPPUNIT_ASSERT_EQUAL(message(PROXIABLE, CREDIT, 8, 8, result(2001), 4), got(a));
    CPPUNIT_ASSERT_EQUAL(alive(78), got(t));
    CPPUNIT_ASSERT(world.has(t));
}

TEST(TargetRequestsTest, thoseForAClientAreRefused)
{
    start();
    const ClientId a = join();
    says(a, ask(7, "one"));
    const TargetId t = opens();
    answers(t, answerTo(got(t)));
    got(a);
    const std::string proxy = avp(284, avp(280, "s.test") + avp(33, "state"));
    answers(t, message(REQUEST | PROXIABLE, RE_AUTH, 5, 6, session("c;1;one") + origin("s.test", "test") + proxy, 4));
    CPPUNIT_ASSERT_EQUAL(message(PROXIABLE | FAILURE, RE_AUTH, 5, 6,
                                 session("c;1;one") + result(3002) + origin("p.test", "test") + proxy, 4),
                         got(t));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    CPPUNIT_ASSERT(world.has(t));
}

RULE(TargetRequestsTest, noReplyStandsInARequest, interruptRequest)
{
    start(100);
    const ClientId a = join();
    const std::string request = ask(7, std::string(1000, 'u'));
    says(a, request.substr(0, 500));
    const TargetId t = opens();
    std::string asked = got(t);
    CPPUNIT_ASSERT(!asked.empty());
    answers(t, watchdog(77));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    says(a, request.substr(500));
    CPPUNIT_ASSERT_EQUAL(request.substr(500) + alive(77), got(t));
    answers(t, answerTo(asked));
    CPPUNIT_ASSERT_EQUAL(message(PROXIABLE, CREDIT, 7, 7, result(2001), 4), got(a));
}

RULE(TargetRequestsTest, aTargetThatLeavesAnswersFirst, leaveAtOnce, sendToEnding)
{
    start();
    const ClientId a = join();
    const ClientId b = join();
    says(a, ask(7, "one") + ask(8, "two"));
    const TargetId t = opens();
    const std::string asked = got(t);
    const std::string first = asked.substr(0, asked.size() / 2);
    const std::string second = asked.substr(asked.size() / 2);
    answers(t, message(REQUEST, DISCONNECT, 77, 78, origin("s.test", "test")));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    says(b, ask(7, "six"));
    answers(t, answerTo(second));
    CPPUNIT_ASSERT_EQUAL(message(PROXIABLE, CREDIT, 8, 8, result(2001), 4), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, answerTo(first));
    CPPUNIT_ASSERT_EQUAL(message(PROXIABLE, CREDIT, 7, 7, result(2001), 4), got(a));
    assertClosed(t, CloseReason::targetEnded, How::finish);
    CPPUNIT_ASSERT_EQUAL(message(0, DISCONNECT, 77, 78, result(2001) + origin("p.test", "test")),
                         world.closedTargets.at(t.slot).last.sent);
    const TargetId next = opens();
    answers(next, answerTo(got(next)));
    CPPUNIT_ASSERT_EQUAL(message(PROXIABLE, CREDIT, 7, 7, result(2001), 4), got(b));
}

TEST(TargetRequestsTest, aTargetThatLeavesAndOwesIsLeft)
{
    start();
    const ClientId a = join();
    says(a, ask(7, "one"));
    const TargetId t = opens();
    answers(t, message(REQUEST, DISCONNECT, 77, 78));
    pass(Duration::seconds(20));
    says(a, ask(8, "two"));
    pass(Duration::seconds(10));
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    CPPUNIT_ASSERT(got(a).find("did not answer in time") != std::string::npos);
    const TargetId next = opens();
    answers(next, answerTo(got(next)));
    CPPUNIT_ASSERT_EQUAL(message(PROXIABLE, CREDIT, 8, 8, result(2001), 4), got(a));
}

RULE(TargetRequestsTest, whatATargetDoesNotReadIsBounded, oweForever)
{
    start(65536, 1000);
    const ClientId a = join();
    says(a, ask(7, "one"));
    const TargetId t = opens();
    answers(t, answerTo(got(t)));
    world.target(t).room = 10;
    for (unsigned i = 0; i < 100 && world.has(t); ++i)
        answers(t, watchdog(i));
    assertClosed(t, CloseReason::desync, How::abort);
}

RULE(TargetRequestsTest, aLoginThatTheProtocolRefusesIsAFailedAttempt, forgiveLogin)
{
    for (const bool silent : {false, true})
    {
        start(65536, 65536, true);
        says(join(), ask(7, "one"));
        const TargetId t = opens();
        CPPUNIT_ASSERT_EQUAL(login(), got(t));
        if (silent)
            pass(Duration::seconds(30));
        else
            answers(t, accepted(5010));
        assertClosed(t, CloseReason::prologueRefused, How::abort);
        CPPUNIT_ASSERT_EQUAL(std::string(silent ? "" : "Capabilities-Exchange 5010"), world.malformed);
    }
}

/// Each client gets the answer that its connection got, with its own ids.
RULE(TargetRequestsTest, aClientIsGreetedAsItsConnectionWas, greetUntranslated)
{
    start(65536, 65536, true);
    const ClientId a = join();
    says(a, message(REQUEST, CAPABILITIES, 5, 6, origin("a.test", "test")) + ask(7, "one"));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(login(), got(t));
    answers(t, accepted().substr(0, 30));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    answers(t, accepted().substr(30) + watchdog(77));
    const std::string greeting = message(0, CAPABILITIES, 5, 6, result(2001) + origin("s.test", "test"));
    CPPUNIT_ASSERT_EQUAL(greeting, got(a));
    std::string asked = got(t);
    CPPUNIT_ASSERT_EQUAL(alive(77), asked.substr(0, alive(77).size()));
    answers(t, answerTo(asked.substr(alive(77).size())));
    CPPUNIT_ASSERT_EQUAL(message(PROXIABLE, CREDIT, 7, 7, result(2001), 4), got(a));
    const ClientId b = join();
    says(b, message(REQUEST, WATCHDOG, 1, 2));
    CPPUNIT_ASSERT_EQUAL(alive(1).replace(16, 4, number(2)), got(b)); // in our name, as it knows no other yet
    says(b, message(REQUEST, CAPABILITIES, 5, 6, origin("b.test", "test")) + message(REQUEST, WATCHDOG, 1, 1));
    CPPUNIT_ASSERT_EQUAL(greeting + message(0, WATCHDOG, 1, 1, result(2001) + origin("s.test", "test")), got(b));
    says(b, message(REQUEST, DISCONNECT, 3, 4));
    CPPUNIT_ASSERT_EQUAL(message(0, DISCONNECT, 3, 4, result(2001) + origin("s.test", "test")), got(b));
    CPPUNIT_ASSERT(world.client(b).fin);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
}

} // namespace proximux
