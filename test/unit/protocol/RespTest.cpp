#include "support/ProtocolCheck.h"
#include "support/Test.h"

#include <proximux/protocol/resp/Command.h>
#include <proximux/protocol/resp/Resp.h>

namespace proximux
{

class RespTest : public CppUnit::TestCase
{
protected:
    static std::string command(std::initializer_list<std::string_view> words) { return resp::encodeCommand(words); }

    static ConversationSettings tying()
    {
        ConversationSettings settings;
        settings.pins = true;
        return settings;
    }

    static std::string reply(Conversation& conversation, std::initializer_list<std::string_view> words)
    {
        const RequestTraits traits = ProtocolCheck::ask(conversation, command(words));
        return traits.local ? traits.reply : "passes";
    }

    ProtocolCheck _check{"resp"};
};

TEST(RespTest, eachKnownCommandIsFoundInEitherCase)
{
    const auto entryOf = [](std::string_view name) { return resp::entryOf(command({name, "x"})); };
    for (const resp::Entry& known : resp::knownCommands())
    {
        const std::string name(known.name);
        std::string low = name;
        for (char& c : low)
            c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, name, std::string(entryOf(name).name));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, name, std::string(entryOf(low).name));
        CPPUNIT_ASSERT_MESSAGE(name, entryOf(name + "_").name.empty());
    }
}

TEST(RespTest, answersWhatIsOfTheConnection)
{
    const auto talk = _check.talk(tying());
    CPPUNIT_ASSERT_EQUAL(std::string("+OK\r\n"), reply(*talk, {"select", "0"}));
    CPPUNIT_ASSERT_EQUAL(std::string("+OK\r\n"), reply(*talk, {"CLIENT", "setname", "me"}));
    CPPUNIT_ASSERT_EQUAL(std::string("$2\r\nme\r\n"), reply(*talk, {"CLIENT", "GETNAME"}));
    for (const std::string& name : {std::string("a b"), std::string("a\n"), std::string(1025, 'a')})
    {
        CPPUNIT_ASSERT_EQUAL('-', reply(*talk, {"CLIENT", "SETNAME", name}).front());
        CPPUNIT_ASSERT_EQUAL('-', reply(*talk, {"HELLO", "2", "SETNAME", name}).front());
    }
    CPPUNIT_ASSERT_EQUAL(std::string("$2\r\nme\r\n"), reply(*talk, {"CLIENT", "GETNAME"}));
    CPPUNIT_ASSERT_EQUAL(std::string("passes"), reply(*talk, {"HELLO", "2", "SETNAME", "you"}));
    CPPUNIT_ASSERT_EQUAL(std::string("$3\r\nyou\r\n"), reply(*talk, {"CLIENT", "GETNAME"}));
    CPPUNIT_ASSERT_EQUAL(std::string("+OK\r\n"), reply(*talk, {"CLIENT", "SETINFO", "LIB-NAME", "x"}));
    CPPUNIT_ASSERT_EQUAL(std::string("-NOPROTO unsupported protocol version\r\n"), reply(*talk, {"HELLO", "4"}));
    CPPUNIT_ASSERT_EQUAL(std::string("passes"), reply(*talk, {"HELLO"}));
    CPPUNIT_ASSERT_EQUAL(std::string("+RESET\r\n"), reply(*talk, {"RESET"}));
    CPPUNIT_ASSERT_EQUAL(std::string("$-1\r\n"), reply(*talk, {"CLIENT", "GETNAME"}));
    CPPUNIT_ASSERT_EQUAL(std::string("*3\r\n$11\r\nunsubscribe\r\n$1\r\nc\r\n:0\r\n"),
                         reply(*talk, {"UNSUBSCRIBE", "c"}));
    CPPUNIT_ASSERT_EQUAL(std::string("-ERR proximux: replication is not supported through the proxy\r\n"),
                         reply(*talk, {"PSYNC"}));
    CPPUNIT_ASSERT_EQUAL(std::string("passes"), reply(*talk, {"GET", "a"}));
    CPPUNIT_ASSERT_EQUAL(std::string("passes"), reply(*talk, {"CLIENT", "PAUSE", "0"}));
    const RequestTraits quit = ProtocolCheck::ask(*talk, command({"QUIT"}));
    CPPUNIT_ASSERT(quit.local && quit.last && quit.reply == "+OK\r\n");
    const RequestTraits empty = ProtocolCheck::ask(*talk, "*0\r\n");
    CPPUNIT_ASSERT(empty.local && empty.reply.empty());
}

TEST(RespTest, wantsThePasswordFirst)
{
    ConversationSettings settings = tying();
    settings.password = "secret";
    const auto talk = _check.talk(settings);
    const std::string no = "-NOAUTH Authentication required.\r\n";
    CPPUNIT_ASSERT_EQUAL(no, reply(*talk, {"GET", "a"}));
    CPPUNIT_ASSERT_EQUAL(no, reply(*talk, {"MULTI"}));
    for (const char* wrong : {"", "secre", "secrets", "SECRET"})
        CPPUNIT_ASSERT_EQUAL(std::string("-WRONGPASS"), reply(*talk, {"AUTH", wrong}).substr(0, 10));
    CPPUNIT_ASSERT_EQUAL(std::string("-WRONGPASS"), reply(*talk, {"AUTH", "bob", "secret"}).substr(0, 10));
    CPPUNIT_ASSERT_EQUAL(no, reply(*talk, {"GET", "a"}));
    CPPUNIT_ASSERT_EQUAL(std::string("+OK\r\n"), reply(*talk, {"AUTH", "default", "secret"}));
    CPPUNIT_ASSERT_EQUAL(std::string("passes"), reply(*talk, {"GET", "a"}));
    reply(*talk, {"RESET"});
    CPPUNIT_ASSERT_EQUAL(no, reply(*talk, {"GET", "a"}));
    CPPUNIT_ASSERT_EQUAL(std::string("passes"),
                         reply(*talk, {"HELLO", "2", "AUTH", "default", "secret", "SETNAME", "x"}));
    CPPUNIT_ASSERT_EQUAL(std::string("passes"), reply(*talk, {"GET", "a"}));
}

TEST(RespTest, knowsWhatBlocks)
{
    struct Case
    {
        std::initializer_list<std::string_view> words;
        bool blocks;
    };
    const Case cases[] = {
        {{"XREAD", "STREAMS", "block", "0"}, false},
        {{"XREAD", "COUNT", "1", "STREAMS", "block", "0"}, false},
        {{"XREADGROUP", "GROUP", "block", "streams", "streams", "s", ">"}, false},
        {{"XREADGROUP", "GROUP", "streams", "c", "BLOCK", "0", "STREAMS", "s", ">"}, true},
        {{"XREADGROUP", "group", "g", "c", "noack", "block", "0", "streams", "s", ">"}, true},
        {{"XREAD", "COUNT", "1", "COUNT", "1", "COUNT", "1", "COUNT", "1", "COUNT",   "1", "COUNT",
          "1",     "COUNT", "1", "COUNT", "1", "COUNT", "1", "BLOCK", "0", "STREAMS", "s", "$"},
         true},
        {{"XREAD"}, false},
        {{"WAIT", "0", "0"}, true},
        {{"waitaof", "0", "0", "0"}, true},
        {{"BZMPOP", "0", "1", "z", "MIN"}, true},
        {{"BLMPOP", "0", "1", "l", "LEFT"}, true},
    };
    const auto talk = _check.talk(tying());
    for (const Case& each : cases)
    {
        const RequestTraits traits = ProtocolCheck::ask(*talk, resp::encodeCommand(each.words));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(resp::encodeCommand(each.words), each.blocks, traits.blocking);
        CPPUNIT_ASSERT_EQUAL(each.blocks ? pins::BLOCKING : 0U, traits.pins);
    }
    std::string many = "*66\r\n$5\r\nXREAD\r\n";
    for (int i = 0; i < 65; ++i)
        many += "$5\r\nNOACK\r\n";
    CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, many).blocking);
}

TEST(RespTest, refusesWhatPassesNowhere)
{
    const auto talk = _check.talk(tying());
    CPPUNIT_ASSERT_EQUAL(std::string("-ERR proximux: SCRIPT DEBUG is not supported through the proxy\r\n"),
                         reply(*talk, {"script", "debug", "yes"}));
    CPPUNIT_ASSERT_EQUAL(std::string("passes"), reply(*talk, {"SCRIPT", "LOAD", "return 1"}));
    for (const char* line : {"POST / HTTP/1.1\r\n", "Host: x\r\n"})
    {
        const RequestTraits http = ProtocolCheck::ask(*talk, line);
        CPPUNIT_ASSERT(http.local && http.last && http.reply == "-ERR proximux: HTTP instead of a RESP command\r\n");
    }
}

TEST(RespTest, aClientSeesTheDatabaseThatItAskedFor)
{
    const auto talk = _check.talk(tying());
    const auto shows = [&talk](const std::string& database)
    {
        const std::string own = reply(*talk, {"CLIENT", "INFO"});
        CPPUNIT_ASSERT_MESSAGE(own, own.find(" db=" + database + " ") != std::string::npos);
    };
    shows("0");
    ProtocolCheck::ask(*talk, command({"SELECT", "2"}));
    shows("2");
    ProtocolCheck::ask(*talk, command({"SELECT", "two"}));
    shows("2");
    ProtocolCheck::ask(*talk, command({"SELECT", "0"}));
    shows("0");
}

/// On a connection that it shares, a client sees itself and nobody else.
TEST(RespTest, aClientSeesItself)
{
    const auto talk = _check.talk(tying());
    talk->begin(7, "192.0.2.1");
    CPPUNIT_ASSERT_EQUAL(std::string(":7\r\n"), reply(*talk, {"CLIENT", "ID"}));
    reply(*talk, {"CLIENT", "SETNAME", "me"});
    CPPUNIT_ASSERT_EQUAL(std::string("+OK\r\n"), reply(*talk, {"CLIENT", "SETINFO", "lib-ver", "1.2"}));
    const std::string own = reply(*talk, {"CLIENT", "INFO"});
    for (const char* field :
         {"id=7 ", " addr=192.0.2.1:0 ", " name=me ", " resp=2 ", " lib-name= lib-ver=1.2\n", " db=0 "})
        CPPUNIT_ASSERT_MESSAGE(own, own.find(field) != std::string::npos);
    CPPUNIT_ASSERT_EQUAL('$', own.front());
    CPPUNIT_ASSERT_EQUAL(own, reply(*talk, {"CLIENT", "LIST"}));
    CPPUNIT_ASSERT_EQUAL(own, reply(*talk, {"CLIENT", "LIST", "TYPE", "normal"}));
    CPPUNIT_ASSERT_EQUAL(own, reply(*talk, {"CLIENT", "LIST", "ID", "5", "7"}));
    CPPUNIT_ASSERT_EQUAL(std::string("$0\r\n\r\n"), reply(*talk, {"CLIENT", "LIST", "ID", "5"}));
    CPPUNIT_ASSERT_EQUAL(std::string("$0\r\n\r\n"), reply(*talk, {"CLIENT", "LIST", "TYPE", "pubsub"}));
    CPPUNIT_ASSERT_EQUAL(std::string("-ERR syntax error\r\n"), reply(*talk, {"CLIENT", "LIST", "x"}));
    for (const char* value : {"a b", "a\n", ""})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(value, *value == '\0' ? '+' : '-',
                                     reply(*talk, {"CLIENT", "SETINFO", "LIB-NAME", value}).front());
    CPPUNIT_ASSERT_EQUAL('-', reply(*talk, {"CLIENT", "SETINFO", "LIB", "x"}).front());
    talk->switched(2);
    const std::string modern = reply(*talk, {"CLIENT", "INFO"});
    CPPUNIT_ASSERT_MESSAGE(modern, modern.front() == '=' && modern.find("\r\ntxt:id=7 ") != std::string::npos &&
                                       modern.find(" resp=3 ") != std::string::npos);
    reply(*talk, {"RESET"});
    CPPUNIT_ASSERT(reply(*talk, {"CLIENT", "INFO"}).find(" name= ") != std::string::npos);
}

TEST(RespTest, refusesWhatNamesAnothersConnection)
{
    const auto talk = _check.talk(tying());
    for (const auto& words : {std::vector<std::string>{"CLIENT", "KILL", "ID", "1"},
                              {"CLIENT", "UNBLOCK", "1"},
                              {"CLIENT", "TRACKING", "ON", "REDIRECT", "5"},
                              {"CLIENT", "MAINT_NOTIFICATIONS", "ON"}})
    {
        std::string text;
        for (const std::string& word : words)
            text += word + " ";
        const RequestTraits traits = ProtocolCheck::ask(*talk, text + "\r\n");
        CPPUNIT_ASSERT_MESSAGE(text, traits.refused && !traits.last);
    }
}

TEST(RespTest, passesWhatLeavesNothingBehindOnAConnection)
{
    const auto talk = _check.talk(tying());
    for (const char* what : {"ID", "info", "List", "PAUSE", "unpause", "GETREDIR", "TRACKINGINFO", "CACHING"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(what, 0U, ProtocolCheck::ask(*talk, command({"CLIENT", what})).pins);
    CPPUNIT_ASSERT_EQUAL(0U, ProtocolCheck::ask(*talk, command({"CLIENT"})).pins);
    for (const char* what : {"NO-EVICT", "no-touch", "IMPORT-SOURCE", "WHATEVER"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(what, pins::SESSION,
                                     ProtocolCheck::ask(*talk, command({"CLIENT", what, "ON"})).pins);
    RequestTraits large;
    talk->request("*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$70000\r\n" + std::string(60000, 'x'), false, large);
    CPPUNIT_ASSERT(large.local);
    ProtocolCheck::ask(*talk, command({"MULTI"}));
    CPPUNIT_ASSERT_EQUAL(pins::TRANSACTION | pins::SESSION, ProtocolCheck::ask(*talk, command({"READONLY"})).pins);
}

TEST(RespTest, tiesByState)
{
    struct Case
    {
        std::initializer_list<std::string_view> words;
        unsigned pins;
        unsigned frees;
    };
    const Case cases[] = {
        {{"WATCH", "a"}, pins::WATCH, 0},
        {{"GET", "a"}, 0, 0},
        {{"MULTI"}, pins::TRANSACTION, 0},
        {{"SET", "a", "1"}, pins::TRANSACTION, 0},
        {{"EXEC"}, pins::TRANSACTION, pins::TRANSACTION | pins::WATCH},
        {{"SELECT", "3"}, pins::DATABASE, 0},
        {{"GET", "a"}, 0, 0},
        {{"SELECT", "0"}, 0, pins::DATABASE},
        {{"blpop", "l", "0"}, pins::BLOCKING, pins::BLOCKING},
        {{"XREAD", "COUNT", "1", "block", "0", "STREAMS", "s", "$"}, pins::BLOCKING, pins::BLOCKING},
        {{"XREAD", "STREAMS", "s", "0"}, 0, 0},
        {{"UNWATCH"}, 0, pins::WATCH},
        {{"CLIENT", "TRACKING", "ON"}, pins::SESSION, 0},
    };
    const auto talk = _check.talk(tying());
    for (const Case& each : cases)
    {
        const RequestTraits traits = ProtocolCheck::ask(*talk, resp::encodeCommand(each.words));
        CPPUNIT_ASSERT_MESSAGE(std::string(*each.words.begin()), !traits.local);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(std::string(*each.words.begin()), each.pins, traits.pins);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(std::string(*each.words.begin()), each.frees, traits.frees);
    }
}

/// What was not done has ended nothing.
TEST(RespTest, anErrorEndsNoState)
{
    const unsigned all = pins::TRANSACTION | pins::WATCH | pins::DATABASE | pins::UNKNOWN;
    CPPUNIT_ASSERT_EQUAL(all, _check.response("-ERR wrong number of arguments for 'discard' command\r\n").keeps);
    CPPUNIT_ASSERT_EQUAL(all, _check.response("-BUSY\r\n").keeps);
    CPPUNIT_ASSERT_EQUAL(pins::UNKNOWN, _check.response("-EXECABORT Transaction discarded\r\n").keeps);
    CPPUNIT_ASSERT_EQUAL(all & ~pins::UNKNOWN, _check.response("-ERR unknown command 'x'\r\n").keeps);
    for (const char* done : {"+OK\r\n", "*1\r\n-ERR unknown command\r\n", "*-1\r\n", "$4\r\n-ERR\r\n",
                             "$20\r\n-ERR unknown command\r\n", "%1\r\n$20\r\n-ERR unknown command\r\n+x\r\n"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(done, pins::UNKNOWN, _check.response(done).keeps);
    const auto talk = _check.talk(tying());
    ProtocolCheck::ask(*talk, command({"MULTI"}));
    CPPUNIT_ASSERT_EQUAL(0U, ProtocolCheck::ask(*talk, command({"DISCARD", "x"})).frees);
    CPPUNIT_ASSERT_EQUAL(pins::TRANSACTION, ProtocolCheck::ask(*talk, command({"SELECT", "0"})).pins & ~pins::DATABASE);
    CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, command({"DISCARD"})).frees != 0);
    ProtocolCheck::ask(*talk, command({"SELECT", "3"}));
    for (int i = 0; i < 2; ++i)
    {
        const RequestTraits back = ProtocolCheck::ask(*talk, command({"SELECT", "0"}));
        CPPUNIT_ASSERT(!back.local && back.frees == pins::DATABASE);
    }
}

TEST(RespTest, refusesTiesWhereNoneCanBe)
{
    const auto talk = _check.talk({});
    for (const char* name : {"WATCH", "SUBSCRIBE", "MONITOR", "BLPOP", "READONLY"})
    {
        const auto fresh = _check.talk({});
        const RequestTraits traits = ProtocolCheck::ask(*fresh, command({name, "x"}));
        CPPUNIT_ASSERT_MESSAGE(name, traits.local && traits.pins != 0 && traits.answered && !traits.pushes);
        CPPUNIT_ASSERT_EQUAL(std::string("-ERR proximux: ") + name +
                                 " requires a dedicated target connection, which is not available "
                                 "(exchange.stateful)\r\n",
                             traits.reply);
    }
}

TEST(RespTest, doesNothingOfARefusedTransaction)
{
    const auto talk = _check.talk({});
    CPPUNIT_ASSERT(reply(*talk, {"MULTI"}) != "passes");
    CPPUNIT_ASSERT_EQUAL(std::string("-ERR proximux: SET was not executed: MULTI had been refused\r\n"),
                         reply(*talk, {"SET", "a", "1"}));
    CPPUNIT_ASSERT_EQUAL(std::string("-EXECABORT"), reply(*talk, {"EXEC"}).substr(0, 10));
    CPPUNIT_ASSERT_EQUAL(std::string("passes"), reply(*talk, {"SET", "a", "1"}));
    reply(*talk, {"MULTI"});
    CPPUNIT_ASSERT_EQUAL(std::string("+OK\r\n"), reply(*talk, {"DISCARD"}));
    CPPUNIT_ASSERT_EQUAL(std::string("passes"), reply(*talk, {"SET", "a", "1"}));
    reply(*talk, {"MULTI"});
    RequestTraits large; // its name is longer than what is kept of it
    talk->request("*1\r\n$70000\r\n" + std::string(60000, 'x'), false, large);
    CPPUNIT_ASSERT_EQUAL(std::string("-ERR proximux: a command was not executed: MULTI had been refused\r\n"),
                         large.reply);
}

TEST(RespTest, answersEachNameThatIsNotSubscribed)
{
    const auto talk = _check.talk(tying());
    std::string all = "*101\r\n$11\r\nUNSUBSCRIBE\r\n";
    for (int i = 0; i < 100; ++i)
        all += "$1\r\nc\r\n";
    const std::string reply = ProtocolCheck::ask(*talk, all).reply;
    CPPUNIT_ASSERT_EQUAL(std::size_t{100} * 33, reply.size());
    CPPUNIT_ASSERT_EQUAL(std::string("-ERR proximux: UNSUBSCRIBE with too many names\r\n"),
                         this->reply(*talk, {"UNSUBSCRIBE", std::string(9000, 'c')}));
    CPPUNIT_ASSERT_EQUAL(std::string("passes"), this->reply(*talk, {"SUBSCRIBE"}));
    CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, command({"SUBSCRIBE"})).answered); // by an error
}

TEST(RespTest, hidesSecrets)
{
    CPPUNIT_ASSERT(_check.protocol().isSecret(command({"auth", "x"})));
    CPPUNIT_ASSERT(_check.protocol().isSecret(command({"HELLO", "2", "AUTH", "a", "x"})));
    CPPUNIT_ASSERT(_check.protocol().isSecret(command({"CONFIG", "SET", "requirepass", "x"})));
    CPPUNIT_ASSERT(_check.protocol().isSecret(command({"SENTINEL", "SET", "m", "auth-pass", "x"})));
    CPPUNIT_ASSERT(_check.protocol().isSecret(command({"MODULE", "LOADEX", "m.so", "CONFIG", "pw", "x"})));
    CPPUNIT_ASSERT(_check.protocol().isSecret(command({"migrate", "h", "1", "k", "0", "9", "AUTH", "x"})));
    CPPUNIT_ASSERT(_check.protocol().isSecret(command({"ACL", "SETUSER", "u", ">x"})));
    CPPUNIT_ASSERT(_check.protocol().isSecret(command({"search.ClusterSet", "x"})));
    CPPUNIT_ASSERT(_check.protocol().isSecret(command({"config1234", "SET", "requirepass", "x"}))); // renamed
    CPPUNIT_ASSERT(_check.protocol().isSecret("config set requirepass x\r\n"));
    CPPUNIT_ASSERT(!_check.protocol().isSecret(command({"JSON.SET", "a", "x"})));
    CPPUNIT_ASSERT(!_check.protocol().isSecret(command({"SET", "a", "x"})));
    CPPUNIT_ASSERT_EQUAL(std::string("AUTH"), _check.protocol().describe(command({"AUTH", "x"}), 100));
    CPPUNIT_ASSERT_EQUAL(std::string("SET key"), _check.protocol().describe(command({"SET", "key", "v"}), 100));
    CPPUNIT_ASSERT_EQUAL(std::string("SET k"), _check.protocol().describe(command({"SET", "key", "v"}), 5));
}

TEST(RespTest, logsIn)
{
    CPPUNIT_ASSERT_EQUAL(std::string(), _check.protocol().login({}).says);
    const Login login = _check.protocol().login({"u", "p", 3});
    CPPUNIT_ASSERT_EQUAL(command({"AUTH", "u", "p"}) + command({"SELECT", "3"}), login.says);
    CPPUNIT_ASSERT_EQUAL(std::string("+OK\r\n+OK\r\n"), login.expects);
    CPPUNIT_ASSERT_EQUAL(command({"AUTH", "p"}), _check.protocol().login({"", "p", 0}).says);
}

} // namespace proximux
