#include "support/LogRecorder.h"

#include <proximux/Log.h>

#include <algorithm>
#include <ctime>
#include <limits>
#include <string>
#include <vector>

using namespace proximux;

class LogTest : public LogRecorder
{
protected:
    void expect(std::size_t index, const std::string& source, const std::string& text, const std::string& kind,
                Poco::Message::Priority priority) const
    {
        const Poco::Message& message = logged().at(index);
        CPPUNIT_ASSERT_EQUAL(source, message.getSource());
        CPPUNIT_ASSERT_EQUAL(text, message.getText());
        CPPUNIT_ASSERT_EQUAL(kind, message.get(Log::KIND, ""));
        CPPUNIT_ASSERT_EQUAL(priority, message.getPriority());
    }
};

TEST(LogTest, escapesControlCharacters)
{
    CPPUNIT_ASSERT_EQUAL(std::string(R"("a\"b\\c\b\f\n\r\t\u0000\u001b\u001f\u007f")"),
                         toJsonString(std::string_view("a\"b\\c\b\f\n\r\t\0\x1b\x1f\x7f", 14)));
    CPPUNIT_ASSERT_EQUAL(std::string(R"("\u0080\u009b\u009f)") + "\xC2\xA0\"",
                         toJsonString("\xC2\x80\xC2\x9B\xC2\x9F\xC2\xA0"));
}

TEST(LogTest, escapesWhatEndsALineOrTurnsItRound)
{
    CPPUNIT_ASSERT_EQUAL(std::string(R"("a\u2028b\u2029c")"), toJsonString("a\xE2\x80\xA8"
                                                                           "b\xE2\x80\xA9"
                                                                           "c"));
    CPPUNIT_ASSERT_EQUAL(std::string(R"("\u202a\u202e\u2066\u2069\u0085")"),
                         toJsonString("\xE2\x80\xAA\xE2\x80\xAE\xE2\x81\xA6\xE2\x81\xA9\xC2\x85"));
    const std::string beside = "\xE2\x80\xA7\xE2\x80\xAF\xE2\x81\xA5\xE2\x81\xAA"; // U+2027, 202F, 2065, 206A
    CPPUNIT_ASSERT_EQUAL("\"" + beside + "\"", toJsonString(beside));
    CPPUNIT_ASSERT_EQUAL(std::string("{\"k\\u2028\":\"v\\u2029\"}"),
                         JsonText().add("k\xE2\x80\xA8", "v\xE2\x80\xA9").toString());
}

TEST(LogTest, keepsValidUtf8)
{
    const std::string text = "\xC3\xA9 \xE2\x82\xAC \xED\x9F\xBF \xEE\x80\x80 \xF0\x90\x80\x80 \xF4\x8F\xBF\xBF";
    CPPUNIT_ASSERT_EQUAL("\"" + text + "\"", toJsonString(text));
}

/// The counts are those of the WHATWG's decoder.
TEST(LogTest, replacesEachMaximalInvalidPiece)
{
    struct Case
    {
        std::string bytes;
        std::size_t pieces;
    };
    const std::vector<Case> cases{
        {"\x80", 1},
        {"\xFF\xFE", 2},
        {"\xC0\xAF", 2},         // overlong: neither byte begins anything
        {"\xC3", 1},             // cut off
        {"\xE2\x82", 1},         // cut off behind two
        {"\xE0\x80\x80", 3},     // overlong
        {"\xED\xA0\x80", 3},     // a surrogate
        {"\xF0\x9F\x98", 1},     // cut off behind three
        {"\xF0\x80\x80\x80", 4}, // overlong
        {"\xF4\x90\x80\x80", 4}, // above U+10FFFF
        {"\xF5\x80\x80\x80", 4},
        {"\xE2\x82\xE2\x82\xE2\x82", 3}, // each begins anew
    };
    for (const Case& each : cases)
    {
        std::string expected = "\"";
        for (std::size_t i = 0; i < each.pieces; ++i)
            expected += "\xEF\xBF\xBD";
        CPPUNIT_ASSERT_EQUAL(expected + "\"", toJsonString(each.bytes));
        CPPUNIT_ASSERT_EQUAL("\"x" + expected.substr(1) + "y\"", toJsonString("x" + each.bytes + "y"));
    }
}

TEST(LogTest, isLinearInItsInput)
{
    constexpr std::size_t LITTLE = std::size_t{1} << 18;
    constexpr std::size_t TIMES = 32;
    const auto cost = [](std::size_t size) // in CPU time
    {
        const std::clock_t begin = std::clock();
        CPPUNIT_ASSERT_EQUAL(3 * size + 2, toJsonString(std::string(size, '\xE2')).size());
        return static_cast<double>(std::clock() - begin + 1);
    };
    double most = cost(LITTLE);
    for (int i = 0; i < 10; ++i)
        most = std::max(most, cost(LITTLE));
    CPPUNIT_ASSERT_LESS(most * TIMES * TIMES / 4, cost(LITTLE * TIMES));
}

TEST(LogTest, buildsObjectsInTheOrderOfTheCalls)
{
    JsonText inner;
    inner.add("no", false);
    JsonText outer;
    outer.add("target", std::int64_t{-3}).add("msg", "a\"b").add("yes", true).add("in", inner);
    CPPUNIT_ASSERT_EQUAL(std::string(R"({"target":-3,"msg":"a\"b","yes":true,"in":{"no":false}})"), outer.toString());
    CPPUNIT_ASSERT_EQUAL(std::string("{}"), JsonText().toString());
}

TEST(LogTest, writesNumbersWithThreeDecimals)
{
    const std::vector<std::pair<double, std::string>> cases{
        {0.0, "0.000"},        {20.4, "20.400"},
        {1.9996, "2.000"},     {-0.0001, "0.000"},
        {-12.0345, "-12.035"}, {1e15, "1000000000000000"},
        {1e300, "null"},       {std::numeric_limits<double>::quiet_NaN(), "null"}};
    for (const auto& [value, text] : cases)
        CPPUNIT_ASSERT_EQUAL("{\"v\":" + text + "}", JsonText().add("v", value).toString());
}

TEST(LogTest, masksAddressesAsTheReferenceSays)
{
    const std::vector<std::pair<std::string, std::string>> cases{{"127.0.0.1", "127.0.x.x"},
                                                                 {"10.200.30.40", "10.200.x.x"},
                                                                 {"::ffff:10.20.30.40", "::ffff:10.20.x.x"},
                                                                 {"2001:db8::1", "x01:x8::x"},
                                                                 {"::1", "::x"},
                                                                 {"::", "::"},
                                                                 {"fe80::a:bc:def", "x80::x:x:xf"},
                                                                 {"fe80::1%eth0", "x80::x%eth0"},
                                                                 {"", ""},
                                                                 {".", "."},
                                                                 {"a.", "a."},
                                                                 {"1.", "1."},
                                                                 {"x.1", "x.1"}};
    for (const auto& [address, masked] : cases)
        CPPUNIT_ASSERT_EQUAL(masked, maskAddress(address));
}

TEST(LogTest, saysWhatKindARecordIs)
{
    const Log log(true);
    log.text(LogScope::server, LogLevel::info, "hello");
    log.object(LogScope::pool, LogLevel::debug, JsonText().add("target", std::int64_t{1}));
    log.failure(LogScope::exchange, "Name", "why\n");
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), logged().size());
    expect(0, "proximux.server", "hello", "", Poco::Message::PRIO_INFORMATION);
    expect(1, "proximux.pool", "{\"target\":1}", "object", Poco::Message::PRIO_DEBUG);
    expect(2, "proximux.exchange", R"({"name":"Name","message":"why\n"})", "error", Poco::Message::PRIO_ERROR);
}

TEST(LogTest, writesNothingBelowItsLevel)
{
    Poco::Logger::setLevel("proximux", Poco::Message::PRIO_ERROR);
    const Log log(true);
    CPPUNIT_ASSERT(log.wants(LogScope::target, LogLevel::error));
    CPPUNIT_ASSERT(!log.wants(LogScope::target, LogLevel::info));
    log.text(LogScope::target, LogLevel::info, "not this");
    log.object(LogScope::target, LogLevel::debug, JsonText());
    CPPUNIT_ASSERT(logged().empty());
    Poco::Logger::setLevel("proximux", 0);
    log.failure(LogScope::target, "nor", "this");
    CPPUNIT_ASSERT(logged().empty());
}

TEST(LogTest, masksAPeerWhereThatIsWanted)
{
    CPPUNIT_ASSERT_EQUAL(std::string("127.0.x.x:80"), Log(true).address("127.0.0.1", 80));
    CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1:80"), Log(false).address("127.0.0.1", 80));
    CPPUNIT_ASSERT_EQUAL(std::string("unix"), Log(true).address("unix", 0));
}

TEST(LogTest, masksAConfiguredAddressAndNoName)
{
    const std::vector<std::pair<std::string, std::string>> cases{
        {"10.1.2.3", "10.1.x.x"},   {"2001:db8::1", "x01:x8::x"}, {"fe80::1%eth0", "x80::x%eth0"},
        {"localhost", "localhost"}, {"cache", "cache"},           {"db-1.example", "db-1.example"}};
    for (const auto& [host, masked] : cases)
    {
        CPPUNIT_ASSERT_EQUAL(masked, Log(true).host(host));
        CPPUNIT_ASSERT_EQUAL(host, Log(false).host(host));
    }
}
