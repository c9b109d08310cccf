#include "support/ProtocolCheck.h"
#include "support/Test.h"

#include <proximux/protocol/resp/Resp.h>

namespace proximux
{

class RespFramersTest : public CppUnit::TestCase
{
protected:
    static std::string command(std::initializer_list<std::string_view> words) { return resp::encodeCommand(words); }

    ProtocolCheck _check{"resp"};
};

TEST(RespFramersTest, delimitsCommands)
{
    _check.requests().finds({command({"GET", "a"}), "PING\r\n", command({"SET", "a", std::string("\0\r\n*1", 5)}),
                             "*0\r\n", "*-1\r\n", "\r\n", "set a\tb c\n", command({""})});
}

TEST(RespFramersTest, delimitsReplies)
{
    _check.responses().finds({"+OK\r\n",
                              "-ERR x\r\n",
                              ":-12\r\n",
                              "$3\r\nabc\r\n",
                              "$0\r\n\r\n",
                              "$-1\r\n",
                              "*-1\r\n",
                              "*0\r\n",
                              "*2\r\n$1\r\na\r\n*2\r\n:1\r\n*0\r\n",
                              "%1\r\n+a\r\n*1\r\n:1\r\n",
                              "~2\r\n#t\r\n_\r\n",
                              ">2\r\n+a\r\n,1.5\r\n",
                              "|1\r\n+ttl\r\n:3\r\n*1\r\n:1\r\n",
                              "(123\r\n",
                              "!3\r\nerr\r\n",
                              "=5\r\ntxt:a\r\n",
                              "%0\r\n",
                              "*1\r\n|1\r\n+a\r\n+b\r\n+c\r\n",
                              ":9223372036854775807\r\n",
                              ":-9223372036854775808\r\n",
                              ":+7\r\n",
                              "+a\rb\r\n",
                              "+\r\n",
                              "$?\r\n;3\r\nabc\r\n;2\r\n\r\n\r\n;0\r\n",
                              "*?\r\n:1\r\n*2\r\n+a\r\n:2\r\n.\r\n",
                              "%?\r\n+a\r\n~?\r\n.\r\n.\r\n",
                              "*2\r\n*?\r\n$?\r\n;0\r\n.\r\n_\r\n",
                              "|?\r\n+a\r\n+b\r\n.\r\n:1\r\n",
                              "|1\r\n+a\r\n*1\r\n:1\r\n|1\r\n+a\r\n+b\r\n$1\r\nx\r\n",
                              "*1\r\n|?\r\n+a\r\n+b\r\n.\r\n:1\r\n"});
}

TEST(RespFramersTest, anAttributeIsNoReply)
{
    const ResponseTraits error = _check.response("|1\r\n+a\r\n:1\r\n-ERR unknown command 'x'\r\n");
    CPPUNIT_ASSERT(error.notice.kind == Notice::Kind::error && error.undone);
    CPPUNIT_ASSERT(_check.response("!5\r\nERR x\r\n").notice.kind == Notice::Kind::error);
    _check.responses().refuses("|1\r\n+a\r\n:1\r\n>1\r\n+x\r\n", "a RESP push message with attributes");
}

TEST(RespFramersTest, refusesWhatIsNone)
{
    const std::string number = "an invalid RESP integer";
    const std::string length = "a RESP bulk string with a length outside 0..512 MiB";
    _check.requests().refuses("*1\r\n:1\r\n", "a RESP command containing a non-string element");
    _check.requests().refuses("*x\r\n", number);
    _check.requests().refuses("*1\r\n$-1\r\n", length);
    _check.requests().refuses("*1\r\n$536870913\r\n", length);
    _check.requests().refuses("M\"ULTI\"\r\n", "a RESP inline command containing quotes");
    _check.requests().refuses(std::string("PI\0NG\r\n", 7), "a RESP inline command containing control characters");
    _check.requests().refuses("PING\vx\n", "a RESP inline command containing control characters");
    _check.requests().refuses("*1048577\r\n", "a RESP command with too many arguments");
    _check.requests().refuses("*1\r\n$1\r\nabc", "a RESP bulk string without its final CRLF");
    _check.requests().refuses("*1111111111111111111111111", "a RESP integer out of range");
    _check.requests().refuses(std::string(65537, 'a'), "a RESP inline command longer than 64 KiB");
    for (const char* written : {"*01\r\n", "*1\r\n$01\r\n", "*2\r\n$-0\r\n", "*+1\r\n", "*-0\r\n", "*1\n"})
        _check.requests().refuses(written, number);
    _check.responses().refuses(":9223372036854775808\r\n", "a RESP integer out of range");
    _check.responses().refuses(":-9223372036854775809\r\n", "a RESP integer out of range");
    _check.responses().refuses("+a\n", "a RESP line without its final CRLF");
    _check.responses().refuses("x\r\n", "a RESP value of unknown type");
    _check.responses().refuses("$536870913\r\n", length);
    _check.responses().refuses("$1\r\nabc", "a RESP bulk string without its final CRLF");
    _check.responses().refuses("*268435457\r\n", "a RESP aggregate with too many elements");
    _check.responses().refuses(":\r\n", number);
}

/// MONITOR shows whole commands in a line, scripts make errors of any length: a line is passed on as it comes.
TEST(RespFramersTest, passesLongLines)
{
    const std::string line = "+" + std::string(300000, 'x') + "\r\n";
    const auto outcome = _check.responses().read(line + line, {1, 65536, 300001, 300002});
    CPPUNIT_ASSERT_EQUAL(std::string(), outcome.malformed);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, outcome.messages.size());
    CPPUNIT_ASSERT(outcome.messages.back() == line);
}

TEST(RespFramersTest, aPushAnswersNobody)
{
    const ResponseTraits push = _check.response(">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\na\r\n");
    CPPUNIT_ASSERT(push.swallowed && push.kind == ResponseTraits::Kind::interim);
    const ResponseTraits reply = _check.response("*1\r\n>0\r\n");
    CPPUNIT_ASSERT(!reply.swallowed && reply.kind == ResponseTraits::Kind::final);
}

} // namespace proximux
