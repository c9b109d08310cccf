#include "support/ProtocolCheck.h"
#include "support/Test.h"

#include <proximux/protocol/resp/Resp.h>

namespace proximux
{

/// RESP: what a client's connection remembers, and when others may have it.
class RespStatesTest : public CppUnit::TestCase
{
protected:
    using Kind = Notice::Kind;

    static std::string command(std::initializer_list<std::string_view> words) { return resp::encodeCommand(words); }

    static ConversationSettings tying()
    {
        ConversationSettings settings;
        settings.pins = true;
        settings.unknown = UnknownCommands::tie;
        return settings;
    }

    /// What a server tells of a subscription; how many there are then.
    static std::string told(const std::string& name, const std::string& channel, int count)
    {
        const std::string what = channel.empty() ? "$-1\r\n" : "$1\r\n" + channel + "\r\n";
        return "*3\r\n$" + std::to_string(name.size()) + "\r\n" + name + "\r\n" + what + ":" + std::to_string(count) +
               "\r\n";
    }

    [[nodiscard]] Notice notice(const std::string& message) const { return _check.response(message).notice; }

    ProtocolCheck _check{"resp"};
};

TEST(RespStatesTest, knowsWhatAMessageIsToASubscriber)
{
    const Notice one = notice(told("unsubscribe", "c", 1));
    CPPUNIT_ASSERT(one.kind == Kind::ended && one.of == 'c' && one.count == 1 && !one.nameless);
    const Notice last = notice(told("punsubscribe", "", 0));
    CPPUNIT_ASSERT(last.kind == Kind::ended && last.of == 'p' && last.count == 0 && last.nameless);
    CPPUNIT_ASSERT_EQUAL('s', notice(told("sunsubscribe", "c", 0)).of);
    CPPUNIT_ASSERT(notice(told("psubscribe", "c", 2)).kind == Kind::begun);
    CPPUNIT_ASSERT(notice(">3\r\n$11\r\nunsubscribe\r\n_\r\n:0\r\n").nameless);
    for (const char* published :
         {"*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$5\r\nhello\r\n",
          "*4\r\n$8\r\npmessage\r\n$1\r\n*\r\n$1\r\na\r\n$0\r\n\r\n", "*3\r\n$8\r\nsmessage\r\n$1\r\na\r\n$-1\r\n",
          "*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n*1\r\n$1\r\na\r\n"})
        CPPUNIT_ASSERT_MESSAGE(published, notice(published).kind == Kind::published);
    for (const char* answer :
         {"+unsubscribe\r\n", "*2\r\n$11\r\nunsubscribe\r\n:0\r\n", "$11\r\nunsubscribe\r\n",
          "*3\r\n$12\r\nunsubscribed\r\n$1\r\na\r\n:0\r\n", "*3\r\n$11\r\nunsubscribe\r\n*1\r\n$1\r\na\r\n:0\r\n",
          "*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n$1\r\n0\r\n", "*3\r\n*1\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n",
          "*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:-1\r\n", "*-1\r\n", "*0\r\n",
          "*4\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nb\r\n:0\r\n", "*1\r\n*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n"})
        CPPUNIT_ASSERT_MESSAGE(answer, notice(answer).kind == Kind::answer);
    CPPUNIT_ASSERT(notice("-ERR message\r\n").kind == Kind::error);
}

TEST(RespStatesTest, countsEachReplyToASubscriber)
{
    const std::string a1 = told("subscribe", "a", 1);
    const std::string pong = "*2\r\n$4\r\npong\r\n$0\r\n\r\n";
    const std::string no = "-NOPERM no\r\n";
    struct Case
    {
        std::vector<std::string> asked;
        std::vector<std::string> told;
    };
    const Case cases[] = {
        // the last of them ends it
        {{"SUBSCRIBE a"}, {no}},
        {{"SUBSCRIBE a", "UNSUBSCRIBE"}, {a1, told("unsubscribe", "a", 0)}},
        {{"SUBSCRIBE a b", "UNSUBSCRIBE"},
         {a1, told("subscribe", "b", 2), told("unsubscribe", "b", 1), told("unsubscribe", "a", 0)}},
        {{"SUBSCRIBE a", "SUBSCRIBE a", "unsubscribe a x"},
         {a1, a1, told("unsubscribe", "a", 0), told("unsubscribe", "x", 0)}},
        {{"SUBSCRIBE a", "UNSUBSCRIBE", "PUNSUBSCRIBE"},
         {a1, told("unsubscribe", "a", 0), told("punsubscribe", "", 0)}},
        {{"SUBSCRIBE a", "UNSUBSCRIBE", "UNSUBSCRIBE"}, {a1, told("unsubscribe", "a", 0), told("unsubscribe", "", 0)}},
        {{"SUBSCRIBE a", "PSUBSCRIBE p", "UNSUBSCRIBE", "PUNSUBSCRIBE"},
         {a1, told("psubscribe", "p", 2), told("unsubscribe", "a", 1), told("punsubscribe", "p", 0)}},
        {{"SUBSCRIBE a", "UNSUBSCRIBE", "PING", "PING x y"}, {a1, told("unsubscribe", "a", 0), "+PONG\r\n", no}},
        {{"SUBSCRIBE a", "PING", "UNSUBSCRIBE"},
         {a1, "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n", pong, told("unsubscribe", "a", 0)}},
        {{"SUBSCRIBE a", "SUBSCRIBE", "UNSUBSCRIBE"}, {a1, no, told("unsubscribe", "a", 0)}},
        {{"SUBSCRIBE a", "UNSUBSCRIBE", "SUBSCRIBE a", "UNSUBSCRIBE b", "UNSUBSCRIBE"},
         {a1, told("unsubscribe", "a", 0), a1, told("unsubscribe", "b", 1), told("unsubscribe", "a", 0)}},
    };
    for (const Case& each : cases)
    {
        const auto talk = _check.talk(tying());
        for (const std::string& line : each.asked)
        {
            const RequestTraits traits = ProtocolCheck::ask(*talk, line + "\r\n");
            CPPUNIT_ASSERT(traits.pushes && !traits.answered && traits.pins == pins::SUBSCRIPTION);
        }
        for (std::size_t i = 0; i < each.told.size(); ++i)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(each.asked.back() + " behind " + std::to_string(i), i + 1 == each.told.size(),
                                         talk->pushEnded(notice(each.told[i])));
        CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, command({"GET", "a"})).answered);
    }
}

/// Its reply could be anything: a client can choose that of EVAL.
TEST(RespStatesTest, keepsAConnectionOnWhichSomethingElseWasAsked)
{
    for (const std::string line :
         {"EVAL x 0", "GET a", "SSUBSCRIBE s", "SUNSUBSCRIBE", "MULTI", "SELECT 5", "CLIENT ID", "FOO", "HELLO 3"})
        for (const bool before : {false, true})
        {
            const auto talk = _check.talk(tying());
            ProtocolCheck::ask(*talk, "SUBSCRIBE a\r\n");
            talk->pushEnded(notice(told("subscribe", "a", 1)));
            if (before)
                ProtocolCheck::ask(*talk, line + "\r\n");
            ProtocolCheck::ask(*talk, "UNSUBSCRIBE a\r\n");
            if (!before)
                ProtocolCheck::ask(*talk, line + "\r\n");
            for (int i = 0; i < 3; ++i)
                CPPUNIT_ASSERT_MESSAGE(line, !talk->pushEnded(notice(told("unsubscribe", "a", 0))));
            CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, "GET a\r\n").pushes);
        }
    const auto monitor = _check.talk(tying());
    CPPUNIT_ASSERT_EQUAL(pins::SESSION, ProtocolCheck::ask(*monitor, "MONITOR\r\n").pins);
    CPPUNIT_ASSERT(!monitor->pushEnded(notice("+OK\r\n")));
}

/// What is no reply has a form of its own there, which no reply can have.
TEST(RespStatesTest, countsRepliesAmongPushes)
{
    const std::string a1 = ">3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n";
    const std::string a0 = ">3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n";
    const std::string hi = ">3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n";
    const std::string gone = ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n";
    const std::string forged = told("unsubscribe", "a", 0);
    struct Case
    {
        std::vector<std::string> asked;
        std::vector<std::string> told;
    };
    const Case cases[] = {
        // the last of them ends it
        {{"SUBSCRIBE a", "GET x", "UNSUBSCRIBE a"}, {a1, "_\r\n", a0}},
        {{"SUBSCRIBE a", "UNSUBSCRIBE a", "EVAL x 0"}, {a1, hi, a0, forged}},
        {{"SUBSCRIBE a", "UNSUBSCRIBE", "PING"}, {a1, a0, "+PONG\r\n"}},
        {{"CLIENT TRACKING ON", "GET k", "CLIENT TRACKING OFF"}, {"+OK\r\n", "$1\r\nv\r\n", gone, "+OK\r\n"}},
        {{"CLIENT TRACKING ON OPTIN", "CLIENT CACHING yes", "CLIENT TRACKING off"}, {"+OK\r\n", "+OK\r\n", "+OK\r\n"}},
        {{"CLIENT TRACKING ON BROADCAST"}, {"-ERR syntax error\r\n"}},
    };
    for (const Case& each : cases)
    {
        const auto talk = _check.talk(tying());
        talk->switched(2);
        for (const std::string& line : each.asked)
            CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, line + "\r\n").pushes);
        for (std::size_t i = 0; i < each.told.size(); ++i)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(each.asked.front() + " behind " + std::to_string(i), i + 1 == each.told.size(),
                                         talk->pushEnded(notice(each.told[i])));
        CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, "GET a\r\n").answered);
    }
    for (const std::string line :
         {"MULTI", "SELECT 5", "CLIENT REPLY OFF", "CLIENT NO-EVICT ON", "HELLO 2", "FOO", "SSUBSCRIBE s", "MONITOR"})
    {
        const auto talk = _check.talk(tying());
        talk->switched(2);
        ProtocolCheck::ask(*talk, "SUBSCRIBE a\r\n");
        ProtocolCheck::ask(*talk, line + "\r\n");
        ProtocolCheck::ask(*talk, "UNSUBSCRIBE a\r\n");
        for (const std::string& message : {a1, std::string("+OK\r\n"), a0, a0})
            CPPUNIT_ASSERT_MESSAGE(line, !talk->pushEnded(notice(message)));
    }
}

TEST(RespStatesTest, keepsASubscriptionThatIsNotAnsweredAsItShouldBe)
{
    for (const std::string& wrong :
         {told("subscribe", "a", 2), told("psubscribe", "a", 1), told("unsubscribe", "a", 0), std::string("+OK\r\n")})
    {
        const auto talk = _check.talk(tying());
        ProtocolCheck::ask(*talk, "SUBSCRIBE a\r\n");
        ProtocolCheck::ask(*talk, "UNSUBSCRIBE a\r\n");
        CPPUNIT_ASSERT(!talk->pushEnded(notice(wrong)));
        CPPUNIT_ASSERT(!talk->pushEnded(notice(told("subscribe", "a", 1))));
        CPPUNIT_ASSERT(!talk->pushEnded(notice(told("unsubscribe", "a", 0))));
    }
}

TEST(RespStatesTest, queuesWithinATransaction)
{
    struct Case
    {
        const char* line;
        unsigned pins;
    };
    for (const Case each : {Case{"CLIENT ID", 0},
                            {"CLIENT NO-EVICT on", pins::SESSION},
                            {"READONLY", pins::SESSION},
                            {"CLIENT SETNAME x", pins::SESSION},
                            {"FOO", pins::UNKNOWN},
                            {"JSON.GET a", 0},
                            {"BLPOP a 0", 0},
                            {"WATCH a", 0},
                            {"MULTI", 0},
                            {"DISCARD x", 0}})
    {
        const auto talk = _check.talk(tying());
        ProtocolCheck::ask(*talk, "MULTI\r\n");
        const RequestTraits traits = ProtocolCheck::ask(*talk, std::string(each.line) + "\r\n");
        CPPUNIT_ASSERT_MESSAGE(each.line, !traits.local && traits.answered && traits.edits.empty());
        CPPUNIT_ASSERT_EQUAL_MESSAGE(each.line, pins::TRANSACTION | each.pins, traits.pins);
        const RequestTraits exec = ProtocolCheck::ask(*talk, "EXEC\r\n");
        CPPUNIT_ASSERT(exec.answered && exec.frees == (pins::TRANSACTION | pins::WATCH));
    }
}

TEST(RespStatesTest, keepsAConnectionWhoseRepliesATransactionChanges)
{
    for (const char* line : {"SUBSCRIBE a", "UNSUBSCRIBE", "MONITOR", "HELLO 3", "AUTH x", "EXEC x"})
    {
        const auto talk = _check.talk(tying());
        ProtocolCheck::ask(*talk, "MULTI\r\n");
        const RequestTraits traits = ProtocolCheck::ask(*talk, std::string(line) + "\r\n");
        CPPUNIT_ASSERT_MESSAGE(line, traits.pushes && !traits.local && traits.pins == pins::SESSION);
        CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, "EXEC\r\n").pushes);
        CPPUNIT_ASSERT(!talk->pushEnded(notice(told("unsubscribe", "", 0))));
    }
}

/// The server refuses EXEC then.
TEST(RespStatesTest, doesNothingOfATransactionInWhichSomethingIsRefused)
{
    for (const char* line : {"CLIENT KILL ID 1", "CLIENT REPLY OFF", "CLIENT UNBLOCK 1", "SCRIPT DEBUG YES", "SYNC"})
    {
        const auto talk = _check.talk(tying());
        ProtocolCheck::ask(*talk, "MULTI\r\n");
        const std::string request = std::string(line) + "\r\n";
        const RequestTraits traits = ProtocolCheck::ask(*talk, request);
        CPPUNIT_ASSERT_MESSAGE(line, !traits.local && !traits.last);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, traits.edits.size());
        CPPUNIT_ASSERT_EQUAL(request.size(), traits.edits.front().remove);
        CPPUNIT_ASSERT_EQUAL(command({"proximux:refused"}), std::string(traits.edits.front().insert));
    }
}

TEST(RespStatesTest, nothingIsSaidBehindARefusalAmongPushes)
{
    ConversationSettings settings = tying();
    settings.password = "secret";
    for (const char* line : {"PSYNC", "CLIENT KILL ID 1", "CLIENT TRACKING ON redirect 5", "SCRIPT DEBUG YES",
                             "POST / HTTP/1.1", "AUTH secret", "HELLO 2 AUTH default secret"})
    {
        const auto talk = _check.talk(settings);
        ProtocolCheck::ask(*talk, "AUTH secret\r\n");
        ProtocolCheck::ask(*talk, "SUBSCRIBE a\r\n");
        const RequestTraits traits = ProtocolCheck::ask(*talk, std::string(line) + "\r\n");
        CPPUNIT_ASSERT_MESSAGE(line, traits.local && traits.last);
    }
}

TEST(RespStatesTest, multiWithArgumentsBeginsNothing)
{
    const auto talk = _check.talk(tying());
    CPPUNIT_ASSERT_EQUAL(0U, ProtocolCheck::ask(*talk, "MULTI x\r\n").pins);
    CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, "SUBSCRIBE a\r\n").pushes);
}

TEST(RespStatesTest, resetWithArgumentsResetsNothing)
{
    const auto talk = _check.talk(tying());
    const RequestTraits traits = ProtocolCheck::ask(*talk, "RESET x\r\n");
    CPPUNIT_ASSERT(traits.local && !traits.resets && traits.reply.front() == '-');
    ProtocolCheck::ask(*talk, "SUBSCRIBE a\r\n");
    CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, "RESET x\r\n").pushes);
    CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, "RESET\r\n").resets);
}

TEST(RespStatesTest, whatItDoesNotKnowMayLeaveAState)
{
    ConversationSettings closing = tying();
    closing.unknown = UnknownCommands::close;
    const auto closes = _check.talk(closing);
    ConversationSettings settings = tying();
    settings.unknown = UnknownCommands::tie;
    const auto talk = _check.talk(settings);
    for (const std::string name : {"FOO", "X", "geTT", ".x", "x.", "VERYLONGNAMEOFACOMMANDTHATISNOTTHERE", ""})
    {
        const RequestTraits traits = ProtocolCheck::ask(*talk, command({name, "x"}));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, pins::UNKNOWN, traits.pins);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, pins::UNKNOWN, traits.frees);
        const RequestTraits alone = ProtocolCheck::ask(*closes, command({name, "x"}));
        CPPUNIT_ASSERT_MESSAGE(name, alone.spends && alone.alone && alone.pins == 0);
    }
    for (const std::string name : {"get", "EVALSHA_RO", "GEORADIUSBYMEMBER_RO", "append", "zunionstore", "VSIM"})
    {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, 0U, ProtocolCheck::ask(*talk, command({name, "x"})).pins);
        CPPUNIT_ASSERT_MESSAGE(name, !ProtocolCheck::ask(*closes, command({name, "x"})).spends);
    }
    settings.unknown = UnknownCommands::pass;
    const RequestTraits passes = ProtocolCheck::ask(*_check.talk(settings), command({"FOO"}));
    CPPUNIT_ASSERT(passes.pins == 0 && !passes.spends);
}

TEST(RespStatesTest, passesTheCommandsOfModules)
{
    const auto talk = _check.talk(tying());
    for (const char* name : {"JSON.GET", "ft.search", "A.VERY.LONG.NAME.OF.A.COMMAND.OF.A.MODULE"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, 0U, ProtocolCheck::ask(*talk, command({name, "x"})).pins);
}

TEST(RespStatesTest, countsWrongPasswords)
{
    ConversationSettings settings = tying();
    settings.password = "secret";
    const auto talk = _check.talk(settings);
    for (const char* line : {"AUTH x", "HELLO 2 AUTH default y"})
    {
        const RequestTraits traits = ProtocolCheck::ask(*talk, std::string(line) + "\r\n");
        CPPUNIT_ASSERT(traits.delayed && !traits.last && traits.refusal == std::string("a wrong password"));
    }
    const RequestTraits right = ProtocolCheck::ask(*talk, "AUTH secret\r\n");
    CPPUNIT_ASSERT(!right.delayed && right.refusal == nullptr && right.reply == "+OK\r\n");
    const RequestTraits third = ProtocolCheck::ask(*talk, "AUTH bob secret\r\n");
    CPPUNIT_ASSERT(third.delayed && third.last);
}

TEST(RespStatesTest, saysWhyAHelloIsRefused)
{
    const auto talk = _check.talk(tying());
    for (const char* line : {"HELLO 4", "HELLO x", "HELLO 2 WHAT", "HELLO 2 AUTH a b"})
        CPPUNIT_ASSERT_MESSAGE(line, ProtocolCheck::ask(*talk, std::string(line) + "\r\n").refusal != nullptr);
    CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, "HELLO 2 SETNAME x\r\n").refusal == nullptr);
}

} // namespace proximux
