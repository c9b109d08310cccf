#include "support/ProtocolCheck.h"
#include "support/Test.h"

#include <proximux/Number.h>

#include <string>
#include <vector>

namespace proximux
{

using namespace std::string_literals;

/// MongoDB: what its vectors can't say.
class MongodbTest : public CppUnit::TestCase
{
protected:
    static constexpr unsigned CHECKSUM = 1;
    static constexpr unsigned MORE_TO_COME = 2;
    static constexpr unsigned EXHAUST_ALLOWED = 1U << 16U;

    static std::string little(std::uint64_t value, std::size_t width = 4)
    {
        std::string text(width, '\0');
        writeNumber(value, text.data(), width, ByteOrder::little);
        return text;
    }

    static std::string number(const std::string& name, unsigned value) { return "\x10" + name + '\0' + little(value); }
    static std::string large(const std::string& name, unsigned value)
    {
        return "\x12" + name + '\0' + little(value, 8);
    }
    static std::string boolean(const std::string& name, bool value) { return "\x08" + name + '\0' + little(value, 1); }

    static std::string text(const std::string& name, const std::string& value)
    {
        return "\x02" + name + '\0' + little(value.size() + 1) + value + '\0';
    }

    static std::string document(const std::string& elements) { return little(elements.size() + 5) + elements + '\0'; }

    static std::string within(const std::string& name, const std::string& elements, char type = 3)
    {
        return type + name + '\0' + document(elements);
    }

    static std::string framed(const std::string& content, unsigned id, unsigned to, unsigned opcode)
    {
        return little(16 + content.size()) + little(id) + little(to) + little(opcode) + content;
    }

    static std::string message(const std::string& elements, unsigned flags = 0, const std::string& behind = "",
                               unsigned id = 7, unsigned to = 0)
    {
        return framed(little(flags) + '\0' + document(elements) + behind, id, to, 2013);
    }

    static std::string ok(const std::string& elements = "", double value = 1)
    {
        return message(elements + "\1ok\0"s + (value != 0 ? "\0\0\0\0\0\0\xf0?"s : std::string(8, '\0')), 0, "", 3, 7);
    }

    static std::string batch(const char* name, unsigned cursor)
    {
        return ok(within("cursor", within(name, within("0", number("id", 5)), 4) + large("id", cursor)));
    }

    static std::string query(const std::string& elements)
    {
        return framed(std::string(4, '\0') + "admin.$cmd\0"s + std::string(8, '\0') + document(elements), 7, 0, 2004);
    }

    static ConversationSettings settings(bool pins, bool oneTarget)
    {
        ConversationSettings made;
        made.pins = pins;
        made.oneTarget = oneTarget;
        return made;
    }

    /// The request as its target gets it.
    [[nodiscard]] std::string sent(const std::string& request) const
    {
        const auto talk = _mongodb.talk(settings(true, true));
        const RequestTraits traits = ProtocolCheck::ask(*talk, request);
        CPPUNIT_ASSERT(!traits.local);
        std::string text = request;
        if (traits.rewritten)
            talk->rewrite(request, traits, text);
        _mongodb.requests().finds({text});
        return text;
    }

    [[nodiscard]] std::string translated(const std::string& response) const
    {
        const auto talk = _mongodb.talk(settings(true, true));
        std::string text;
        talk->translate(response, {}, text);
        return text;
    }

    /// The states that have not ended behind these responses on one connection.
    [[nodiscard]] unsigned keeps(const std::vector<std::string>& responses, std::size_t piece = std::string::npos) const
    {
        const auto framer = _mongodb.protocol().makeResponseFramer();
        for (const std::string& response : responses)
            for (std::size_t at = 0, seen = piece; at < response.size();)
            {
                const auto progress = framer->feed(Bytes(response).substr(at, seen));
                CPPUNIT_ASSERT_EQUAL(std::string(), std::string(progress.reason));
                at += progress.taken;
                seen = progress.taken == 0 ? seen + piece : piece;
            }
        return framer->traits().keeps;
    }

    const ProtocolCheck _mongodb{"mongodb"};
};

TEST(MongodbTest, takesOutWhatAChangedIdWouldBreak)
{
    const std::string ping = number("ping", 1) + text("$db", "admin");
    CPPUNIT_ASSERT_EQUAL(message(ping), sent(message(ping)));
    CPPUNIT_ASSERT_EQUAL(message(ping), sent(message(ping, CHECKSUM, "crc.")));
    CPPUNIT_ASSERT_EQUAL(message(ping), sent(message(ping, EXHAUST_ALLOWED)));
    const std::string documents = "\1"s + little(18) + "d\0"s + document(number("a", 1));
    CPPUNIT_ASSERT_EQUAL(message(ping, 0, documents),
                         sent(message(ping, CHECKSUM | EXHAUST_ALLOWED, documents + "crc.")));
}

TEST(MongodbTest, takesTheStateOfAConnectionOutOfAHello)
{
    const std::string kept = number("hello", 1) + text("$db", "admin") + text("saslSupportedMechs", "admin.user");
    const std::string state = within("client", text("application", "x")) + within("compression", text("0", "zlib"), 4) +
                              within("speculativeAuthenticate", number("saslStart", 1)) + boolean("helloOk", true) +
                              boolean("backpressure", true) + within("topologyVersion", large("counter", 4)) +
                              large("maxAwaitTimeMS", 10000);
    CPPUNIT_ASSERT_EQUAL(message(kept), sent(message(kept + state, EXHAUST_ALLOWED)));
    CPPUNIT_ASSERT_EQUAL(query(number("isMaster", 1)), sent(query(number("isMaster", 1) + state)));
    // of another command they mean nothing of that
    const std::string other = text("count", "x") + within("client", text("a", "x"));
    CPPUNIT_ASSERT_EQUAL(message(other), sent(message(other)));
}

TEST(MongodbTest, noReplyToHelloMakesAClientWaitForTheNext)
{
    const std::string version = within("topologyVersion", large("counter", 4));
    CPPUNIT_ASSERT_EQUAL(ok(number("a", 1) + number("b", 2)),
                         translated(ok(number("a", 1) + version + number("b", 2))));
    CPPUNIT_ASSERT_EQUAL(ok(number("a", 1)), translated(ok(number("a", 1))));
    const std::string header(20, '\0');
    CPPUNIT_ASSERT_EQUAL(framed(header + document(number("a", 1)), 3, 7, 1),
                         translated(framed(header + document(version + number("a", 1)), 3, 7, 1)));
    // what is not whole, or not understood, stays as it is
    const std::string reply = ok(version);
    CPPUNIT_ASSERT_EQUAL(reply.substr(0, 40), translated(reply.substr(0, 40)));
    const std::string strange = message("\x55" + "a\0"s);
    CPPUNIT_ASSERT_EQUAL(strange, translated(strange));
}

TEST(MongodbTest, aReplyOfAFewKilobytesIsTakenWhole)
{
    const auto framer = _mongodb.protocol().makeResponseFramer();
    const std::string small = ok(text("a", std::string(16000, 'x')));
    for (const std::size_t n : {std::size_t{0}, std::size_t{20}, std::size_t{30}, small.size() - 1})
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, framer->feed(Bytes(small).substr(0, n)).taken);
    CPPUNIT_ASSERT_EQUAL(small.size(), framer->feed(small).taken);
    const std::string big = ok(text("a", std::string(17000, 'x')));
    CPPUNIT_ASSERT_EQUAL(std::size_t{16384}, framer->feed(Bytes(big).substr(0, 16384)).taken);
}

TEST(MongodbTest, cursorsAndTransactionsPinOnlyWithSeveralTargets)
{
    const std::string find = message(text("find", "x") + text("$db", "d"));
    const std::string transaction = within("lsid", number("id", 1)) + boolean("autocommit", false) + text("$db", "d");
    const std::string insert = message(text("insert", "x") + boolean("startTransaction", true) + transaction);
    const std::string commit = message(number("commitTransaction", 1) + transaction);
    for (const bool pins : {false, true})
        for (const std::string& each : {find, insert, commit})
        {
            const RequestTraits one = ProtocolCheck::ask(*_mongodb.talk(settings(pins, true)), each);
            CPPUNIT_ASSERT(one.pins == 0 && !one.refused && !one.repeatable);
            CPPUNIT_ASSERT_EQUAL(!pins, ProtocolCheck::ask(*_mongodb.talk(settings(pins, false)), each).refused);
        }
    const auto talk = _mongodb.talk(settings(true, false));
    const RequestTraits cursor = ProtocolCheck::ask(*talk, find);
    CPPUNIT_ASSERT(cursor.pins == pins::TRANSFER && cursor.frees == pins::TRANSFER);
    const RequestTraits begun = ProtocolCheck::ask(*talk, insert);
    CPPUNIT_ASSERT(begun.pins == pins::TRANSACTION && begun.frees == 0);
    const RequestTraits ended = ProtocolCheck::ask(*talk, commit);
    CPPUNIT_ASSERT(ended.pins == pins::TRANSACTION && ended.frees == pins::TRANSACTION);
}

TEST(MongodbTest, aPinLastsUntilTheLastTransactionOfItsClientHasEnded)
{
    const auto talk = _mongodb.talk(settings(true, false));
    const auto ask = [&talk](const std::string& first, unsigned session)
    {
        const std::string rest = within("lsid", number("id", session)) + boolean("autocommit", false);
        return ProtocolCheck::ask(*talk, message(first + rest)).frees;
    };
    const std::string begin = text("update", "x") + boolean("startTransaction", true);
    CPPUNIT_ASSERT_EQUAL(0U, ask(begin, 1));
    CPPUNIT_ASSERT_EQUAL(0U, ask(begin, 2));
    CPPUNIT_ASSERT_EQUAL(0U, ask(text("update", "x"), 2));
    CPPUNIT_ASSERT_EQUAL(0U, ask(number("commitTransaction", 1), 1));
    CPPUNIT_ASSERT_EQUAL(pins::TRANSACTION, ask(number("abortTransaction", 1), 2));
    CPPUNIT_ASSERT_EQUAL(pins::TRANSACTION, ask(number("abortTransaction", 1), 2)); // asked again
    for (unsigned session = 1; session <= 100; ++session)                           // too many to be counted
        ask(begin, session);
    for (unsigned session = 1; session <= 100; ++session)
        CPPUNIT_ASSERT_EQUAL(0U, ask(number("abortTransaction", 1), session));
}

TEST(MongodbTest, aPinLastsUntilTheLastCursorHasEnded)
{
    const std::string killed = within("cursorsKilled", large("0", 8) + large("1", 9), 4);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, std::string::npos})
    {
        CPPUNIT_ASSERT_EQUAL(0U, keeps({ok()}, piece));
        CPPUNIT_ASSERT_EQUAL(0U, keeps({batch("firstBatch", 0)}, piece));
        CPPUNIT_ASSERT_EQUAL(pins::TRANSFER, keeps({batch("firstBatch", 8)}, piece));
        CPPUNIT_ASSERT_EQUAL(pins::TRANSFER, keeps({batch("firstBatch", 8), batch("nextBatch", 8)}, piece));
        CPPUNIT_ASSERT_EQUAL(0U, keeps({batch("firstBatch", 8), batch("nextBatch", 8), batch("nextBatch", 0)}, piece));
        CPPUNIT_ASSERT_EQUAL(pins::TRANSFER,
                             keeps({batch("firstBatch", 8), batch("firstBatch", 9), batch("nextBatch", 0)}, piece));
        CPPUNIT_ASSERT_EQUAL(0U, keeps({batch("firstBatch", 8), batch("firstBatch", 9), ok(killed)}, piece));
        CPPUNIT_ASSERT_EQUAL(pins::TRANSFER | pins::TRANSACTION, keeps({batch("firstBatch", 8), ok("", 0)}, piece));
    }
}

TEST(MongodbTest, whatAReplyLeavesIsReadWhateverElseIsInIt)
{
    const std::string all = number("i", 1) + large("l", 1) + text("t", "cursor") + within("d", large("id", 1)) +
                            within("a", text("0", "x"), 4) + "\5b\0"s + little(2) + "\0xy"s + "\7o\0"s +
                            std::string(12, 'o') + "\x9" + "when\0"s + little(1, 8) + "\xAn\0"s + "\xBr\0"s +
                            "a.*\0i\0"s + "\xCp\0"s + little(2) + "x\0"s + std::string(12, 'o') + "\xDj\0"s +
                            little(2) + "x\0"s + "\xEs\0"s + little(2) + "x\0"s + "\xF" + "c\0"s + little(16) +
                            little(3) + "xy\0"s + document("") + "\x11" + "z\0"s + little(1, 8) + "\x13" + "m\0"s +
                            std::string(16, 'm') + "\xff<\0"s + "\x7f>\0"s + "\6u\0"s + boolean("y", true);
    const std::string reply = ok(all + within("cursor", all + within("firstBatch", "", 4) + large("id", 8)) + all);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::string::npos})
        CPPUNIT_ASSERT_EQUAL(pins::TRANSFER, keeps({reply}, piece));
    CPPUNIT_ASSERT_EQUAL(0U, keeps({ok(all)}));
    CPPUNIT_ASSERT_EQUAL("ok, an open cursor"s, _mongodb.protocol().describeResponse(reply, 100));
    // a command with all of that is understood, too
    CPPUNIT_ASSERT(ProtocolCheck::ask(*_mongodb.talk({}), message(text("count", "x") + all)).repeatable);
    CPPUNIT_ASSERT_EQUAL("count x"s, _mongodb.protocol().describe(message(text("count", "x") + all), 100));
    // in doubt nothing has ended, until the connection does
    for (const std::string& strange :
         {message("\x55" + "a\0"s), message("\2a\0"s + little(0)), message("\3a\0"s + little(4))})
        CPPUNIT_ASSERT_EQUAL(pins::TRANSFER | pins::TRANSACTION, keeps({strange}));
    CPPUNIT_ASSERT_EQUAL(pins::TRANSFER | pins::TRANSACTION, keeps({message("\x55" + "a\0"s), ok()}));
}

TEST(MongodbTest, aTransactionThatTheServerHasNotEndsWithThatError)
{
    CPPUNIT_ASSERT_EQUAL(0U, keeps({ok(number("code", 251), 0)}));
    CPPUNIT_ASSERT_EQUAL(pins::TRANSACTION, keeps({ok(number("code", 112), 0)}));
}

TEST(MongodbTest, aRequestLargerThanTheBufferIsNotGuessedAt)
{
    const std::string documents = "\1"s + little(100000) + "documents\0"s + std::string(1000, 'x');
    const auto ask = [this](const std::string& beginning, bool pins = true)
    {
        RequestTraits traits;
        _mongodb.talk(settings(pins, true))->request(beginning, false, traits);
        return traits;
    };
    const std::string insert = text("insert", "x") + text("$db", "d");
    CPPUNIT_ASSERT(ask(message(insert, 0, documents)).pins == 0);
    CPPUNIT_ASSERT(!ask(message(insert, MORE_TO_COME, documents)).answered);
    // the body is cut, or not there
    const std::string body = message(insert + text("a", std::string(1000, 'x'))).substr(0, 200);
    CPPUNIT_ASSERT_EQUAL(pins::UNKNOWN, ask(body).pins);
    CPPUNIT_ASSERT(ask(body, false).refused);
    const std::string behind = framed(std::string(4, '\0') + documents, 7, 0, 2013);
    CPPUNIT_ASSERT_EQUAL("a MongoDB command whose body is beyond exchange.request_buffer"s,
                         std::string(ask(behind).refusal));
    // what would have to be changed
    CPPUNIT_ASSERT(ask(message(insert, CHECKSUM, documents)).refused);
    CPPUNIT_ASSERT(ask(message(number("hello", 1), 0, documents)).refused);
}

TEST(MongodbTest, errorsAnswerTheRequest)
{
    const auto talk = _mongodb.talk(settings(false, false));
    const auto error = [](const std::string& why, unsigned code, const std::string& name)
    {
        return "\1ok\0"s + std::string(8, '\0') + text("errmsg", "proximux: " + why) + number("code", code) +
               text("codeName", name);
    };
    const std::string refusal = "MongoDB authentication requires a dedicated target connection, which is not available "
                                "(exchange.stateful)";
    CPPUNIT_ASSERT_EQUAL(message(error(refusal, 20, "IllegalOperation"), 0, "", 0, 7),
                         ProtocolCheck::ask(*talk, message(number("saslStart", 1))).reply);
    std::string reply;
    CPPUNIT_ASSERT(talk->failed(ProtocolCheck::ask(*talk, message(number("ping", 1))), Failure::timeout, reply));
    CPPUNIT_ASSERT_EQUAL(message(error("the target did not answer in time", 89, "NetworkTimeout"), 0, "", 0, 7), reply);
    CPPUNIT_ASSERT(talk->failed(ProtocolCheck::ask(*talk, query(number("isMaster", 1))), Failure::lost, reply));
    CPPUNIT_ASSERT_EQUAL(framed(std::string(16, '\0') + little(1) +
                                    document(error("the target connection was lost", 6, "HostUnreachable")),
                                0, 7, 1),
                         reply);
    // who waits for no reply gets none, and is closed
    const RequestTraits silent = ProtocolCheck::ask(*talk, message(text("insert", "x"), MORE_TO_COME));
    CPPUNIT_ASSERT(!silent.refused && !talk->failed(silent, Failure::lost, reply));
    const RequestTraits refused = ProtocolCheck::ask(*talk, message(number("ping", 1), MORE_TO_COME));
    CPPUNIT_ASSERT(refused.refused && refused.last && refused.reply.empty());
}

TEST(MongodbTest, eachDirectionHasItsOpcodes)
{
    _mongodb.requests().refuses(framed(std::string(30, '\0'), 7, 0, 1), "a MongoDB response instead of a request");
    _mongodb.responses().refuses(framed(std::string(30, '\0'), 7, 0, 2004), "a MongoDB request instead of a response");
    const std::string probe = _mongodb.protocol().probe(7);
    CPPUNIT_ASSERT_EQUAL(message(number("ping", 1) + text("$db", "admin")), probe);
    CPPUNIT_ASSERT(_mongodb.protocol().answersProbe(ok()));
    CPPUNIT_ASSERT(!_mongodb.protocol().answersProbe(ok("", 0)));
    CPPUNIT_ASSERT(!_mongodb.protocol().answersProbe(probe));
}

} // namespace proximux
