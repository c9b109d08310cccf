#include "support/MemcachedAnswers.h"
#include "support/ProtocolCheck.h"
#include "support/Test.h"

#include <proximux/protocol/memcached/Binary.h>
#include <proximux/protocol/memcached/Framers.h>

#include <algorithm>

namespace proximux
{

class MemcachedTest : public CppUnit::TestCase
{
protected:
    static std::string packet(int magic, int opcode, const std::string& body, const std::string& opaque = "opaq",
                              int status = 0, int keySize = 0)
    {
        std::string text(24, '\0');
        text[0] = static_cast<char>(magic);
        text[1] = static_cast<char>(opcode);
        text[3] = static_cast<char>(keySize);
        text[7] = static_cast<char>(status);
        writeNumber(body.size(), &text[8], 4);
        text.replace(12, 4, opaque);
        return text + body;
    }

    [[nodiscard]] RequestTraits ask(const std::string& request) const
    {
        return ProtocolCheck::ask(*_check.talk({}), request);
    }

    ProtocolCheck _check{"memcached"};
};

TEST(MemcachedTest, delimitsText)
{
    _check.requests().finds({"get a b\r\n", "set a 0 0 3\r\nabc\r\n", "cas a 0 0 0 7 noreply\r\n\r\n",
                             "ms a 4 T0\r\n\r\n\r\n\r\n", "mg a v\r\n", "mn\r\n", "version\n", "stats items\r\n"});
    _check.responses().finds({"END\r\n", "VALUE a 0 3\r\nabc\r\nVALUE b 0 5 99\r\nEND\r\n\r\nEND\r\n", "STORED\r\n",
                              "STAT a 1\r\nSTAT b 2\r\nEND\r\n", "VA 4 t0\r\nMN\r\n\r\n", "HD\r\n", "EN\r\n",
                              "SERVER_ERROR out of memory\r\n", "12\r\n", "ME a exp=-1\r\n",
                              "key=a exp=-1\nkey=b exp=-1\nEND\r\n", "mg a\r\nmg b\r\nEN\r\n", "RESET\r\n",
                              "ITEM a [1 b; 0 s]\r\nEND\r\n", "CONFIG cluster 0 3\r\n1\n\n\r\nEND\r\n"});
    CPPUNIT_ASSERT_EQUAL(std::string("set key"), _check.protocol().describe("set key 0 0 1\r\na\r\n", 100));
}

TEST(MemcachedTest, delimitsBinary)
{
    _check.requests().finds({packet(0x80, 0, "key", "opaq", 0, 3), packet(0x80, 0x0a, ""), "get a\r\n"});
    _check.responses(memcached::hint::BINARY).finds({packet(0x81, 0, "abcdvalue"), packet(0x81, 0x0a, "")});
    CPPUNIT_ASSERT_EQUAL(std::string("opcode 0 key"),
                         _check.protocol().describe(packet(0x80, 0, "key", "opaq", 0, 3), 100));
}

TEST(MemcachedTest, refusesWhatIsNone)
{
    _check.requests().refuses("set a 0 0 1\r\nabc\r\n", "a memcached data block without its final CRLF");
    _check.requests().refuses(std::string("delete a noreply\0x\r\n", 20), "a memcached line containing a NUL byte");
    _check.responses().refuses("VALUE a 0 x\r\n", "a memcached value with an invalid length");
    _check.responses(memcached::hint::BINARY).refuses("END\r\n", "not a memcached packet");
}

/// What a server makes of these depends on its version: it takes the data, or it answers with an error and takes
/// the data for commands, the answers to which would be the next client's.
TEST(MemcachedTest, refusesDataThatAServerMightTakeForCommands)
{
    const std::string key(251, 'k');
    std::string flags;
    for (int i = 0; i < 17; ++i)
        flags += " c";
    for (const std::string& line : {std::string("set a 0 0 x"),
                                    std::string("set a 0 0 -1"),
                                    std::string("set a 0 0"),
                                    "set " + key + " 0 0 3",
                                    std::string("set a x 0 3"),
                                    std::string("set a 4294967296 0 3"),
                                    std::string("set a -1 0 3"),
                                    std::string("set a 0 x 3"),
                                    std::string("set a 0 2147483648 3"),
                                    std::string("set a 0 0 +3"),
                                    std::string("set a 0 0 3 x noreply"),
                                    std::string(" set a 0 0 3"),
                                    std::string("set a 0 0 99999999999"),
                                    std::string("cas a 0 0 3"),
                                    std::string("cas a 0 0 3 x"),
                                    std::string("cas a 0 0 3 18446744073709551616"),
                                    std::string("cas a 0 0 3 noreply"),
                                    std::string("ms a"),
                                    std::string("ms a x"),
                                    "ms " + key + " 3",
                                    "ms a 3" + flags,
                                    std::string(" ms a 3"),
                                    std::string("ms a 99999999999")})
        _check.requests().refuses(line + "\r\nget\r\n", "a memcached storage command with invalid arguments");
    _check.requests().finds({"set " + key.substr(1) + " 4294967295 -1 3 x\r\nget\r\n",
                             "cas a 0 2147483647 3 18446744073709551615\r\nget\r\n",
                             "ms a 3" + flags.substr(2) + "\r\nget\r\n"});
}

TEST(MemcachedTest, passesLinesOfKeysOfAnyLength)
{
    const std::string key(250, 'k');
    std::string keys = key;
    for (int i = 0; i < 10; ++i)
        keys += " " + key;
    _check.requests().finds({"get a " + keys + "\r\n", "set a 0 0 1\r\nx\r\n"});
    _check.requests().finds({"gets " + keys + "\n", "get a\r\n"});
    _check.requests().finds({"gat 0 " + keys + "\r\n", "gats 0 " + keys + " " + keys + "\n", "get a\r\n"});
    CPPUNIT_ASSERT(ask("gat 0 " + keys + "\r\n").isAlone()); // the server may read it in two pieces, and leave
    CPPUNIT_ASSERT(!ask("gat 0 " + key + "\r\n").isAlone() && !ask("get " + keys + "\r\n").isAlone());
    for (const char* end : {"k\r\n", "k a\r\n", "\r \n", "\rk\n", "\r\r\n"})
        _check.requests().refuses("get " + keys + end, "a memcached key longer than 250 bytes");
    _check.requests().refuses("gat 0 " + keys + keys + keys + keys + "\r\n",
                              "a memcached command line longer than 8,192 bytes");
    _check.requests().refuses("touch 0 " + keys + "\r\n", "a memcached command line longer than 2,048 bytes");
    _check.requests().refuses(std::string(2049, 'x') + "\n", "a memcached command line longer than 2,048 bytes");
    _check.requests().finds({std::string(2048, 'x') + "\n"});
    const auto talk = _check.talk({});
    RequestTraits traits;
    talk->request("get a " + keys, false, traits);
    CPPUNIT_ASSERT(traits.answered && traits.suffix.empty() && !traits.local);
}

/// A server closes the connection, or takes the rest of them for other requests.
TEST(MemcachedTest, answersBinaryRequestsThatAServerWouldNotDelimit)
{
    const std::string key(251, 'k');
    const auto assertAnswered = [this](const std::string& request, int status, bool last)
    {
        const RequestTraits traits = ask(request);
        CPPUNIT_ASSERT(traits.local);
        CPPUNIT_ASSERT_EQUAL(last, traits.last);
        CPPUNIT_ASSERT_EQUAL(status, static_cast<int>(memcached::Header(traits.reply).status));
        CPPUNIT_ASSERT_EQUAL(request.substr(12, 4), traits.reply.substr(12, 4));
    };
    constexpr int INVALID = 0x04;
    constexpr int UNKNOWN = 0x81;
    assertAnswered(packet(0x80, 0x00, ""), INVALID, true);
    assertAnswered(packet(0x80, 0x00, "kvalue", "opaq", 0, 1), INVALID, true);
    assertAnswered(packet(0x80, 0x01, "kvalue", "opaq", 0, 1), INVALID, true);
    assertAnswered(packet(0x80, 0x10, "more"), INVALID, true);
    assertAnswered(packet(0x80, 0x09, key, "opaq", 0, 251), INVALID, true);
    assertAnswered(packet(0x80, 0x40, "k", "opaq", 0, 1), UNKNOWN, false);
    assertAnswered(packet(0x80, 0x1b, "\1\1\1\1"), UNKNOWN, false);
    const std::string torn = packet(0x80, 0, "ab", "opaq", 0, 3);
    _check.requests().finds({torn.substr(0, memcached::Header::SIZE), "ab\n"});
    assertAnswered(torn, INVALID, true);
    CPPUNIT_ASSERT(!ask(packet(0x80, 0x10, "items", "opaq", 0, 5)).local);
    CPPUNIT_ASSERT(!ask(packet(0x80, 0x0e, "kvalue", "opaq", 0, 1)).local);
}

TEST(MemcachedTest, takesNoreplyOut)
{
    const std::string set = "set a 0 0 7 noreply\r\nnoreply\r\n";
    const RequestTraits traits = ask(set);
    CPPUNIT_ASSERT(traits.swallowed && traits.answered);
    CPPUNIT_ASSERT_EQUAL(std::string("set a 0 0 7\r\nnoreply\r\n"), ProtocolCheck::edited(set, traits.edits));
    CPPUNIT_ASSERT(ask("delete a noreply\n").swallowed);
    CPPUNIT_ASSERT(!ask("version noreply\r\n").swallowed); // which is answered all the same
    CPPUNIT_ASSERT(!ask("get noreply\r\n").swallowed);
}

/// Only forms whose answer is known for every server are told by their shape.
TEST(MemcachedTest, fencesWhatIsNotCertainToBeAnsweredOnce)
{
    const std::string key(251, 'k');
    for (const std::string& line : {std::string("delete noreply"),
                                    std::string("touch noreply"),
                                    std::string("delete a 0"),
                                    std::string("delete a 0 noreply"),
                                    std::string("slabs automove 0 noreply"),
                                    std::string("lru mode flat noreply"),
                                    std::string("anything noreply"),
                                    std::string("anything"),
                                    std::string(),
                                    std::string("get"),
                                    std::string(" get a"),
                                    std::string("gat 5"),
                                    std::string("gat x a"),
                                    std::string("\tget a"),
                                    std::string("incr a"),
                                    std::string("incr a x"),
                                    std::string("incr a -1"),
                                    std::string("incr a 1 2"),
                                    std::string("touch a"),
                                    std::string("touch a 1 2"),
                                    std::string("flush_all x"),
                                    std::string("flush_all 0 0"),
                                    std::string("verbosity"),
                                    std::string("verbosity noreply"),
                                    std::string("cache_memlimit x"),
                                    std::string("stats items"),
                                    std::string("stats sizes_enable"),
                                    std::string("stats noreply"),
                                    std::string("version x"),
                                    std::string("mn q"),
                                    std::string("mg"),
                                    std::string("mg a !"),
                                    std::string("mg a v v"),
                                    std::string("mg a v q q"),
                                    std::string("mg a v qx"),
                                    std::string("md a q Z"),
                                    std::string("ma a Nx q"),
                                    std::string("me a noreply"),
                                    std::string("shutdown"),
                                    std::string("debugtime p"),
                                    std::string("misbehave"),
                                    "delete " + key,
                                    "mg " + key + " v"})
    {
        const RequestTraits traits = ask(line + "\r\n");
        CPPUNIT_ASSERT_MESSAGE(line, traits.fenced && traits.answered && !traits.swallowed && !traits.local);
        CPPUNIT_ASSERT_MESSAGE(line, traits.edits.empty() && traits.suffix.empty());
    }
    for (const char* line :
         {"get noreply\r\n", "gets a b\r\n", "gat 0 a\r\n", "set noreply 0 0 0\r\n\r\n", "set a 0 0 0 x\r\n\r\n",
          "mn\r\n", "delete a\r\n", "incr a 1\r\n", "touch a -1\r\n", "flush_all\r\n", "flush_all -1\r\n", "stats\r\n",
          "verbosity 1\r\n", "version\r\n", "mg noreply v\r\n", "ms a 0 T0 MS\r\n\r\n", "ma a D1\r\n", "me a\r\n",
          "mg a v q O123\r\n"})
        CPPUNIT_ASSERT_MESSAGE(line, !ask(line).fenced && !ask(line).swallowed);
}

/// Without its last noreply a command may have another, which a server obeys.
TEST(MemcachedTest, anEditedRequestIsClassifiedAsItIsSent)
{
    for (const char* line : {"flush_all noreply noreply", "incr a noreply noreply", "decr a noreply noreply",
                             "touch a noreply noreply", "verbosity noreply noreply", "cache_memlimit noreply noreply",
                             "delete noreply noreply", "flush_all 0 noreply noreply", "incr a 1 noreply noreply"})
    {
        const RequestTraits traits = ask(std::string(line) + "\r\n");
        CPPUNIT_ASSERT_MESSAGE(line, traits.fenced && traits.edits.empty() && !traits.swallowed);
    }
    for (const char* line : {"flush_all noreply\r\n", "flush_all 0 noreply\r\n", "incr a 1 noreply\r\n",
                             "verbosity 1 noreply\r\n", "delete a noreply\r\n"})
        CPPUNIT_ASSERT_MESSAGE(line, !ask(line).fenced && ask(line).swallowed);
}

TEST(MemcachedTest, theMarkerIsUnpredictable)
{
    Random random(7);
    const Fence first = _check.protocol().makeFence(1, random);
    const Fence second = _check.protocol().makeFence(1, random);
    CPPUNIT_ASSERT(first.request != second.request && first.answer != second.answer);
    CPPUNIT_ASSERT_EQUAL(memcachedAnswers(first.request), first.answer);
    CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{64}, std::count(first.answer.begin(), first.answer.end(), '\n'));
}

TEST(MemcachedTest, endsQuietRunsItself)
{
    for (const char* request : {"mg a v q\r\n", "ms a 1 I q\r\nx\r\n", "md a q\r\n", "ma a q\r\n"})
        CPPUNIT_ASSERT_EQUAL(std::string("version\r\n"), std::string(ask(request).suffix));
    CPPUNIT_ASSERT(ask("mn q\r\n").suffix.empty());
    CPPUNIT_ASSERT(ask("mg a Oq\r\n").suffix.empty());
    CPPUNIT_ASSERT(ask("ms a 1 q\r\nx\r\n").proof != 0 && ask("md a q\r\n").proof == 0);
    const RequestTraits quiet = ask("mg a v q\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("version\r\n"), std::string(quiet.suffix));
    CPPUNIT_ASSERT(ask("mg q v\r\n").suffix.empty());
    CPPUNIT_ASSERT(ask("mn\r\n").suffix.empty());
    CPPUNIT_ASSERT(_check.response("VA 1\r\na\r\n", quiet.hint).kind == ResponseTraits::Kind::more);
    const ResponseTraits end = _check.response("VERSION 1.4.39\r\n", quiet.hint);
    CPPUNIT_ASSERT(end.kind == ResponseTraits::Kind::final && end.swallowed);
    CPPUNIT_ASSERT(!_check.response("VERSION 1.4.39\r\n").swallowed);
    for (const char* line : {"EN\r\n", "ERROR\r\n", "HD\r\n", "CLIENT_ERROR invalid flag\r\n"})
        CPPUNIT_ASSERT(_check.response(line, quiet.hint).kind == ResponseTraits::Kind::more);

    const RequestTraits getq = ask(packet(0x80, 0x09, "k", "opaq", 0, 1));
    CPPUNIT_ASSERT_EQUAL(packet(0x80, 0x0a, "", "pxmx"), std::string(getq.suffix));
    CPPUNIT_ASSERT(_check.response(packet(0x81, 0x0a, "", "opaq"), getq.hint).kind == ResponseTraits::Kind::more);
    CPPUNIT_ASSERT(_check.response(packet(0x81, 0x0a, "", "pxmx"), getq.hint).swallowed);
}

TEST(MemcachedTest, repeatsOnlyWhatChangesNothing)
{
    for (const char* line : {"get a\r\n", "gets a\r\n", "version\r\n", "mg a v\r\n"})
        CPPUNIT_ASSERT_MESSAGE(line, ask(line).repeatable);
    for (const char* line :
         {"mg a v N30\r\n", "mg a R30\r\n", "mg a T0\r\n", "incr a 1\r\n", "gat 0 a\r\n", "delete a\r\n"})
        CPPUNIT_ASSERT_MESSAGE(line, !ask(line).repeatable);
}

/// How many packets answer a stat of one kind is not known.
TEST(MemcachedTest, fencesBinaryStatsOfAKind)
{
    const RequestTraits traits = ask(packet(0x80, 0x10, "items", "opaq", 0, 5));
    CPPUNIT_ASSERT(traits.fenced && traits.answered && traits.check == 0);
    CPPUNIT_ASSERT(!ask(packet(0x80, 0x10, "")).fenced);
    Random random(7);
    const Fence fence = _check.protocol().makeFence(traits.dialect, random);
    const std::string first = fence.request.substr(12, 4);
    const std::string second = fence.request.substr(24 + 12, 4);
    CPPUNIT_ASSERT(first != second);
    CPPUNIT_ASSERT_EQUAL(packet(0x80, 0x0a, "", first) + packet(0x80, 0x0a, "", second), fence.request);
    CPPUNIT_ASSERT_EQUAL(packet(0x81, 0x0a, "", first) + packet(0x81, 0x0a, "", second), fence.answer);
}

TEST(MemcachedTest, answersAGetWithALongKey)
{
    const std::string key(250, 'k');
    for (const std::string& line : {"get " + key + "k", "gets a " + key + "k b", "gat 0 a " + key + "\r"})
    {
        const RequestTraits traits = ask(line + "\r\n");
        CPPUNIT_ASSERT_EQUAL(std::string("CLIENT_ERROR proximux: a key longer than 250 bytes\r\n"), traits.reply);
        CPPUNIT_ASSERT(traits.local && !traits.last);
    }
    CPPUNIT_ASSERT(!ask("get a " + key + "\r\n").local);
    CPPUNIT_ASSERT(!ask("delete " + key + "k\r\n").local);
}

TEST(MemcachedTest, refusesHttp)
{
    const RequestTraits traits = ask("GET / HTTP/1.1\r\n");
    CPPUNIT_ASSERT(traits.local && traits.last);
    CPPUNIT_ASSERT(!ask("get HTTP/1.1\r\n").local);
    CPPUNIT_ASSERT(!ask("mg HTTP/1.1 v\r\n").local);
}

/// A key that a binary packet set may look like any line.
TEST(MemcachedTest, fencesWhatTellsKeys)
{
    for (const char* request : {"stats cachedump 1 0\r\n", "stats detail dump\r\n", "mg YQ== b v k\r\n",
                                "mg YQ== b k q\r\n", "me YQ== b\r\n", "lru_crawler crawl all\r\n"})
        CPPUNIT_ASSERT(ask(request).fenced);
    for (const char* request : {"get dump\r\n", "mg YQ== b v\r\n", "mg a v k\r\n"})
        CPPUNIT_ASSERT(!ask(request).fenced);
    for (const char* request : {"lru_crawler metadump all\r\n", "lru_crawler mgdump hash\r\n"})
        CPPUNIT_ASSERT(ask(request).guarded && !ask(request).fenced);
    const std::uint32_t hint = ask("lru_crawler metadump all\r\n").hint;
    _check.responses(hint).finds(
        {"OK\r\nkey=a exp=-1\nEND\r\n", "BUSY no\r\n", "OK\r\nmg a\r\nEN\r\n", "key=a\nEND\r\n"});
}

TEST(MemcachedTest, answersQuitAndWatch)
{
    const RequestTraits quit = ask("quit\r\n");
    CPPUNIT_ASSERT(quit.local && quit.last && quit.reply.empty());
    CPPUNIT_ASSERT_EQUAL(std::string("CLIENT_ERROR proximux: watch is not supported through the proxy\r\n"),
                         ask("watch\r\n").reply);
    const RequestTraits binary = ask(packet(0x80, 0x07, ""));
    CPPUNIT_ASSERT(binary.local && binary.last);
    CPPUNIT_ASSERT_EQUAL(packet(0x81, 0x07, ""), binary.reply);
    CPPUNIT_ASSERT(ask(packet(0x80, 0x21, "PLAINx", "opaq", 0, 5)).local);
    CPPUNIT_ASSERT(_check.protocol().isSecret(packet(0x80, 0x21, "PLAINx", "opaq", 0, 5)));
    CPPUNIT_ASSERT(!_check.protocol().isSecret(packet(0x80, 0x24, "kkkkx", "opaq", 0, 1)));
}

TEST(MemcachedTest, comparesOpcodeAndOpaque)
{
    const RequestTraits get = ask(packet(0x80, 0, "k", "opaq", 0, 1));
    CPPUNIT_ASSERT_EQUAL(get.check, _check.response(packet(0x81, 0, "abcdv"), get.hint).check);
    CPPUNIT_ASSERT(get.check != _check.response(packet(0x81, 0, "abcdv", "other"), get.hint).check);
    CPPUNIT_ASSERT(get.check != _check.response(packet(0x81, 1, ""), get.hint).check);
    CPPUNIT_ASSERT(get.dialect != ask("get a\r\n").dialect);
    const RequestTraits stat = ask(packet(0x80, 0x10, ""));
    CPPUNIT_ASSERT(_check.response(packet(0x81, 0x10, "ab"), stat.hint).kind == ResponseTraits::Kind::more);
    CPPUNIT_ASSERT(_check.response(packet(0x81, 0x10, ""), stat.hint).kind == ResponseTraits::Kind::final);
}

TEST(MemcachedTest, saysWhatFailed)
{
    const auto talk = _check.talk({});
    std::string reply;
    talk->failed(ProtocolCheck::ask(*talk, "get a\r\n"), Failure::lost, reply);
    CPPUNIT_ASSERT_EQUAL(std::string("SERVER_ERROR proximux: the target connection was lost\r\n"), reply);
    CPPUNIT_ASSERT(talk->malformed("x", reply));
    CPPUNIT_ASSERT_EQUAL(std::string("CLIENT_ERROR proximux: x\r\n"), reply);
    talk->failed(ProtocolCheck::ask(*talk, packet(0x80, 0x0b, "")), Failure::timeout, reply);
    CPPUNIT_ASSERT_EQUAL(packet(0x81, 0x0b, "proximux: the target did not answer in time", "opaq", 0x86), reply);
}

} // namespace proximux
