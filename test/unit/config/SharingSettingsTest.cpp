#include "unit/config/LoadingFixture.h"

namespace proximux
{

/// What the settings of fifo and funnel may be, and what they ask of each other.
class SharingSettingsTest : public LoadingFixture
{
protected:
    static Environment least() { return {{"LOCAL_PORT", "3307"}, {"TARGET_HOST_1", "db"}, {"TARGET_PORT_1", "3306"}}; }

    static Environment fifo(const std::string& protocol)
    {
        Environment environment = least();
        environment["PROXIMUX_EXCHANGE_MODE"] = "fifo";
        environment["PROXIMUX_EXCHANGE_PROTOCOL"] = protocol;
        return environment;
    }

    static void assertFifoMistake(const std::string& protocol, const std::string& name, const std::string& value,
                                  const std::string& expected)
    {
        Environment environment = fifo(protocol);
        environment[name] = value;
        assertMistake(fromEnvironment(environment), expected);
    }
};

TEST(SharingSettingsTest, countsTheConnectionsOfAllTargets)
{
    Environment environment = least();
    environment["PROXIMUX_TARGET_1_CONNECTIONS"] = "4";
    environment["PROXIMUX_POOL_CONNECTIONS"] = "4";
    CPPUNIT_ASSERT(good(fromEnvironment(environment)).exchange.mode == Mode::funnel);
    environment["PROXIMUX_POOL_CONNECTIONS"] = "3";
    assertMistake(
        fromEnvironment(environment),
        "pool.connections = 3 (environment PROXIMUX_POOL_CONNECTIONS): the targets have 4 connections in total; "
        "expected the same number");
}

TEST(SharingSettingsTest, resolvesTheEscapesOfADelimiter)
{
    Environment environment = fifo("line");
    environment["PROXIMUX_EXCHANGE_DELIMITER"] = R"(\r\n\0\x1f)";
    CPPUNIT_ASSERT_EQUAL(std::string("\r\n\0\x1f", 4), good(fromEnvironment(environment)).exchange.framing.delimiter);
    for (const char* wrong : {R"(\)", R"(\q)", R"(\x1)", R"(\xzz)"})
    {
        environment["PROXIMUX_EXCHANGE_DELIMITER"] = wrong;
        assertMistake(fromEnvironment(environment), "unknown escape sequence");
    }
}

TEST(SharingSettingsTest, tellsWhichLinesHaveAResponse)
{
    using Which = LineReplies::Which;
    const char* name = "PROXIMUX_EXCHANGE_LINE_REPLY";
    Environment environment = fifo("line");
    CPPUNIT_ASSERT(good(fromEnvironment(environment)).exchange.framing.lineReplies.which == Which::always);
    environment[name] = "query";
    CPPUNIT_ASSERT(good(fromEnvironment(environment)).exchange.framing.lineReplies.which == Which::query);
    environment["PROXIMUX_EXCHANGE_DELIMITER"] = "?";
    assertMistake(fromEnvironment(environment), "each line has the question mark of exchange.delimiter");
    environment[name] = "none:SET *, RESET";
    const LineReplies replies = good(fromEnvironment(environment)).exchange.framing.lineReplies;
    CPPUNIT_ASSERT(replies.which == Which::none);
    CPPUNIT_ASSERT(replies.patterns == std::vector<std::string>({"SET *", "RESET"}));
    for (const char* wrong : {"none:", "none:a,,b", "none:a, "})
        assertFifoMistake("line", name, wrong, "an empty pattern");
    assertFifoMistake("line", name, "none:" + std::string(101, 'x'), "longer than 100 bytes");
    for (const char* wrong : {"none", "Query", "some"})
        assertFifoMistake("line", name, wrong, "expected always, query, or none:PATTERN,...");
    for (const char* protocol : {"scpi", "raw", "modbus"})
        assertFifoMistake(protocol, name, "query", "applies to exchange.protocol = line only; expected no value");
    environment = fifo("scpi");
    environment[name] = "always"; // changes nothing
    good(fromEnvironment(environment));
}

TEST(SharingSettingsTest, declaresIds)
{
    Environment environment = fifo("length");
    environment["PROXIMUX_EXCHANGE_ID_OFFSET"] = "4";
    environment["PROXIMUX_EXCHANGE_RESPONSE_ID_WIDTH"] = "32";
    const Configuration made = good(fromEnvironment(environment));
    CPPUNIT_ASSERT(made.exchange.pairingInForce() == Pairing::identifier);
    const Framing framing = made.exchange.framingInForce();
    CPPUNIT_ASSERT_EQUAL(std::size_t{6}, framing.requestId->end());
    CPPUNIT_ASSERT_EQUAL(std::size_t{8}, framing.responseId->end());
    environment["PROXIMUX_EXCHANGE_PIPELINE"] = "4096";
    environment["PROXIMUX_EXCHANGE_RESPONSE_ID_WIDTH"] = "8";
    CPPUNIT_ASSERT_EQUAL(std::size_t{256}, good(fromEnvironment(environment)).exchange.pipelineInForce());
    environment["PROXIMUX_EXCHANGE_ID_OFFSET"] = "3";
    assertMistake(fromEnvironment(environment), "the id overlaps the length field; expected separate bytes");
    environment["PROXIMUX_EXCHANGE_ID_OFFSET"] = "4";
    environment["PROXIMUX_EXCHANGE_MAX_MESSAGE"] = "5";
    assertMistake(fromEnvironment(environment), "the id extends beyond exchange.max_message; expected an id within it");
    environment = fifo("fixed");
    environment["PROXIMUX_EXCHANGE_MESSAGE_SIZE"] = "5";
    environment["PROXIMUX_EXCHANGE_ID_OFFSET"] = "4";
    assertMistake(fromEnvironment(environment),
                  "the id extends beyond exchange.message_size; expected an id within it");
    assertFifoMistake("resp", "PROXIMUX_EXCHANGE_PAIRING", "identifier", "resp messages have no id");
    assertFifoMistake("http", "PROXIMUX_EXCHANGE_PAIRING", "order", "allows one request at a time on a connection");
}

/// On a serial line nothing else tells late answers from others.
TEST(SharingSettingsTest, asksSerialLinesOneRequestAtATime)
{
    assertFifoMistake("modbus-rtu", "PROXIMUX_EXCHANGE_PAIRING", "order", "allows one request at a time");
    assertFifoMistake("modbus-ascii", "PROXIMUX_EXCHANGE_PAIRING", "identifier", "messages have no id; expected auto");
    Environment environment = fifo("modbus");
    environment["PROXIMUX_EXCHANGE_MODBUS_TARGET"] = "rtu";
    environment["PROXIMUX_EXCHANGE_PIPELINE"] = "8";
    const Configuration gateway = good(fromEnvironment(environment));
    CPPUNIT_ASSERT(gateway.exchange.pairingInForce() == Pairing::exclusive);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, gateway.exchange.pipelineInForce());
    for (const char* pairing : {"order", "identifier"})
    {
        environment["PROXIMUX_EXCHANGE_PAIRING"] = pairing;
        assertMistake(fromEnvironment(environment), "PROXIMUX_EXCHANGE_PAIRING");
    }
}

TEST(SharingSettingsTest, readsTheUnitsThatAreAsked)
{
    Environment environment = fifo("modbus");
    environment["PROXIMUX_EXCHANGE_MODBUS_UNITS"] = "255:1,2:17,0:0";
    const std::map<unsigned char, unsigned char> expected{{255, 1}, {2, 17}, {0, 0}};
    CPPUNIT_ASSERT(expected == good(fromEnvironment(environment)).exchange.framing.modbusUnits);
    for (const char* wrong :
         {"1", ":", "1:", ":1", "1:2,", ",", "1:2,,3:4", "1:256", "256:1", "-1:2", "1:2:3", "a:b", "1 2"})
        assertFifoMistake("modbus", "PROXIMUX_EXCHANGE_MODBUS_UNITS", wrong, "not pairs of numbers");
    assertFifoMistake("modbus", "PROXIMUX_EXCHANGE_MODBUS_UNITS", "1:2,1:3", "more than one pair for 1");
}

/// It would be taken for the answer to the first request.
TEST(SharingSettingsTest, asksForTheAnswerToAPrologue)
{
    for (const std::string protocol : {"resp", "memcached", "http", "auto", "line", "modbus"})
    {
        Environment environment = fifo(protocol);
        environment["PROXIMUX_POOL_PROLOGUE"] = "hello\\r\\n";
        if (protocol == "line" || protocol == "modbus")
            good(fromEnvironment(environment));
        else
            assertMistake(fromEnvironment(environment), "a client would receive its reply");
        environment["PROXIMUX_POOL_PROLOGUE_EXPECT"] = "x";
        good(fromEnvironment(environment));
    }
}

TEST(SharingSettingsTest, looksAtCredentials)
{
    Environment environment = fifo("resp");
    environment["PROXIMUX_TARGET_1_DATABASE"] = "3";
    environment["PROXIMUX_LOCAL_PASSWORD"] = "secret";
    CPPUNIT_ASSERT_EQUAL(3U, good(fromEnvironment(environment)).targets.at(0).database);
    environment["PROXIMUX_EXCHANGE_MODE"] = "funnel";
    environment["TARGET_HOST_2"] = "db";
    environment["TARGET_PORT_2"] = "3306";
    assertMistake(fromEnvironment(environment), "target.2.database");
    assertFifoMistake("line", "PROXIMUX_LOCAL_PASSWORD", "x", "applies to exchange.protocol = resp only");
    assertFifoMistake("line", "PROXIMUX_TARGET_1_USERNAME", "x",
                      "apply to exchange.protocol = resp, mysql, postgresql only");
    // what is found out later would come too late for them
    assertFifoMistake("auto", "PROXIMUX_LOCAL_PASSWORD", "x",
                      "to exchange.protocol = resp only; expected no value with auto");
    for (const char* name : {"PROXIMUX_TARGET_1_USERNAME", "PROXIMUX_TARGET_1_PASSWORD"})
        assertFifoMistake("auto", name, "x",
                          "to exchange.protocol = resp, mysql, postgresql only; expected no value with auto");
    assertFifoMistake("auto", "PROXIMUX_TARGET_1_DATABASE", "1", "applies to exchange.protocol = resp only");
    for (const char* prologue : {"AUTH secret\\r\\n", "select 3\\r\\n", "*1\\r\\n$4\\r\\nPING\\r\\n",
                                 "GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"})
    {
        Environment automatic = fifo("auto");
        automatic["PROXIMUX_POOL_PROLOGUE_EXPECT"] = "x";
        automatic["PROXIMUX_POOL_PROLOGUE"] = prologue;
        assertMistake(fromEnvironment(automatic), "belongs to a protocol that auto has yet to detect");
    }
    assertFifoMistake("resp", "PROXIMUX_POOL_MAX_TIED", "2", "larger than the number of target connections");
}

TEST(SharingSettingsTest, refusesWhatAProtocolCanNotDo)
{
    assertMistake(fromEnvironment(fifo("mysql")), "auth.file: missing; expected a file with users");
    Environment scram = fifo("mysql");
    scram["PROXIMUX_AUTH_METHOD"] = "scram";
    assertMistake(fromEnvironment(scram),
                  "auth.method = scram: is no method of mysql; expected one of auto, trust, native, sha2");
    assertMistake(fromEnvironment(fifo("fixed")), "exchange.message_size (PROXIMUX_EXCHANGE_MESSAGE_SIZE): missing");
    assertFifoMistake("raw", "PROXIMUX_EXCHANGE_PAIRING", "order", "raw has no messages to pair");
    assertFifoMistake("length", "PROXIMUX_EXCHANGE_LENGTH_WIDTH", "12", "expected 8, 16, 24");
    assertFifoMistake("length", "PROXIMUX_EXCHANGE_MAX_MESSAGE", "3", "too small for the length field");
    assertFifoMistake("line", "PROXIMUX_IO_THREADS", "2", "fifo and funnel run on one thread; expected 1");
    assertFifoMistake("line", "PROXIMUX_TARGET_1_CONNECTIONS", "2", "fifo uses one target connection");
    Environment little = fifo("length");
    little["PROXIMUX_EXCHANGE_LENGTH_ORDER"] = "little";
    CPPUNIT_ASSERT(good(fromEnvironment(little)).exchange.framing.length.order == LengthField::Order::little);
    little["PROXIMUX_EXCHANGE_LENGTH_ENCODING"] = "decimal";
    assertMistake(fromEnvironment(little), "byte order applies to binary length fields only");
    Environment funnel = fifo("line");
    funnel["PROXIMUX_EXCHANGE_MODE"] = "funnel";
    funnel["EXCHANGE_FUNNEL_ASYNC"] = "1";
    CPPUNIT_ASSERT(good(fromEnvironment(funnel)).exchange.pipelineInForce() > 1);
    funnel["PROXIMUX_EXCHANGE_PAIRING"] = "exclusive";
    assertMistake(fromEnvironment(funnel), "conflicts with exchange.pairing = exclusive");
}

/// Else a connection's login would depend on its target, or a password would protect nothing.
TEST(SharingSettingsTest, ownLoginsExcludeOthers)
{
    const auto with = [](const Environment& more)
    {
        Environment environment = fifo("resp");
        environment["PROXIMUX_TARGET_1_USERNAME"] = "client";
        environment.insert(more.begin(), more.end());
        return fromEnvironment(environment);
    };
    CPPUNIT_ASSERT(good(with({})).targets.at(0).isOwnLogin());
    assertMistake(with({{"TARGET_HOST_2", "b"}, {"TARGET_PORT_2", "1"}}), "target.2.username");
    assertMistake(with({{"PROXIMUX_TARGET_1_PASSWORD", "x"}}), "target.1.password");
    assertMistake(with({{"PROXIMUX_TARGET_1_DATABASE", "1"}}), "target.1.password, .database");
    assertMistake(with({{"PROXIMUX_LOCAL_PASSWORD", "x"}}), "local.password");
}

} // namespace proximux
