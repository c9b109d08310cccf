#include "unit/protocol/IdentifiedFixture.h"

namespace proximux
{

/// Modbus: its messages, and what they mean.
class ModbusTest : public IdentifiedFixture
{
};

TEST(ModbusTest, delimitsModbus)
{
    const std::vector<std::string> messages = {modbus(1, 3, u16(0) + u16(10)), modbus(0, 7, ""),
                                               modbus(255, 16, std::string(252, 'x'))};
    _modbus.requests().finds(messages);
    _modbus.responses().finds(messages);
    CPPUNIT_ASSERT_EQUAL(std::string("unit 1: read holding registers 0, 10"),
                         _modbus.protocol().describe(messages[0], 100));
    CPPUNIT_ASSERT_EQUAL(std::string("unit 1: read coils: exception 2"),
                         _modbus.protocol().describeResponse(modbus(1, 0x81, bytes({2})), 100));
}

TEST(ModbusTest, refusesWhatIsNoModbus)
{
    const std::string length = "a Modbus message with a length outside 2..254";
    _modbus.requests().refuses(bytes({0, 1, 0, 0, 0, 1, 1, 3}), length);
    _modbus.requests().refuses(bytes({0, 1, 0, 0, 0, 255, 1, 3}), length);
    _modbus.responses().refuses(bytes({0, 1, 0, 0, 1, 0, 1, 3}), length);
    _modbus.requests().refuses("GET / HTTP/1.1", "a Modbus message with a protocol identifier other than 0");
}

TEST(ModbusTest, answersAsAGateway)
{
    const auto talk = _modbus.talk({});
    const RequestTraits traits = ProtocolCheck::ask(*talk, modbus(7, 3, u16(0) + u16(10)));
    CPPUNIT_ASSERT(traits.repeatable);
    CPPUNIT_ASSERT(!ProtocolCheck::ask(*talk, modbus(7, 16, "xx")).repeatable);
    CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, modbus(0, 16, u16(0) + u16(1) + bytes({2, 0, 7}))).optional);
    for (const std::string& one : {modbus(7, 8, u16(0) + u16(4)), modbus(7, 8, ""), modbus(7, 16, "xx"),
                                   modbus(0, 3, "xx"), modbus(0, 23, "xx")})
        CPPUNIT_ASSERT(!ProtocolCheck::ask(*talk, one).optional);
    std::string reply;
    CPPUNIT_ASSERT(talk->failed(traits, Failure::timeout, reply));
    CPPUNIT_ASSERT_EQUAL(modbus(7, 0x83, bytes({0x0B})), reply);
    CPPUNIT_ASSERT(talk->failed(traits, Failure::unavailable, reply));
    CPPUNIT_ASSERT_EQUAL(modbus(7, 0x83, bytes({0x0A})), reply);
    CPPUNIT_ASSERT(!talk->malformed("x", reply));
}

TEST(ModbusTest, comparesUnitAndFunction)
{
    const std::uint64_t check = ProtocolCheck::ask(*_modbus.talk({}), modbus(7, 3, "xxxx")).check;
    CPPUNIT_ASSERT_EQUAL(check, _modbus.response(modbus(7, 3, "y")).check);
    CPPUNIT_ASSERT_EQUAL(check, _modbus.response(modbus(7, 0x83, "y")).check);
    CPPUNIT_ASSERT(check != _modbus.response(modbus(8, 3, "y")).check);
    CPPUNIT_ASSERT(check != _modbus.response(modbus(7, 4, "y")).check);
}

TEST(ModbusTest, acceptsAnyUnitWhereThatIsWanted)
{
    Framing framing;
    framing.modbusUnit = ModbusUnit::any;
    const ProtocolCheck check("modbus", framing);
    const auto talk = check.talk({});
    const RequestTraits traits = ProtocolCheck::ask(*talk, modbus(7, 3, "xxxx"));
    CPPUNIT_ASSERT(traits.translated && !traits.rewritten);
    CPPUNIT_ASSERT_EQUAL(traits.check, check.response(modbus(255, 3, "y")).check);
    CPPUNIT_ASSERT(traits.check != check.response(modbus(7, 4, "y")).check);
    std::string text;
    talk->translate(modbus(255, 3, "y"), traits, text);
    CPPUNIT_ASSERT_EQUAL(modbus(7, 3, "y"), text);
    talk->translate(modbus(255, 3, "y").substr(0, 8), traits, text); // the rest comes as it is
    CPPUNIT_ASSERT_EQUAL(modbus(7, 3, "y").substr(0, 8), text);
    CPPUNIT_ASSERT_EQUAL(std::string(), std::string(check.protocol().translates()));
}

TEST(ModbusTest, asksAnotherUnitWhereThatIsWanted)
{
    Framing framing;
    framing.modbusUnits = {{1, 5}, {2, 5}, {9, 0}, {0, 3}};
    const ProtocolCheck check("modbus", framing);
    const auto talk = check.talk({});
    std::string text;
    for (const int unit : {1, 2, 5})
    {
        const std::string asked = modbus(unit, 3, u16(0) + u16(1));
        const RequestTraits traits = ProtocolCheck::ask(*talk, asked);
        CPPUNIT_ASSERT_EQUAL(unit != 5, traits.rewritten);
        CPPUNIT_ASSERT_EQUAL(unit != 5, traits.translated);
        CPPUNIT_ASSERT_EQUAL(std::string("unit 5, function 3"), check.protocol().nameOfPart(traits.part));
        CPPUNIT_ASSERT_EQUAL(traits.check, check.response(modbus(5, 3, "y")).check);
        talk->rewrite(asked, traits, text);
        CPPUNIT_ASSERT_EQUAL(modbus(5, 3, u16(0) + u16(1)), text);
        talk->translate(modbus(5, 0x83, bytes({2})), traits, text);
        CPPUNIT_ASSERT_EQUAL(modbus(unit, 0x83, bytes({2})), text);
        CPPUNIT_ASSERT(talk->failed(traits, Failure::timeout, text));
        CPPUNIT_ASSERT_EQUAL(modbus(unit, 0x83, bytes({11})), text);
    }
    // what is a broadcast is said by the unit that the target is asked
    CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, modbus(9, 6, u16(0) + u16(1))).optional);
    CPPUNIT_ASSERT(!ProtocolCheck::ask(*talk, modbus(0, 6, u16(0) + u16(1))).optional);
    CPPUNIT_ASSERT_EQUAL(std::string("exchange.modbus_units"), std::string(check.protocol().translates()));
}

/// A server that looks at the function alone would take the rest for another request.
TEST(ModbusTest, refusesAModbusRequestOfAnotherSize)
{
    const auto talk = _modbus.talk({});
    const std::string counted = bytes({3}) + "xyz";
    const std::vector<std::pair<int, std::string>> right = {{1, "1234"},
                                                            {2, "1234"},
                                                            {3, "1234"},
                                                            {4, "1234"},
                                                            {5, "1234"},
                                                            {6, "1234"},
                                                            {7, ""},
                                                            {11, ""},
                                                            {12, ""},
                                                            {15, "1234" + counted},
                                                            {16, "1234" + counted},
                                                            {17, ""},
                                                            {20, counted},
                                                            {21, counted},
                                                            {22, "123456"},
                                                            {23, "12345678" + counted},
                                                            {24, "12"}};
    for (const auto& [function, data] : right)
    {
        CPPUNIT_ASSERT(!ProtocolCheck::ask(*talk, modbus(1, function, data)).local);
        for (const std::string& wrong : {data + "x", data + modbus(1, 3, "1234"), data.substr(0, data.size() / 2)})
        {
            if (wrong == data)
                continue;
            const RequestTraits traits = ProtocolCheck::ask(*talk, modbus(1, function, wrong));
            CPPUNIT_ASSERT(traits.local);
            CPPUNIT_ASSERT_EQUAL(modbus(1, function | 0x80, bytes({3})), traits.reply);
        }
    }
    for (const int function : {8, 43, 65, 100, 131})
        CPPUNIT_ASSERT(!ProtocolCheck::ask(*talk, modbus(1, function, "whatever")).local);
}

/// What it refuses makes a server throw away what came behind it, and behind a broadcast others are sent at once.
TEST(ModbusTest, refusesABroadcastThatServersRefuse)
{
    const auto talk = _modbus.talk({});
    const std::string at = u16(0);
    const auto zeros = [](int count)
    { return bytes({count & 255}) + std::string(static_cast<std::size_t>(count), '\0'); };
    const std::vector<std::pair<int, std::string>> wrong = {{5, at + u16(1)},
                                                            {15, at + u16(0) + zeros(0)},
                                                            {15, at + u16(9) + zeros(1)},
                                                            {15, at + u16(1969) + zeros(246)},
                                                            {16, at + u16(0) + zeros(0)},
                                                            {16, at + u16(2) + zeros(2)},
                                                            {16, at + u16(124) + zeros(247)}};
    for (const auto& [function, data] : wrong)
    {
        const RequestTraits traits = ProtocolCheck::ask(*talk, modbus(0, function, data));
        CPPUNIT_ASSERT(traits.local && !traits.optional);
        CPPUNIT_ASSERT_EQUAL(modbus(0, function | 0x80, bytes({3})), traits.reply);
        CPPUNIT_ASSERT(!ProtocolCheck::ask(*talk, modbus(1, function, data)).local);
    }
    for (const auto& [function, data] : std::vector<std::pair<int, std::string>>{
             {5, at + u16(0xFF00)}, {15, at + u16(1968) + zeros(246)}, {16, at + u16(123) + zeros(246)}})
        CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, modbus(0, function, data)).optional);
    for (const int function : {8, 21, 43, 65})
        CPPUNIT_ASSERT(!ProtocolCheck::ask(*talk, modbus(0, function, u16(4) + u16(0))).optional);
}

} // namespace proximux
