#include "support/ProtocolCheck.h"

#include <proximux/protocol/MemcachedFramer.h>

namespace proximux
{

class MemcachedTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(MemcachedTest);
    CPPUNIT_TEST(delimitsText);
    CPPUNIT_TEST(delimitsBinary);
    CPPUNIT_TEST(refusesWhatIsNone);
    CPPUNIT_TEST(takesNoreplyOut);
    CPPUNIT_TEST(endsQuietRunsItself);
    CPPUNIT_TEST(answersQuitAndWatch);
    CPPUNIT_TEST(comparesOpcodeAndOpaque);
    CPPUNIT_TEST(saysWhatFailed);
    CPPUNIT_TEST_SUITE_END();

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

public:
    void delimitsText()
    {
        _check.requests().finds({"get a b\r\n", "set a 0 0 3\r\nabc\r\n", "cas a 0 0 0 7 noreply\r\n\r\n",
                                 "ms a 4 T0\r\n\r\n\r\n\r\n", "mg a v\r\n", "mn\r\n", "version\n", "stats items\r\n"});
        _check.responses().finds({"END\r\n", "VALUE a 0 3\r\nabc\r\nVALUE b 0 5 99\r\nEND\r\n\r\nEND\r\n", "STORED\r\n",
                                  "STAT a 1\r\nSTAT b 2\r\nEND\r\n", "VA 4 t0\r\nMN\r\n\r\n", "HD\r\n", "EN\r\n",
                                  "SERVER_ERROR out of memory\r\n", "12\r\n", "ME a exp=-1\r\n"});
        CPPUNIT_ASSERT_EQUAL(std::string("set key"), _check.protocol().describe("set key 0 0 1\r\na\r\n", 100));
    }

    void delimitsBinary()
    {
        _check.requests().finds({packet(0x80, 0, "key", "opaq", 0, 3), packet(0x80, 0x0a, ""), "get a\r\n"});
        _check.responses(memcachedhint::BINARY).finds({packet(0x81, 0, "abcdvalue"), packet(0x81, 0x0a, "")});
        CPPUNIT_ASSERT_EQUAL(std::string("opcode 0 key"),
                             _check.protocol().describe(packet(0x80, 0, "key", "opaq", 0, 3), 100));
    }

    void refusesWhatIsNone()
    {
        const std::string number = "a memcached command whose length is no number";
        _check.requests().refuses("set a 0 0 x\r\n", number);
        _check.requests().refuses("set a 0 0 -1\r\n", number);
        _check.requests().refuses("set a 0 0\r\n", number);
        _check.requests().refuses("ms a 99999999999\r\n", number);
        _check.requests().refuses("set a 0 0 1\r\nabc\r\n", "memcached data that does not end where it should");
        _check.requests().refuses(packet(0x80, 0, "ab", "opaq", 0, 3), "a memcached packet whose parts do not fit");
        _check.responses().refuses("VALUE a 0 x\r\n", "a memcached value whose length is no number");
        _check.responses(memcachedhint::BINARY).refuses("END\r\n", "something else than a memcached packet");
    }

    void takesNoreplyOut()
    {
        const std::string set = "set a 0 0 7 noreply\r\nnoreply\r\n";
        const RequestTraits traits = ask(set);
        CPPUNIT_ASSERT(traits.swallowed && traits.answered);
        CPPUNIT_ASSERT_EQUAL(std::string("set a 0 0 7\r\nnoreply\r\n"), ProtocolCheck::edited(set, traits.edits));
        CPPUNIT_ASSERT(ask("delete a noreply\n").swallowed);
        CPPUNIT_ASSERT(!ask("version noreply\r\n").swallowed); // which is answered all the same
        CPPUNIT_ASSERT(!ask("get noreply\r\n").swallowed);
    }

    void endsQuietRunsItself()
    {
        const RequestTraits quiet = ask("mg a v q\r\n");
        CPPUNIT_ASSERT_EQUAL(std::string("mn\r\n"), std::string(quiet.suffix));
        CPPUNIT_ASSERT(ask("mg q v\r\n").suffix.empty());
        CPPUNIT_ASSERT(ask("mn\r\n").suffix.empty());
        CPPUNIT_ASSERT(_check.response("VA 1\r\na\r\n", quiet.hint).kind == ResponseTraits::Kind::more);
        const ResponseTraits end = _check.response("MN\r\n", quiet.hint);
        CPPUNIT_ASSERT(end.kind == ResponseTraits::Kind::final && end.swallowed);
        CPPUNIT_ASSERT(!_check.response("MN\r\n").swallowed);

        const RequestTraits getq = ask(packet(0x80, 0x09, "k", "opaq", 0, 1));
        CPPUNIT_ASSERT_EQUAL(packet(0x80, 0x0a, "", "pxmx"), std::string(getq.suffix));
        CPPUNIT_ASSERT(_check.response(packet(0x81, 0x0a, "", "opaq"), getq.hint).kind == ResponseTraits::Kind::more);
        CPPUNIT_ASSERT(_check.response(packet(0x81, 0x0a, "", "pxmx"), getq.hint).swallowed);
    }

    void answersQuitAndWatch()
    {
        const RequestTraits quit = ask("quit\r\n");
        CPPUNIT_ASSERT(quit.local && quit.last && quit.reply.empty());
        CPPUNIT_ASSERT_EQUAL(std::string("CLIENT_ERROR proximux: watch does not pass\r\n"), ask("watch\r\n").reply);
        const RequestTraits binary = ask(packet(0x80, 0x07, ""));
        CPPUNIT_ASSERT(binary.local && binary.last);
        CPPUNIT_ASSERT_EQUAL(packet(0x81, 0x07, ""), binary.reply);
        CPPUNIT_ASSERT(ask(packet(0x80, 0x21, "PLAINx", "opaq", 0, 5)).local);
        CPPUNIT_ASSERT(_check.protocol().isSecret(packet(0x80, 0x21, "PLAINx", "opaq", 0, 5)));
    }

    void comparesOpcodeAndOpaque()
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

    void saysWhatFailed()
    {
        const auto talk = _check.talk({});
        std::string reply;
        talk->failed(ProtocolCheck::ask(*talk, "get a\r\n"), Failure::lost, reply);
        CPPUNIT_ASSERT_EQUAL(std::string("SERVER_ERROR proximux: the target connection was lost\r\n"), reply);
        CPPUNIT_ASSERT(talk->malformed("x", reply));
        CPPUNIT_ASSERT_EQUAL(std::string("CLIENT_ERROR proximux: x\r\n"), reply);
        talk->failed(ProtocolCheck::ask(*talk, packet(0x80, 5, "")), Failure::timeout, reply);
        CPPUNIT_ASSERT_EQUAL(packet(0x81, 5, "proximux: the target did not answer in time", "opaq", 0x86), reply);
    }
};

CPPUNIT_TEST_SUITE_NAMED_REGISTRATION(MemcachedTest, "protocol");

} // namespace proximux
