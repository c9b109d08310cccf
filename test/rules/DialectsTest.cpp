#include "rules/Rules.h"

namespace proximux
{

/// Each client is answered in the dialect that it speaks, whoever else uses the connection.
class DialectsTest : public Rules
{
protected:
    const std::string hello2 = command({"HELLO", "2"});
    const std::string hello3 = command({"HELLO", "3"});
    const std::string map = "%2\r\n$6\r\nserver\r\n$5\r\nredis\r\n$5\r\nproto\r\n:3\r\n";
    const std::string list = "*4\r\n$6\r\nserver\r\n$5\r\nredis\r\n$5\r\nproto\r\n:2\r\n";

    /// The answer to the ECHO that ends these commands.
    static std::string echoed(const std::string& sent)
    {
        const std::size_t at = sent.rfind('$');
        CPPUNIT_ASSERT_MESSAGE("no marker in: " + sent, sent.find("ECHO") != std::string::npos);
        return sent.substr(at);
    }

    /// A client whose target has accepted HELLO 3.
    ClientId modern(TargetId& t, bool opensFirst = true)
    {
        const ClientId client = asks(hello3);
        if (opensFirst)
            t = opens();
        const std::string sent = got(t);
        answers(t, map + (sent == hello3 ? "" : echoed(sent)));
        CPPUNIT_ASSERT_EQUAL(map, got(client));
        return client;
    }
};

TEST(DialectsTest, helloIsAnsweredByTheTarget)
{
    named("resp");
    const ClientId a = asks(command({"HELLO", "3", "SETNAME", "x"}) + command({"GET", "a"}));
    const TargetId t = opens();
    const std::string sent = got(t);
    CPPUNIT_ASSERT_EQUAL(hello3, sent.substr(0, hello3.size()));
    answers(t, map);
    CPPUNIT_ASSERT_EQUAL(map, got(a));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t)); // what follows is not sent before that is decided
    answers(t, echoed(sent));
    CPPUNIT_ASSERT_EQUAL(command({"GET", "a"}), got(t));
    answers(t, "_\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("_\r\n"), got(a));
    says(a, command({"CLIENT", "GETNAME"}));
    CPPUNIT_ASSERT_EQUAL(std::string("$1\r\nx\r\n"), got(a));
}

TEST(DialectsTest, whoIsRefusedGoesOnAsBefore)
{
    named("resp");
    const ClientId a = asks(hello3 + command({"GET", "a"}));
    const TargetId t = opens();
    answers(t, "-NOPROTO unsupported protocol version\r\n" + echoed(got(t)));
    CPPUNIT_ASSERT_EQUAL(std::string("-NOPROTO unsupported protocol version\r\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(command({"GET", "a"}), got(t));
    answers(t, "$-1\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("$-1\r\n"), got(a));
    says(a, command({"CLIENT", "GETNAME"}));
    CPPUNIT_ASSERT_EQUAL(std::string("$-1\r\n"), got(a));
}

RULE(DialectsTest, nobodyIsAnsweredInAnothersDialect, mixDialects)
{
    named("resp");
    TargetId t;
    const ClientId a = modern(t);
    const ClientId b = join();
    says(a, command({"GET", "a"}));
    says(b, command({"GET", "b"}));
    says(a, command({"GET", "c"}));
    CPPUNIT_ASSERT_EQUAL(command({"GET", "a"}) + hello2 + command({"GET", "b"}) + hello3 + command({"GET", "c"}),
                         got(t)); // none waits for another
    answers(t, "_\r\n" + list + "$-1\r\n" + map + ",1.5\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("_\r\n,1.5\r\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("$-1\r\n"), got(b));
}

RULE(DialectsTest, theDialectIsThatOfTheRequestSentLast, lateDialect)
{
    named("resp");
    TargetId t;
    const ClientId a = modern(t);
    const ClientId b = asks(command({"GET", "b"}));
    says(a, command({"GET", "a"}));
    CPPUNIT_ASSERT_EQUAL(hello2 + command({"GET", "b"}) + hello3 + command({"GET", "a"}), got(t));
    answers(t, list + "$-1\r\n");
    says(a, command({"GET", "c"}));
    says(b, command({"GET", "d"}));
    CPPUNIT_ASSERT_EQUAL(command({"GET", "c"}) + hello2 + command({"GET", "d"}), got(t));
}

RULE(DialectsTest, anotherConnectionHasToProveItFirst, trustDialect)
{
    named("resp", 2, 8, 1);
    TargetId t;
    const ClientId a = modern(t);
    says(a, command({"MULTI"}));
    CPPUNIT_ASSERT_EQUAL(command({"MULTI"}), got(t));
    answers(t, "+OK\r\n");
    const ClientId b = asks(hello3);
    const TargetId other = opens();
    const std::string first = got(other);
    answers(other, map + echoed(first));
    exchange->targetLost(other, now);
    says(b, command({"GET", "b"}));
    const TargetId next = opens();
    const std::string sent = got(next);
    CPPUNIT_ASSERT_EQUAL(hello3, sent.substr(0, hello3.size()));
    CPPUNIT_ASSERT(sent.find("GET") == std::string::npos);
    answers(next, map + echoed(sent));
    CPPUNIT_ASSERT_EQUAL(command({"GET", "b"}), got(next));
}

/// It fails alone, and the connection serves those of the older dialect.
TEST(DialectsTest, whereATargetRefusesItTheRequestFails)
{
    named("resp");
    TargetId t;
    const ClientId a = modern(t);
    exchange->targetLost(t, now);
    got(a);
    says(a, command({"GET", "a"}));
    t = opens();
    const ClientId b = asks(command({"GET", "b"}));
    answers(t, "-ERR unknown command\r\n" + echoed(got(t)));
    CPPUNIT_ASSERT_EQUAL(std::string("-ERR proximux: the target does not speak this version of the protocol\r\n"),
                         got(a));
    CPPUNIT_ASSERT_EQUAL(command({"GET", "b"}), got(t));
    says(a, command({"GET", "c"}));
    CPPUNIT_ASSERT_EQUAL(std::string("-ERR proximux: the target does not speak this version of the protocol\r\n"),
                         got(a));
    answers(t, "$1\r\nx\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("$1\r\nx\r\n"), got(b));
}

RULE(DialectsTest, afterAChangeThatFailedNobodyUsesTheConnection, keepUnknownDialect)
{
    named("resp");
    TargetId t;
    const ClientId a = modern(t);
    const ClientId b = asks(command({"SET", "b", "1"}));
    CPPUNIT_ASSERT_EQUAL(hello2 + command({"SET", "b", "1"}), got(t));
    answers(t, "-ERR no\r\n$-1\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("-ERR proximux: the target connection was lost\r\n"), got(b));
    assertClosed(t, CloseReason::otherDialect, How::abort);
    CPPUNIT_ASSERT(world.has(a));
}

RULE(DialectsTest, whatIsSentAgainIsNewToItsConnection, rememberTurn)
{
    named("resp");
    TargetId t;
    modern(t);
    const ClientId b = asks(hello2);
    CPPUNIT_ASSERT_EQUAL(hello2, got(t)); // an error to this would leave its dialect unknown
    exchange->targetLost(t, now);
    t = opens();
    CPPUNIT_ASSERT_EQUAL(hello2, got(t)); // here it changes nothing
    answers(t, "-ERR no\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("-ERR no\r\n"), got(b));
    says(b, command({"GET", "b"}));
    CPPUNIT_ASSERT_EQUAL(command({"GET", "b"}), got(t));
}

/// In `exclusive` there is never more than one in flight.
TEST(DialectsTest, aChangeCountsAsARequest)
{
    named("resp", 1, 1);
    TargetId t;
    const ClientId a = modern(t);
    const ClientId b = asks(command({"GET", "b"}));
    CPPUNIT_ASSERT_EQUAL(hello2, got(t));
    says(a, command({"GET", "a"}));
    answers(t, list);
    CPPUNIT_ASSERT_EQUAL(command({"GET", "b"}), got(t));
    answers(t, "$-1\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("$-1\r\n"), got(b));
    CPPUNIT_ASSERT_EQUAL(hello3, got(t));
    answers(t, map);
    CPPUNIT_ASSERT_EQUAL(command({"GET", "a"}), got(t));
}

TEST(DialectsTest, whoChangesItsOwnDialectNeedsNoOtherChange)
{
    named("resp");
    TargetId t;
    const ClientId a = modern(t);
    says(a, hello2);
    CPPUNIT_ASSERT_EQUAL(hello2, got(t));
    answers(t, list);
    CPPUNIT_ASSERT_EQUAL(list, got(a));
    says(a, command({"GET", "a"}));
    CPPUNIT_ASSERT_EQUAL(command({"GET", "a"}), got(t));
    answers(t, "$-1\r\n");
    modern(t, false);
}

TEST(DialectsTest, resetReturnsToTheFirstDialect)
{
    named("resp");
    TargetId t;
    const ClientId a = modern(t);
    says(a, command({"RESET"}) + command({"GET", "a"}));
    CPPUNIT_ASSERT_EQUAL(std::string("+RESET\r\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(hello2 + command({"GET", "a"}), got(t));
}

} // namespace proximux
