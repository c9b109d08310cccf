#include "support/ProtocolCheck.h"
#include "support/Test.h"

#include <proximux/Number.h>

#include <string>

namespace proximux
{

using namespace std::string_literals;

/// Cassandra: what its vectors can't say.
class CassandraTest : public CppUnit::TestCase
{
protected:
    static constexpr unsigned FAILURE = 0;
    static constexpr unsigned READY = 2;
    static constexpr unsigned RESULT = 8;

    static std::string big(std::uint64_t value, std::size_t width)
    {
        std::string text(width, '\0');
        writeNumber(value, text.data(), width);
        return text;
    }

    static std::string frame(unsigned opcode, unsigned stream, const std::string& body = "", unsigned flags = 0,
                             unsigned version = 4)
    {
        return big(version, 1) + big(flags, 1) + big(stream, 2) + big(opcode, 1) + big(body.size(), 4) + body;
    }

    static std::string answer(unsigned opcode, unsigned stream, const std::string& body = "", unsigned flags = 0)
    {
        return frame(opcode, stream, body, flags, 0x84);
    }

    static std::string query(const std::string& statement, unsigned opcode = 7)
    {
        return frame(opcode, 0x0102, big(statement.size(), 4) + statement + "\0\1\0"s);
    }

    static std::string error(unsigned code, const std::string& text)
    {
        return answer(FAILURE, 0x0102, big(code, 4) + big(text.size(), 2) + text);
    }

    [[nodiscard]] RequestTraits ask(const std::string& bytes, bool pins = true, bool passive = false) const
    {
        ConversationSettings settings;
        settings.pins = pins;
        settings.passive = passive;
        return ProtocolCheck::ask(*_cassandra.talk(settings), bytes);
    }

    [[nodiscard]] bool spends(const std::string& body, unsigned flags = 0) const
    {
        return _cassandra.response(answer(RESULT, 1, body, flags)).spends;
    }

    const ProtocolCheck _cassandra{"cassandra"};
};

TEST(CassandraTest, answersAStartupItself)
{
    const std::string options = "\0\1\0\13CQL_VERSION\0\0053.4.5"s;
    const RequestTraits traits = ask(frame(1, 0x0102, options));
    CPPUNIT_ASSERT(traits.local && !traits.refused && !traits.last);
    CPPUNIT_ASSERT_EQUAL(answer(READY, 0x0102), traits.reply);
    CPPUNIT_ASSERT(!ask(frame(1, 0x0102, options), true, true).local);
    const Login login = _cassandra.protocol().login({});
    CPPUNIT_ASSERT_EQUAL(frame(1, 0, "\0\1\0\13CQL_VERSION\0\0053.0.0"s), login.says);
    CPPUNIT_ASSERT_EQUAL(answer(READY, 0), login.expects);
}

TEST(CassandraTest, tellsAClientToTryVersion4)
{
    const RequestTraits traits = ask(frame(1, 0x0102, "x", 0, 5));
    CPPUNIT_ASSERT(traits.refused && traits.last);
    CPPUNIT_ASSERT_EQUAL(
        error(10,
              "Invalid or unsupported protocol version (5); the lowest supported version is 4 and the greatest is 4"),
        traits.reply);
}

/// The lower byte of the stream is replaced, so the upper one must tell streams apart.
TEST(CassandraTest, comparesTheVersionAndTheUpperByteOfTheStream)
{
    const std::uint64_t check = ask(query("SELECT 1")).check;
    CPPUNIT_ASSERT(_cassandra.response(answer(RESULT, 0x01ff, "\0\0\0\1"s)).mayAnswer(check));
    CPPUNIT_ASSERT(!_cassandra.response(answer(RESULT, 0x0202, "\0\0\0\1"s)).mayAnswer(check));
    CPPUNIT_ASSERT(!_cassandra.response(frame(RESULT, 0x0102, "\0\0\0\1"s, 0, 0x83)).mayAnswer(check));
    CPPUNIT_ASSERT(_cassandra.response(answer(FAILURE, 0x0102, "\0\0\0\0\0\0"s)).mayAnswer(check));
    CPPUNIT_ASSERT(!_cassandra.response(answer(FAILURE, 0xffff, "\0\0\0\0\0\0"s)).mayAnswer(check));
    for (const unsigned unasked : {2U, 3U, 12U, 14U, 16U}) // READY, AUTHENTICATE, EVENT ...
        CPPUNIT_ASSERT(!_cassandra.response(answer(unasked, 0x0102)).mayAnswer(check));
}

TEST(CassandraTest, behindAReadyTheConnectionIsItsClients)
{
    const RequestTraits traits = ask(frame(11, 0x0102, "\0\0"s));
    CPPUNIT_ASSERT(traits.pins == pins::SUBSCRIPTION && traits.frees == pins::SUBSCRIPTION && traits.barrier);
    const ResponseTraits ready = _cassandra.response(answer(READY, 0x0102));
    CPPUNIT_ASSERT(ready.kind == ResponseTraits::Kind::tunnel && ready.mayAnswer(traits.check));
    const ResponseTraits refused = _cassandra.response(answer(FAILURE, 0x0102, "\0\0\0\0\0\0"s));
    CPPUNIT_ASSERT(refused.kind == ResponseTraits::Kind::final && refused.mayAnswer(traits.check));
    // what is only observed goes on
    const std::uint32_t hint = ask(frame(1, 0), true, true).hint;
    CPPUNIT_ASSERT(_cassandra.response(answer(READY, 0), hint).kind == ResponseTraits::Kind::final);
    CPPUNIT_ASSERT(_cassandra.response(answer(12, 0xffff), hint).kind == ResponseTraits::Kind::interim);
}

TEST(CassandraTest, aConnectionThatMayHaveAKeyspaceServesNobodyElse)
{
    CPPUNIT_ASSERT(!spends("\0\0\0\1"s));
    CPPUNIT_ASSERT(spends("\0\0\0\3\0\4shop"s));
    CPPUNIT_ASSERT(spends(""));
    CPPUNIT_ASSERT(spends("\0\0\0\1"s, 1)); // compressed
    const std::string trace(16, 't');
    const std::string warnings = "\0\2\0\1a\0\2bc"s;
    const std::string payload = "\0\2\0\1k\0\0\0\1v\0\1n\xff\xff\xff\xff"s;
    for (const bool set : {false, true})
    {
        const std::string kind = set ? "\0\0\0\3"s : "\0\0\0\2"s;
        CPPUNIT_ASSERT_EQUAL(set, spends(trace + kind, 2));
        CPPUNIT_ASSERT_EQUAL(set, spends(warnings + kind, 8));
        CPPUNIT_ASSERT_EQUAL(set, spends(payload + kind, 4));
        std::string all = trace;
        all.append(warnings).append(payload).append(kind);
        CPPUNIT_ASSERT_EQUAL(set, spends(all, 14));
    }
    // it is looked for in a few kilobytes only
    const std::string large = "\0\1"s + big(5000, 2) + std::string(5000, 'w') + "\0\0\0\1"s;
    const auto framer = _cassandra.protocol().makeResponseFramer();
    const std::string response = answer(RESULT, 1, large, 8);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, framer->feed(Bytes(response).substr(0, 4095)).taken);
    CPPUNIT_ASSERT_EQUAL(std::size_t{4096}, framer->feed(Bytes(response).substr(0, 4096)).taken);
    CPPUNIT_ASSERT(framer->traits().spends);
}

TEST(CassandraTest, findsTheFirstWordOfAStatement)
{
    for (const char* use :
         {"USE x", "use x", "\n\t UsE\"x\"", "/**/USE/**/x", "-- a\nUSE x", "//a\r-- b\n/* c */ USE x"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(use, pins::DATABASE, ask(query(use)).pins);
    for (const char* other : {"USER x", "'USE x'", "\"USE\" x", "-USE x", "U/**/SE x", "(USE x)"})
    {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(other, 0U, ask(query(other)).pins);
        CPPUNIT_ASSERT(!ask(query(other)).refused);
    }
    const std::string whole = query("/* a comment */ USE shop");
    for (std::size_t n = 9; n < whole.size(); ++n) // cut: refused, or known to be USE
        CPPUNIT_ASSERT_EQUAL(n < 33, ask(whole.substr(0, n)).refused);
}

TEST(CassandraTest, errorsHaveTheStreamOfTheirRequest)
{
    const auto talk = _cassandra.talk({});
    CPPUNIT_ASSERT_EQUAL(error(0x2200, "proximux: Cassandra USE requires a dedicated target connection, which is not "
                                       "available (exchange.stateful)"),
                         ProtocolCheck::ask(*talk, query("USE x")).reply);
    std::string reply;
    const RequestTraits traits = ProtocolCheck::ask(*talk, query("SELECT 1"));
    CPPUNIT_ASSERT(talk->failed(traits, Failure::lost, reply));
    CPPUNIT_ASSERT_EQUAL(error(0, "proximux: the target connection was lost"), reply);
    CPPUNIT_ASSERT(talk->failed(traits, Failure::unavailable, reply));
    CPPUNIT_ASSERT_EQUAL(error(0x1001, "proximux: no target connection was free in time"), reply);
    CPPUNIT_ASSERT(talk->unpinned(traits, "why", reply));
    CPPUNIT_ASSERT_EQUAL(error(0x1001, "proximux: why"), reply);
}

TEST(CassandraTest, eachDirectionHasItsVersionBit)
{
    _cassandra.requests().refuses(answer(READY, 1), "a Cassandra response instead of a request");
    _cassandra.responses().refuses(frame(5, 1), "a Cassandra request instead of a response");
    _cassandra.requests().refuses(frame(4, 1), "a Cassandra frame with an unknown opcode");
    _cassandra.responses().refuses(answer(17, 1), "a Cassandra frame with an unknown opcode");
    _cassandra.requests().refuses("\4\0\0\0\5\x10\0\0\1"s, "a Cassandra frame longer than 256 MB");
    CPPUNIT_ASSERT_EQUAL(frame(5, 7), _cassandra.protocol().probe(0x0107));
    CPPUNIT_ASSERT(_cassandra.protocol().answersProbe(answer(6, 7, "\0\0"s)));
    CPPUNIT_ASSERT(!_cassandra.protocol().answersProbe(answer(READY, 7)));
}

/// What the node reads elsewhere than we do must not reach it.
TEST(CassandraTest, refusesAStatementThatDoesNotFitInItsFrame)
{
    constexpr unsigned PAYLOAD = 4;
    const std::string use = big(8, 4) + "USE shop\0\1\0"s;
    CPPUNIT_ASSERT(ask(frame(7, 1, use)).pins == pins::DATABASE);
    CPPUNIT_ASSERT(ask(frame(7, 1, "\0\0"s + use, PAYLOAD)).pins == pins::DATABASE);
    CPPUNIT_ASSERT(ask(frame(7, 1, "\0\1\0\1k\xff\xff\xff\xff"s + use, PAYLOAD)).pins == pins::DATABASE);
    CPPUNIT_ASSERT(ask(frame(7, 1, use, PAYLOAD)).refused); // a payload that is not there
    for (const unsigned opcode : {7U, 9U})
    {
        CPPUNIT_ASSERT(!ask(frame(opcode, 1, big(8, 4) + "SELECT 1")).refused);
        CPPUNIT_ASSERT(ask(frame(opcode, 1, big(9, 4) + "SELECT 1")).refused);
        CPPUNIT_ASSERT(ask(frame(opcode, 1, big(0xffffffff, 4) + "SELECT 1")).refused);
    }
    // of a frame that is not all there yet
    const std::string large = frame(7, 1, big(5000, 4) + "SELECT " + std::string(4993, 'x'));
    CPPUNIT_ASSERT(!ask(large.substr(0, 4096)).refused);
    const std::string larger = frame(7, 1, big(5001, 4) + "SELECT " + std::string(4993, 'x'));
    CPPUNIT_ASSERT(ask(larger.substr(0, 4096)).refused);
}

} // namespace proximux
