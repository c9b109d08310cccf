#include "support/ModbusBus.h"
#include "support/ProtocolCheck.h"
#include "support/Test.h"

namespace proximux
{

using namespace identified;

/// Modbus RTU and ASCII: their messages, what answers what, and the translation from Modbus/TCP.
class ModbusSerialTest : public CppUnit::TestCase
{
protected:
    ProtocolCheck _rtu{"modbus-rtu"};
    ProtocolCheck _ascii{"modbus-ascii"};

    static ProtocolCheck gateway(ModbusTarget target)
    {
        Framing framing;
        framing.modbusTarget = target;
        return ProtocolCheck("modbus", framing);
    }

    /// What a framer that expects the answer to this request delivers of a stream that comes in pieces of this size.
    static std::vector<std::string> delivered(const ProtocolCheck& check, const RequestTraits& request, Bytes stream,
                                              std::size_t piece)
    {
        const auto framer = check.protocol().makeResponseFramer();
        std::vector<std::string> found;
        std::string pending;
        while (!stream.empty())
        {
            pending.append(stream.substr(0, piece));
            stream.remove_prefix(std::min(piece, stream.size()));
            for (;;)
            {
                framer->expect(request.hint);
                const Framer::Progress progress = framer->feed(pending);
                CPPUNIT_ASSERT(progress.kind != Framer::Progress::Kind::malformed);
                if (progress.taken == 0)
                    break;
                CPPUNIT_ASSERT(framer->traits().mayAnswer(request.check) || !framer->traits().swallowed);
                if (framer->traits().endsRequest() && framer->traits().mayAnswer(request.check))
                    found.push_back(pending.substr(0, progress.taken));
                pending.erase(0, progress.taken);
                if (pending.empty())
                    break;
            }
        }
        return found;
    }

    /// That, in pieces of any size.
    static void delivers(const std::vector<std::string>& expected, const ProtocolCheck& check,
                         const std::string& request, const std::string& stream)
    {
        const RequestTraits traits = ProtocolCheck::ask(*check.talk({}), request);
        CPPUNIT_ASSERT(!traits.local && traits.hint != 0);
        for (std::size_t piece = 1; piece <= stream.size(); ++piece)
            CPPUNIT_ASSERT(expected == delivered(check, traits, stream, piece));
    }
};

/// The examples of the specifications: CRC 1241 hexadecimal of 02 07, low byte first.
TEST(ModbusSerialTest, checksumsAreThoseOfTheSpecification)
{
    CPPUNIT_ASSERT_EQUAL(bytes({2, 7, 0x41, 0x12}), rtu(2, 7, ""));
    CPPUNIT_ASSERT_EQUAL(bytes({1, 3, 0, 0, 0, 10, 0xC5, 0xCD}), rtu(1, 3, u16(0) + u16(10)));
    _rtu.requests().finds({bytes({2, 7, 0x41, 0x12}), bytes({1, 3, 0, 0, 0, 10, 0xC5, 0xCD})});
    CPPUNIT_ASSERT_EQUAL(std::string(":010300000001FB\r\n"), ascii(1, 3, u16(0) + u16(1)));
    _ascii.requests().finds({":010300000001FB\r\n", ":0207F7\r\n", ":f7031389000a60\r\n"});
}

TEST(ModbusSerialTest, aRequestEndsWhereItsFunctionSays)
{
    const std::string counted = bytes({3}) + "xyz";
    const std::vector<std::pair<int, std::string>> right = {{1, "1234"},
                                                            {2, "1234"},
                                                            {3, "1234"},
                                                            {4, "1234"},
                                                            {5, "1234"},
                                                            {6, "1234"},
                                                            {7, ""},
                                                            {8, "1234"},
                                                            {11, ""},
                                                            {12, ""},
                                                            {17, ""},
                                                            {24, "12"},
                                                            {15, "1234" + counted},
                                                            {16, "1234" + counted},
                                                            {20, counted},
                                                            {21, counted},
                                                            {22, "123456"},
                                                            {23, "12345678" + counted},
                                                            {43, bytes({14, 1, 0})}};
    std::vector<std::string> messages;
    for (const auto& [function, data] : right)
        messages.push_back(rtu(1, function, data));
    _rtu.requests().finds(messages);
    for (const int function : {0, 9, 18, 65, 100, 0x83})
        _rtu.requests().refuses(rtu(1, function, "whatever"),
                                "a Modbus RTU request with a function or length that is not known");
    _rtu.requests().refuses(rtu(1, 43, bytes({13, 1, 0})),
                            "a Modbus RTU request with a function or length that is not known");
    _rtu.requests().refuses(rtu(1, 16, "1234\xff"), "a Modbus RTU request with a function or length that is not known");
    std::string wrong = messages[2];
    wrong.back() ^= 1;
    _rtu.requests().refuses(wrong, "a Modbus RTU request with a wrong checksum");
}

TEST(ModbusSerialTest, anAsciiRequestIsALine)
{
    _ascii.requests().finds(
        {ascii(1, 3, u16(0) + u16(1)), ascii(1, 65, "anything"), ascii(1, 16, std::string(252, 'x'))});
    for (const auto& [message, reason] : std::vector<std::pair<std::string, std::string>>{
             {"x", "a Modbus ASCII message without its colon"},
             {":01G", "a Modbus ASCII message with other characters than digits"},
             {":01 ", "a Modbus ASCII message with other characters than digits"},
             {":010300000001FB\n", "a Modbus ASCII message with other characters than digits"},
             {":010300000001FB\rx", "a Modbus ASCII message with other characters than digits"},
             {":010300000001FC\r\n", "a Modbus ASCII message with a wrong checksum"},
             {":01FF\r\n", "a Modbus ASCII message with an impossible length"},
             {":01030\r\n", "a Modbus ASCII message with an impossible length"},
             {":" + std::string(511, '0'), "a Modbus ASCII message longer than 513 bytes"}})
        _ascii.requests().refuses(message, reason);
}

TEST(ModbusSerialTest, aResponseEndsWhereItsFunctionSays)
{
    const std::string identification = bytes({14, 1, 1, 0, 0, 2, 0, 3}) + "abc" + bytes({1, 0});
    const std::vector<std::string> messages = {rtu(1, 1, bytes({1, 5})),
                                               rtu(1, 3, bytes({4}) + "abcd"),
                                               rtu(1, 5, "1234"),
                                               rtu(1, 7, "s"),
                                               rtu(1, 8, "1234"),
                                               rtu(1, 11, "1234"),
                                               rtu(1, 12, bytes({6}) + "abcdef"),
                                               rtu(1, 16, "1234"),
                                               rtu(1, 17, bytes({2}) + "id"),
                                               rtu(1, 20, bytes({4}) + "abcd"),
                                               rtu(1, 22, "123456"),
                                               rtu(1, 23, bytes({2}) + "ab"),
                                               rtu(1, 24, u16(4) + u16(1) + "ab"),
                                               rtu(1, 43, identification),
                                               rtu(1, 0x83, bytes({2}))};
    _rtu.responses().finds(messages);
    CPPUNIT_ASSERT_EQUAL(std::string("unit 1: read holding registers: exception 2"),
                         _rtu.protocol().describeResponse(messages.back(), 100));
}

/// The bus is heard, too: our own request, other devices, broken and foreign answers. None of that is delivered.
TEST(ModbusSerialTest, whatIsNoAnswerIsNoise)
{
    const std::string request = rtu(1, 3, u16(7) + u16(2));
    const std::string right = rtu(1, 3, bytes({4}) + "abcd");
    std::string broken = right;
    broken[5] ^= 4;
    const std::vector<std::string> noises = {"",
                                             std::string(1, '\0'),
                                             "\xff\xff\xff",
                                             request,                          // an echo
                                             rtu(2, 3, bytes({4}) + "abcd"),   // another unit
                                             rtu(1, 4, bytes({4}) + "abcd"),   // another function
                                             rtu(1, 3, bytes({2}) + "ab"),     // another quantity
                                             rtu(1, 3, bytes({6}) + "abcdef"), // another quantity
                                             rtu(1, 0x84, bytes({2})),
                                             broken,
                                             right.substr(1),
                                             "\1",
                                             "GET / HTTP/1.1\r\n\r\n",
                                             rtu(1, 65, "abc")};
    for (const std::string& noise : noises)
    {
        delivers({}, _rtu, request, noise);
        delivers({right}, _rtu, request, noise + right);
        delivers({rtu(1, 0x83, bytes({2}))}, _rtu, request, noise + rtu(1, 0x83, bytes({2})) + noise);
    }
}

/// The address of a request may look like the count and the value of a response, and its quantity like the checksum.
TEST(ModbusSerialTest, anEchoThatReadsAsAResponseIsNoise)
{
    const std::string request = rtu(10, 4, u16(0x022D) + u16(1));
    const std::string likeIt = rtu(10, 4, bytes({2, 0x2D, 0}));
    CPPUNIT_ASSERT_EQUAL(likeIt, request.substr(0, likeIt.size()));
    const std::string right = rtu(10, 4, bytes({2}) + "ab");
    delivers({right}, _rtu, request, right);
    delivers({right}, _rtu, request, request + right);
    delivers({right}, _rtu, request, "\xff" + request + right);
    delivers({likeIt}, _rtu, request, request + likeIt + "\xff");
    delivers({likeIt}, _rtu, request, likeIt + "\xff");
    delivers({}, _rtu, request, likeIt); // the rest of an echo may follow

    for (int address = 0; address <= 0xFFFF; ++address) // each that can be confused, of several quantities
        for (const int count : {1, 2, address >> 9})
            if (count > 0 && count <= 125)
            {
                const std::string any = rtu(10, 4, u16(address) + u16(count));
                const std::string answer = rtu(10, 4, bytes({2 * count}) + std::string(2 * count, 'x'));
                const RequestTraits traits = ProtocolCheck::ask(*_rtu.talk({}), any);
                CPPUNIT_ASSERT(std::vector{answer} == delivered(_rtu, traits, any + answer, 1000));
            }
    // hardly any value is taken for one
    const RequestTraits plain = ProtocolCheck::ask(*_rtu.talk({}), rtu(10, 4, u16(0) + u16(1)));
    const RequestTraits traits = ProtocolCheck::ask(*_rtu.talk({}), request);
    int lost = 0;
    for (int value = 0; value <= 0xFFFF; ++value)
    {
        const std::string answer = rtu(10, 4, bytes({2}) + u16(value));
        CPPUNIT_ASSERT(std::vector{answer} == delivered(_rtu, plain, answer, 1000));
        lost += delivered(_rtu, traits, answer, 1000).empty() ? 1 : 0;
    }
    CPPUNIT_ASSERT_EQUAL(2, lost); // the address and the one other byte with that checksum
}

TEST(ModbusSerialTest, inAsciiToo)
{
    const std::string request = ascii(1, 3, u16(7) + u16(2));
    const std::string right = ascii(1, 3, bytes({4}) + "abcd");
    std::string broken = right;
    broken[9] = broken[9] == '0' ? '1' : '0';
    for (const std::string& noise :
         {std::string(), std::string("\r\n"), std::string(":"), std::string(":01"), request, right.substr(1),
          ascii(2, 3, bytes({4}) + "abcd"), ascii(1, 4, bytes({4}) + "abcd"), ascii(1, 3, bytes({2}) + "ab"), broken,
          ascii(1, 3, bytes({9}) + "abcd"), std::string(600, '0'), ":" + std::string(600, '0')})
    {
        delivers({right}, _ascii, request, noise + right);
        delivers({ascii(1, 0x83, bytes({2}))}, _ascii, request, noise + ascii(1, 0x83, bytes({2})));
    }
}

/// What else a response repeats is compared, so that a late one is not taken for another's.
TEST(ModbusSerialTest, aWriteIsAnsweredByItsEcho)
{
    const std::string mask = u16(4) + u16(0xF2) + u16(0x25);
    const std::vector<std::pair<std::string, std::string>> pairs = {
        {rtu(1, 5, u16(9) + u16(0xFF00)), rtu(1, 5, u16(9) + u16(0xFF00))},
        {rtu(1, 6, u16(9) + u16(3)), rtu(1, 6, u16(9) + u16(3))},
        {rtu(1, 15, u16(9) + u16(3) + bytes({1, 5})), rtu(1, 15, u16(9) + u16(3))},
        {rtu(1, 16, u16(9) + u16(1) + bytes({2, 0, 5})), rtu(1, 16, u16(9) + u16(1))},
        {rtu(1, 22, mask), rtu(1, 22, mask)}};
    for (const auto& [request, answer] : pairs)
    {
        delivers({answer}, _rtu, request, answer);
        for (const std::size_t at : {2U, 3U, 4U, 5U})
        {
            std::string other = answer.substr(2, answer.size() - 4);
            other[at - 2] ^= 1;
            delivers({}, _rtu, request, rtu(1, answer[1], other));
        }
    }
}

TEST(ModbusSerialTest, nobodyAnswersABroadcast)
{
    const auto talk = _rtu.talk({});
    const RequestTraits write = ProtocolCheck::ask(*talk, rtu(0, 6, u16(0) + u16(1)));
    CPPUNIT_ASSERT(!write.answered && !write.optional && write.part == 0);
    CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, rtu(0, 3, u16(0) + u16(1))).answered);
    CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, rtu(1, 6, u16(0) + u16(1))).answered);
    const RequestTraits wrong = ProtocolCheck::ask(*talk, rtu(0, 5, u16(0) + u16(1)));
    CPPUNIT_ASSERT(wrong.refused);
    CPPUNIT_ASSERT_EQUAL(rtu(0, 0x85, bytes({3})), wrong.reply);
}

TEST(ModbusSerialTest, aClientGetsExceptionsInItsForm)
{
    std::string reply;
    const auto talk = _rtu.talk({});
    const RequestTraits traits = ProtocolCheck::ask(*talk, rtu(7, 3, u16(0) + u16(1)));
    CPPUNIT_ASSERT(traits.supersedes && traits.awaited && traits.repeatable);
    CPPUNIT_ASSERT(talk->failed(traits, Failure::timeout, reply));
    CPPUNIT_ASSERT_EQUAL(rtu(7, 0x83, bytes({11})), reply);
    const auto lines = _ascii.talk({});
    CPPUNIT_ASSERT(
        lines->failed(ProtocolCheck::ask(*lines, ascii(7, 3, u16(0) + u16(1))), Failure::unavailable, reply));
    CPPUNIT_ASSERT_EQUAL(ascii(7, 0x83, bytes({10})), reply);
}

TEST(ModbusSerialTest, aGatewayTranslates)
{
    const std::string read = u16(0) + u16(1);
    for (const ModbusTarget target : {ModbusTarget::rtu, ModbusTarget::ascii})
    {
        const auto message = target == ModbusTarget::rtu ? &rtu : &ascii;
        const ProtocolCheck check = gateway(target);
        const auto talk = check.talk({});
        const RequestTraits traits = ProtocolCheck::ask(*talk, modbus(7, 3, read));
        CPPUNIT_ASSERT(traits.rewritten && traits.translated && !traits.supersedes);
        std::string text;
        talk->rewrite(modbus(7, 3, read), traits, text);
        CPPUNIT_ASSERT_EQUAL(message(7, 3, read), text);
        const std::string answer = message(7, 3, bytes({2, 0, 5}));
        delivers({answer}, check, modbus(7, 3, read), answer);
        talk->translate(answer, traits, text);
        CPPUNIT_ASSERT_EQUAL(modbus(7, 3, bytes({2, 0, 5})), text);
        CPPUNIT_ASSERT(talk->failed(traits, Failure::timeout, text));
        CPPUNIT_ASSERT_EQUAL(modbus(7, 0x83, bytes({11})), text);
        CPPUNIT_ASSERT(!check.protocol().requestId() && check.protocol().isExclusive());
        CPPUNIT_ASSERT_EQUAL(std::string("exchange.modbus_target"), std::string(check.protocol().translates()));
        CPPUNIT_ASSERT(check.protocol().answersProbe(message(1, 3, bytes({2, 0, 5}))));
        CPPUNIT_ASSERT_EQUAL(message(1, 3, read), check.protocol().probe(5));
    }
}

TEST(ModbusSerialTest, aGatewayRefusesWhatItCannotDelimit)
{
    const auto code = [](ModbusTarget target, const std::string& request)
    {
        const RequestTraits traits = ProtocolCheck::ask(*gateway(target).talk({}), request);
        return traits.local ? traits.reply.back() : '\0';
    };
    for (const ModbusTarget target : {ModbusTarget::rtu, ModbusTarget::ascii})
    {
        CPPUNIT_ASSERT_EQUAL(target == ModbusTarget::rtu ? '\1' : '\0', code(target, modbus(1, 65, "any")));
        CPPUNIT_ASSERT_EQUAL(target == ModbusTarget::rtu ? '\1' : '\0', code(target, modbus(1, 43, bytes({13, 1}))));
        CPPUNIT_ASSERT_EQUAL('\1', code(target, modbus(1, 0x83, "1")));
        CPPUNIT_ASSERT_EQUAL('\1', code(target, modbus(1, 0, "")));
        CPPUNIT_ASSERT_EQUAL('\3', code(target, modbus(1, 3, "12345")));
        CPPUNIT_ASSERT_EQUAL('\3', code(target, modbus(1, 8, "12")));
        CPPUNIT_ASSERT_EQUAL('\3', code(target, modbus(1, 16, "1234\xff")));
        CPPUNIT_ASSERT_EQUAL('\0', code(target, modbus(1, 43, bytes({14, 1, 0}))));
    }
}

} // namespace proximux
