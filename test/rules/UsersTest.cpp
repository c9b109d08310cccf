#include "rules/Rules.h"

namespace proximux
{

/// Where each client signs in as itself, its requests are sent on connections of its user alone.
class UsersTest : public Rules
{
protected:
    const std::string ok = "+OK\r\n";
    const std::string wrong = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";

    void users(std::size_t connections = 1, std::size_t pipeline = 8, std::size_t maxPinned = 0)
    {
        Options options;
        options.protocol = "resp";
        options.connections = connections;
        options.exchange.pipeline = pipeline;
        options.exchange.maxPinned = maxPinned;
        options.exchange.conversation.pins = maxPinned > 0;
        options.exchange.conversation.ownLogin = true;
        begin(options);
    }

    static std::string auth(const std::string& user) { return command({"AUTH", user, "secret of " + user}); }
    static std::string get(const std::string& key) { return command({"GET", key}); }

    /// A client that the target has let in. Opens what connections are asked for.
    ClientId user(const std::string& name, TargetId& t)
    {
        const ClientId client = asks(auth(name));
        if (!world.dialled.empty())
            t = opens();
        CPPUNIT_ASSERT_EQUAL(auth(name), got(t));
        answers(t, ok);
        CPPUNIT_ASSERT_EQUAL(ok, got(client));
        return client;
    }
};

TEST(UsersTest, theTargetDecidesWhoIsLetIn)
{
    users();
    const ClientId a = asks(auth("a") + get("x"));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(auth("a"), got(t));
    answers(t, ok);
    CPPUNIT_ASSERT_EQUAL(ok, got(a));
    CPPUNIT_ASSERT_EQUAL(get("x"), got(t));
    answers(t, "$-1\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("$-1\r\n"), got(a));
    says(a, command({"CLIENT", "INFO"}));
    CPPUNIT_ASSERT(got(a).find(" user=a ") != std::string::npos);
}

RULE(UsersTest, whoIsNotLetInSendsNothing, letAllIn)
{
    users();
    const std::string noauth = "-NOAUTH Authentication required.\r\n";
    const ClientId a = asks(get("x") + command({"MULTI"}) + command({"SUBSCRIBE", "c"}));
    CPPUNIT_ASSERT_EQUAL(noauth + noauth + noauth, got(a));
    says(a, command({"HELLO", "3"}));
    CPPUNIT_ASSERT_EQUAL(std::string("-NOAUTH HELLO must be called with the client already authenticated\r\n"), got(a));
    says(a, auth("a"));
    const TargetId t = opens();
    got(t);
    answers(t, wrong);
    CPPUNIT_ASSERT_EQUAL(wrong, got(a));
    says(a, get("x"));
    CPPUNIT_ASSERT_EQUAL(noauth, got(a));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
}

RULE(UsersTest, nobodyUsesTheConnectionOfAnother, shareUsers)
{
    for (const std::size_t pipeline : {1, 8})
    {
        users(1, pipeline);
        TargetId t;
        const ClientId a = user("a", t);
        const ClientId b = user("b", t);
        says(a, get("a"));
        says(b, get("b"));
        CPPUNIT_ASSERT_EQUAL(auth("a"), got(t)); // alone: b's request is sent on no connection of a
        answers(t, ok);
        CPPUNIT_ASSERT_EQUAL(get("a"), got(t));
        answers(t, "$1\r\na\r\n");
        CPPUNIT_ASSERT_EQUAL(auth("b"), got(t));
        answers(t, ok);
        CPPUNIT_ASSERT_EQUAL(get("b"), got(t));
        answers(t, "$1\r\nb\r\n");
        CPPUNIT_ASSERT_EQUAL(std::string("$1\r\na\r\n"), got(a));
        CPPUNIT_ASSERT_EQUAL(std::string("$1\r\nb\r\n"), got(b));
    }
}

RULE(UsersTest, whoIsRefusedHasNoConnection, trustRefusedUser)
{
    users();
    TargetId t;
    const ClientId a = user("a", t);
    const ClientId b = user("b", t);
    says(a, get("a"));
    CPPUNIT_ASSERT_EQUAL(auth("a"), got(t));
    answers(t, wrong);
    CPPUNIT_ASSERT_EQUAL(
        std::string(
            "-NOAUTH proximux: the target does not accept the user name and password of this client any more\r\n"),
        got(a));
    says(b, get("b"));
    CPPUNIT_ASSERT_EQUAL(get("b"), got(t)); // it is still b's
    answers(t, "$-1\r\n");
    says(a, get("a"));
    CPPUNIT_ASSERT_EQUAL(auth("a"), got(t)); // it may be let in by now
    answers(t, ok);
    CPPUNIT_ASSERT_EQUAL(get("a"), got(t));
}

TEST(UsersTest, aWrongPasswordChangesNothing)
{
    users();
    TargetId t;
    const ClientId a = user("a", t);
    const ClientId b = asks(auth("b"));
    CPPUNIT_ASSERT_EQUAL(auth("b"), got(t));
    answers(t, wrong);
    CPPUNIT_ASSERT_EQUAL(wrong, got(b));
    says(a, get("a"));
    CPPUNIT_ASSERT_EQUAL(get("a"), got(t));
    answers(t, "$-1\r\n");
    says(a, command({"AUTH", "a", "mistaken"}) + get("a"));
    CPPUNIT_ASSERT_EQUAL(command({"AUTH", "a", "mistaken"}), got(t));
    answers(t, wrong);
    CPPUNIT_ASSERT_EQUAL("$-1\r\n" + wrong, got(a));
    CPPUNIT_ASSERT_EQUAL(get("a"), got(t)); // as before
}

/// Nobody would hear whose it is then.
TEST(UsersTest, whoLeavesWhileSigningInTakesTheConnectionWithIt)
{
    users();
    TargetId t;
    const ClientId a = user("a", t);
    const ClientId b = asks(auth("b"));
    CPPUNIT_ASSERT_EQUAL(auth("b"), got(t));
    says(a, get("a"));
    exchange->clientLost(b, now);
    CPPUNIT_ASSERT(!world.has(t));
    CPPUNIT_ASSERT_EQUAL(auth("a"), got(opens()));
}

TEST(UsersTest, whatWasSaidBeforeIsSentAsTheEarlierUser)
{
    users();
    TargetId t;
    const ClientId a = user("a", t);
    says(a, get("1") + auth("b") + get("2"));
    CPPUNIT_ASSERT_EQUAL(get("1"), got(t));
    answers(t, "$-1\r\n");
    CPPUNIT_ASSERT_EQUAL(auth("b"), got(t));
    answers(t, ok);
    CPPUNIT_ASSERT_EQUAL(get("2"), got(t));
}

TEST(UsersTest, theSameUserSharesItsConnection)
{
    users();
    TargetId t;
    const ClientId a = user("a", t);
    const ClientId b = user("a", t); // the password is asked of the target all the same
    says(a, get("a"));
    says(b, get("b"));
    CPPUNIT_ASSERT_EQUAL(get("a") + get("b"), got(t));
}

TEST(UsersTest, anotherPasswordIsAnotherUser)
{
    users();
    TargetId t;
    const ClientId a = user("a", t);
    const ClientId b = asks(command({"AUTH", "a", "new"}));
    got(t);
    answers(t, ok);
    says(a, get("a"));
    CPPUNIT_ASSERT_EQUAL(auth("a"), got(t));
    says(b, get("b"));
    answers(t, wrong); // the old one is no longer right
    CPPUNIT_ASSERT_EQUAL(get("b"), got(t));
}

TEST(UsersTest, eachUserKeepsToItsConnections)
{
    users(2);
    TargetId first;
    const ClientId a = user("a", first);
    says(a, get("a"));
    CPPUNIT_ASSERT_EQUAL(get("a"), got(first));
    const ClientId b = asks(auth("b"));
    const TargetId second = opens();
    CPPUNIT_ASSERT_EQUAL(auth("b"), got(second));
    answers(second, ok);
    says(a, get("c"));
    CPPUNIT_ASSERT_EQUAL(get("c"), got(first));
    says(b, get("b"));
    CPPUNIT_ASSERT_EQUAL(get("b"), got(second));
    says(b, get("d"));
    CPPUNIT_ASSERT_EQUAL(get("d"), got(second)); // it has room
    answers(first, "$-1\r\n$-1\r\n");
    says(b, get("e"));
    CPPUNIT_ASSERT_EQUAL(get("e"), got(second));
    passes(Duration::milliseconds(100)); // pool.switch_delay
    const ClientId other = user("b", first);
    says(other, get("f"));
    CPPUNIT_ASSERT_EQUAL(get("f"), got(first));
}

TEST(UsersTest, aUserWithoutAConnectionHasOneAsSoonAsItIsAtRest)
{
    users();
    TargetId t;
    const ClientId a = user("a", t);
    const ClientId b = user("b", t);
    says(b, get("1"));
    CPPUNIT_ASSERT_EQUAL(get("1"), got(t));
    says(a, get("2"));
    says(b, get("3"));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    answers(t, "$-1\r\n");
    CPPUNIT_ASSERT_EQUAL(auth("a"), got(t));
}

TEST(UsersTest, helloSignsInAndChangesTheDialect)
{
    users();
    const std::string map = "%1\r\n$5\r\nproto\r\n:3\r\n";
    const std::string hello = command({"HELLO", "3", "AUTH", "a", "secret of a"});
    const ClientId a = asks(command({"HELLO", "3", "AUTH", "a", "secret of a", "SETNAME", "x"}) + get("a"));
    const TargetId t = opens();
    const std::string sent = got(t);
    CPPUNIT_ASSERT_EQUAL(hello, sent.substr(0, hello.size()));
    answers(t, map + sent.substr(sent.rfind('$')));
    CPPUNIT_ASSERT_EQUAL(map, got(a));
    CPPUNIT_ASSERT_EQUAL(get("a"), got(t));
    answers(t, "_\r\n");
    const ClientId b = asks(command({"HELLO", "3", "AUTH", "b", "secret of b"}));
    CPPUNIT_ASSERT_EQUAL(command({"HELLO", "3", "AUTH", "b", "secret of b"}), got(t));
    answers(t, map);
    says(a, get("c"));
    CPPUNIT_ASSERT_EQUAL(auth("a"), got(t));
    says(b, get("d"));
    answers(t, ok);
    CPPUNIT_ASSERT_EQUAL(get("c"), got(t));
}

TEST(UsersTest, whatIsNeitherAnErrorNorProvenLeavesNoConnection)
{
    users();
    const ClientId a = asks(command({"HELLO", "3", "AUTH", "a", "secret of a"}));
    const TargetId t = opens();
    const std::string sent = got(t);
    answers(t, "+OK\r\n" + sent.substr(sent.rfind('$')));
    CPPUNIT_ASSERT_EQUAL(ok, got(a));
    assertClosed(t, CloseReason::spent, How::abort);
}

RULE(UsersTest, inATransactionNobodySignsIn, signInAnywhere)
{
    users(2, 8, 1);
    TargetId t;
    const ClientId a = user("a", t);
    says(a, command({"MULTI"}));
    CPPUNIT_ASSERT_EQUAL(command({"MULTI"}), got(t));
    answers(t, ok);
    got(a);
    says(a, auth("b"));
    CPPUNIT_ASSERT(got(t).find("AUTH") == std::string::npos);
}

TEST(UsersTest, resetSignsOut)
{
    users();
    TargetId t;
    const ClientId a = user("a", t);
    says(a, command({"RESET"}) + get("a"));
    CPPUNIT_ASSERT_EQUAL(std::string("+RESET\r\n-NOAUTH Authentication required.\r\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
}

TEST(UsersTest, tooManyWrongPasswordsEndTheClient)
{
    users();
    const ClientId a = asks(auth("a"));
    const TargetId t = opens();
    for (int i = 0; i < 3; ++i)
    {
        got(t);
        answers(t, wrong);
        CPPUNIT_ASSERT_EQUAL(wrong, got(a));
        says(a, auth("a"));
    }
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    passes(Duration::seconds(1)); // local.failed_auth_delay
    CPPUNIT_ASSERT(!world.has(a) || got(a).find("too many wrong passwords") != std::string::npos);
}

} // namespace proximux
