#include "support/DiameterMessages.h"
#include "support/Test.h"

#include <proximux/exchange/CheckTalk.h>
#include <proximux/protocol/Registry.h>
#include <proximux/protocol/resp/Resp.h>

namespace proximux
{

class CheckTalkTest : public CppUnit::TestCase
{
protected:
    using State = CheckTalk::State;

    static CheckPlan planFor(const std::string& protocol, const Framing& framing = {})
    {
        CheckPlan plan;
        plan.protocol = findProtocol(protocol)->make(framing);
        plan.request = CheckPlan::requestOf(*plan.protocol, plan.protocol->probe(1));
        return plan;
    }

    /// A request of the configuration.
    static CheckPlan planOf(const std::string& request, const std::string& expects)
    {
        CheckPlan plan;
        plan.request.bytes = request;
        plan.expects = expects;
        return plan;
    }

    static void assertFails(CheckTalk& talk, State state, const std::string& why)
    {
        CPPUNIT_ASSERT(state == State::failed);
        CPPUNIT_ASSERT_EQUAL(why, std::string(talk.why()));
    }

    const std::string _ping = resp::encodeCommand({"PING"});
    CheckPlan _plan = planFor("resp");
};

TEST(CheckTalkTest, asksAndIsAnswered)
{
    CheckTalk talk(_plan);
    CPPUNIT_ASSERT(talk.begin() == State::goesOn);
    CPPUNIT_ASSERT_EQUAL(_ping, talk.takeOutput());
    CPPUNIT_ASSERT(talk.received("+PO") == State::goesOn);
    CPPUNIT_ASSERT_EQUAL(std::string(), talk.takeOutput());
    CPPUNIT_ASSERT(talk.received("NG\r\n") == State::passed);
}

TEST(CheckTalkTest, anotherAnswerFails)
{
    CheckTalk talk(_plan);
    talk.begin();
    assertFails(talk, talk.received("-NOAUTH Authentication required.\r\n"), "an unexpected response");
}

TEST(CheckTalkTest, aRefusalIsAnAnswerWhereClientsSignInThemselves)
{
    _plan.isSignedIn = false;
    CheckTalk talk(_plan);
    talk.begin();
    CPPUNIT_ASSERT(talk.received("-NOAUTH Authentication required.\r\n") == State::passed);
}

TEST(CheckTalkTest, whatIsNoResponseFails)
{
    CheckTalk talk(_plan);
    talk.begin();
    assertFails(talk, talk.received("SSH-2.0-OpenSSH\r\n"), "an invalid response");
}

TEST(CheckTalkTest, anEndBeforeTheResponseFails)
{
    CheckTalk talk(_plan);
    talk.begin();
    talk.received("+PO");
    assertFails(talk, talk.ended(), "the target closed the connection");
}

TEST(CheckTalkTest, aResponseThatIsAwaitedBeginsSo)
{
    _plan.expects = "+PONG";
    CheckTalk talk(_plan);
    talk.begin();
    CPPUNIT_ASSERT(talk.received("+PONG\r") == State::goesOn); // its end is known, and waited for
    CPPUNIT_ASSERT(talk.received("\n") == State::passed);
    CheckTalk other(_plan);
    other.begin();
    assertFails(other, other.received("+PUNG\r\n"), "an unexpected response");
}

TEST(CheckTalkTest, withoutAProtocolTheBeginningIsEnough)
{
    _plan = planOf("EHLO x\r\n", "220 ");
    CheckTalk talk(_plan);
    CPPUNIT_ASSERT(talk.begin() == State::goesOn);
    CPPUNIT_ASSERT_EQUAL(std::string("EHLO x\r\n"), talk.takeOutput());
    CPPUNIT_ASSERT(talk.received("22") == State::goesOn);
    CPPUNIT_ASSERT(talk.received("0 mail") == State::passed);
    CheckTalk other(_plan);
    other.begin();
    assertFails(other, other.received("25"), "an unexpected response");
    CheckTalk gone(_plan);
    gone.begin();
    gone.received("220");
    assertFails(gone, gone.ended(), "the target closed the connection");
}

TEST(CheckTalkTest, aTargetMaySpeakFirst)
{
    CheckTalk talk(_plan = planOf("", "220 "));
    CPPUNIT_ASSERT(talk.begin() == State::goesOn);
    CPPUNIT_ASSERT_EQUAL(std::string(), talk.takeOutput());
    CPPUNIT_ASSERT(talk.received("220 mail\r\n") == State::passed);
    _plan = planOf("", "220 ");
    _plan.prologue = {"HELLO\n", "OK\n", false};
    CheckTalk behind(_plan);
    behind.begin();
    CPPUNIT_ASSERT(behind.received("OK\n220 mail\r\n") == State::passed);
}

TEST(CheckTalkTest, whereNothingIsExpectedAnyResponseWillDo)
{
    CheckTalk talk(_plan = planOf("a\n", ""));
    talk.begin();
    CPPUNIT_ASSERT(talk.received("?") == State::passed);
    _plan = planFor("resp");
    _plan.expects = "";
    CheckTalk framed(_plan);
    framed.begin();
    CPPUNIT_ASSERT(framed.received("-ERR\r\n") == State::passed);
}

TEST(CheckTalkTest, theRequestComesBehindTheReplyToThePrologue)
{
    _plan.prologue.says = "AUTH x\r\n";
    _plan.prologue.expects = "+OK\r\n";
    CheckTalk talk(_plan);
    CPPUNIT_ASSERT(talk.begin() == State::goesOn);
    CPPUNIT_ASSERT_EQUAL(std::string("AUTH x\r\n"), talk.takeOutput());
    CPPUNIT_ASSERT(talk.received("+O") == State::goesOn);
    CPPUNIT_ASSERT_EQUAL(std::string(), talk.takeOutput());
    CPPUNIT_ASSERT(talk.received("K\r\n") == State::goesOn);
    CPPUNIT_ASSERT_EQUAL(_ping, talk.takeOutput());
    CPPUNIT_ASSERT(talk.received("+PONG\r\n") == State::passed);
}

TEST(CheckTalkTest, anotherReplyToThePrologueFails)
{
    _plan.prologue.expects = "+OK\r\n";
    CheckTalk talk(_plan);
    talk.begin();
    assertFails(talk, talk.received("-"), "an unexpected reply to the prologue");
}

TEST(CheckTalkTest, whatComesBeforeTheRequestFails)
{
    _plan.prologue.expects = "+OK\r\n";
    CheckTalk talk(_plan);
    talk.begin();
    assertFails(talk, talk.received("+OK\r\n+PONG\r\n"), "the target sent data before the request");
}

TEST(CheckTalkTest, aLoginIsJudged)
{
    using namespace diameter_messages;
    _plan = planFor("diameter", framing());
    const Login login = _plan.protocol->login({});
    _plan.prologue = {login.says, login.expects, login.isJudged};
    const auto answer = [&login](unsigned code)
    {
        const auto idAt = [&login](std::size_t at)
        { return static_cast<unsigned>(readNumber(Bytes(login.says).substr(at, 4))); };
        return message(0, CAPABILITIES, idAt(12), idAt(16), result(code) + origin("t.test", "test"));
    };
    CheckTalk refused(_plan);
    refused.begin();
    CPPUNIT_ASSERT_EQUAL(login.says, refused.takeOutput());
    assertFails(refused, refused.received(answer(5010)), "the login was refused");
    CheckTalk talk(_plan);
    talk.begin();
    talk.takeOutput();
    CPPUNIT_ASSERT(talk.received(answer(2001).substr(0, 30)) == State::goesOn);
    CPPUNIT_ASSERT_EQUAL(std::string(), talk.takeOutput());
    CPPUNIT_ASSERT(talk.received(answer(2001).substr(30)) == State::goesOn);
    CPPUNIT_ASSERT_EQUAL(_plan.request.bytes, talk.takeOutput());
}

TEST(CheckTalkTest, anInterimResponseIsNotTheAnswer)
{
    _plan = planFor("http");
    CheckTalk talk(_plan);
    talk.begin();
    CPPUNIT_ASSERT(talk.received("HTTP/1.1 100 Continue\r\n\r\n") == State::goesOn);
    CPPUNIT_ASSERT(talk.received("HTTP/1.1 204 No Content\r\n\r\n") == State::passed);
}

TEST(CheckTalkTest, aResponseThatLastsUntilTheEndIsWholeThen)
{
    _plan = planFor("http");
    CheckTalk talk(_plan);
    talk.begin();
    CPPUNIT_ASSERT(talk.received("HTTP/1.1 405 No\r\n\r\nsorry") == State::goesOn);
    CPPUNIT_ASSERT(talk.ended() == State::passed);
}

TEST(CheckTalkTest, onlyThatFixesADialectWhichCannotBeChanged)
{
    CPPUNIT_ASSERT(planFor("memcached").request.needsDialect);
    CPPUNIT_ASSERT(!planFor("resp").request.needsDialect);
    CPPUNIT_ASSERT(!planFor("modbus").request.needsDialect);
}

} // namespace proximux
