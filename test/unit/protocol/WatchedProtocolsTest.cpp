#include "unit/protocol/WatcherFixture.h"

namespace proximux
{

/// What the watcher of each protocol sees.
class WatchedProtocolsTest : public WatcherFixture
{
};

/// Secrets are withheld; what is pushed answers nothing.
TEST(WatchedProtocolsTest, watchesResp)
{
    watchNamed("resp");
    asks("*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n");
    answers("+OK\r\n$1\r\nx\r\n");
    asks("*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nc\r\n");
    answers("*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n");
    asks("*1\r\n$11\r\nUNSUBSCRIBE\r\n");
    answers("*3\r\n$11\r\nunsubscribe\r\n$1\r\nc\r\n:0\r\n");
    asks("PING\r\n");
    answers("+PONG\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("> AUTH (secret)\n> GET a\n< AUTH\n< GET a\n> SUBSCRIBE c (unanswered)\n"
                                     "> UNSUBSCRIBE (unanswered)\n> PING\n< PING\n"),
                         seen());
    CPPUNIT_ASSERT(_named->isAtRest());
}

/// What was asked for before is answered before anything is pushed.
TEST(WatchedProtocolsTest, watchesRespBeforeASubscription)
{
    watchNamed("resp");
    asks("GET a\r\nSUBSCRIBE c\r\n");
    answers("$1\r\nx\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("> GET a\n> SUBSCRIBE c (unanswered)\n< GET a\n"), seen());
    CPPUNIT_ASSERT(_named->isAtRest());
    answers("*3\r\n$7\r\nmessage\r\n");
    CPPUNIT_ASSERT(!_named->isAtRest());
}

TEST(WatchedProtocolsTest, watchesRespWhereRepliesAreTurnedOff)
{
    watchNamed("resp");
    asks("client reply skip\r\nSET a 1\r\nGET a\r\nCLIENT REPLY OFF\r\nGET b\r\nCLIENT REPLY SKIP\r\nGET c\r\n"
         "CLIENT REPLY ON\r\nGET d\r\n");
    answers("$1\r\n1\r\n+OK\r\n$1\r\n4\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("< GET a\n< CLIENT REPLY\n< GET d\n"), seen().substr(seen().find('<')));
}

TEST(WatchedProtocolsTest, watchesRespWithPushes)
{
    watchNamed("resp");
    asks("GET a\r\nGET b\r\n");
    answers(">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nz\r\n$1\r\nx\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("> GET a\n> GET b\n< GET a\n"), seen());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{7}, _recorder.responses.at(0).responseSize);
}

TEST(WatchedProtocolsTest, watchesHttp)
{
    watchNamed("http");
    asks("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    answers("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
    answers("HTTP/1.1 200 OK\r\n\r\nuntil the end");
    _named->ended(at(2));
    CPPUNIT_ASSERT_EQUAL(std::string("> HEAD /a\n> GET /b\n< HEAD /a\n< GET /b\n"), seen());
}

TEST(WatchedProtocolsTest, watchesMemcached)
{
    watchNamed("memcached");
    asks("set a 0 0 1 noreply\r\nx\r\nget a\r\n");
    answers("VALUE a 0 1\r\nx\r\nEND\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("> set a (unanswered)\n> get a\n< get a\n"), seen());
}

TEST(WatchedProtocolsTest, watchesQuietRunsOfMemcached)
{
    watchNamed("memcached");
    asks("mg a v q\r\nmg b v q\r\nmn\r\nget c\r\n");
    answers("VA 1\r\nx\r\nMN\r\nEND\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("> mg a (unanswered)\n> mg b (unanswered)\n> mn\n> get c\n< mn\n< get c\n"),
                         seen());
    CPPUNIT_ASSERT(_named->isAtRest());

    watchNamed("memcached");
    const auto packet = [](int magic, int opcode) {
        return std::string({static_cast<char>(magic), static_cast<char>(opcode)}) + std::string(22, '\0');
    };
    asks(packet(0x80, 0x09) + packet(0x80, 0x09) + packet(0x80, 0x0a) + packet(0x80, 0x0b));
    answers(packet(0x81, 0x09) + packet(0x81, 0x0a) + packet(0x81, 0x0b));
    CPPUNIT_ASSERT_EQUAL(std::string("> opcode 9  (unanswered)\n> opcode 9  (unanswered)\n> opcode 10 \n> opcode 11 \n"
                                     "< opcode 10 \n< opcode 11 \n"),
                         seen());
    CPPUNIT_ASSERT(_named->isAtRest());
}

/// By their ids.
TEST(WatchedProtocolsTest, watchesModbus)
{
    watchNamed("modbus");
    asks(std::string("\0\1\0\0\0\6\1\3\0\0\0\1\0\2\0\0\0\6\1\5\0\0\xff\0", 24));
    answers(std::string("\0\2\0\0\0\6\1\5\0\0\xff\0\0\1\0\0\0\5\1\3\2\0\1", 23));
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, _recorder.lines.size());
    CPPUNIT_ASSERT_EQUAL(_recorder.lines[1].substr(1), _recorder.lines[2].substr(1));
    CPPUNIT_ASSERT_EQUAL(_recorder.lines[0].substr(1), _recorder.lines[3].substr(1));
}

TEST(WatchedProtocolsTest, watchesDns)
{
    watchNamed("dns");
    const std::string name("\1a\0\0\1\0\1", 7);
    asks(std::string("\0\x13\0\1\1\0\0\1\0\0\0\0\0\0", 14) + name);
    answers(std::string("\0\x13\0\1\x81\x80\0\1\0\0\0\0\0\0", 14) + name);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, _recorder.lines.size());
    CPPUNIT_ASSERT_EQUAL(_recorder.lines[0].substr(1), _recorder.lines[1].substr(1));

    watchNamed("dns"); // a transfer in two messages is one response
    asks(identified::dns("", 252));
    const std::string soa = identified::record(6, std::string(22, '\0'));
    const std::string part = std::string("\0\x2d\xab\xcd\x84\0\0\0\0\1\0\0\0\0", 14) + soa;
    answers(part);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _recorder.lines.size());
    answers(part);
    CPPUNIT_ASSERT_EQUAL(std::string("> . AXFR\n< . AXFR\n"), seen());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2} * part.size(), _recorder.responses.at(0).responseSize);
}

} // namespace proximux
