#include "support/Test.h"

#include <app/LogFormat.h>
#include <proximux/Log.h>

#include <Poco/AutoPtr.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/LocalDateTime.h>

#include <string>

using namespace proximux;

class LogFormatTest : public CppUnit::TestCase
{
protected:
    static Poco::Message message(const std::string& text, const std::string& kind)
    {
        Poco::Message record("proximux.server", text, Poco::Message::PRIO_INFORMATION);
        record.setTime(Poco::Timestamp(1700000000123456));
        if (!kind.empty())
            record.set(Log::KIND, kind);
        return record;
    }

    static std::string json(const Poco::Message& record)
    {
        std::string line;
        Poco::AutoPtr<JsonLineFormatter>(new JsonLineFormatter)->format(record, line);
        return line;
    }

    static std::string text(const Poco::Message& record)
    {
        std::string line;
        Poco::AutoPtr<TextLineFormatter>(new TextLineFormatter)->format(record, line);
        return line;
    }

    static std::string shown(const std::string& object, const std::string& kind)
    {
        const std::string line = text(message(object, kind));
        return line.substr(line.find("server: ") + 8);
    }
};

TEST(LogFormatTest, writesATextAsAJsonLine)
{
    CPPUNIT_ASSERT_EQUAL(std::string(R"({"t":1700000000123,"s":"server","l":2,"d":"say \"hi\""})"),
                         json(message("say \"hi\"", "")));
}

TEST(LogFormatTest, namesTheServiceWhereThereIsOne)
{
    Poco::Message record = message("hi", "");
    record.set(Log::SERVICE, "plc1");
    CPPUNIT_ASSERT_EQUAL(std::string(R"({"t":1700000000123,"s":"server","l":2,"service":"plc1","d":"hi"})"),
                         json(record));
    CPPUNIT_ASSERT_EQUAL(std::string(" info  plc1 server: hi"), text(record).substr(23));
}

TEST(LogFormatTest, writesAnObjectAndAnErrorAsTheyAre)
{
    CPPUNIT_ASSERT_EQUAL(std::string(R"({"t":1700000000123,"s":"server","l":2,"d":{"target":1}})"),
                         json(message(R"({"target":1})", "object")));
    CPPUNIT_ASSERT_EQUAL(std::string(R"({"t":1700000000123,"s":"server","l":2,"e":{"name":"x"}})"),
                         json(message(R"({"name":"x"})", "error")));
}

TEST(LogFormatTest, namesTheScopeBehindTheLastDot)
{
    Poco::Message record = message("x", "");
    record.setSource("pool");
    CPPUNIT_ASSERT(json(record).find(R"("s":"pool")") != std::string::npos);
    record.setSource("a.b.target");
    CPPUNIT_ASSERT(json(record).find(R"("s":"target")") != std::string::npos);
}

TEST(LogFormatTest, foldsPrioritiesIntoThreeLevels)
{
    Poco::Message record = message("x", "");
    const int levels[] = {1, 1, 1, 2, 2, 2, 3, 3};
    for (int priority = Poco::Message::PRIO_FATAL; priority <= Poco::Message::PRIO_TRACE; ++priority)
    {
        record.setPriority(static_cast<Poco::Message::Priority>(priority));
        CPPUNIT_ASSERT_EQUAL(levels[priority - 1], levelOf(record));
    }
}

TEST(LogFormatTest, writesLocalTimeLevelAndScopeForReaders)
{
    const Poco::LocalDateTime local{Poco::DateTime(Poco::Timestamp(1700000000123456))};
    const std::string time = Poco::DateTimeFormatter::format(local, "%Y-%m-%d %H:%M:%S.123");
    CPPUNIT_ASSERT_EQUAL(time + " info  server: hello \"you\"\\n", text(message("hello \"you\"\n", "")));
    Poco::Message record = message("bad", "");
    record.setPriority(Poco::Message::PRIO_ERROR);
    CPPUNIT_ASSERT_EQUAL(time + " error server: bad", text(record));
}

TEST(LogFormatTest, showsObjectsReadable)
{
    CPPUNIT_ASSERT_EQUAL(std::string(R"(target=1 msg="Connection opened")"),
                         shown(R"({"target":1,"msg":"Connection opened"})", "object"));
    CPPUNIT_ASSERT_EQUAL(std::string(R"(target=1 error={"code":"E,}\"","errno":-104} ok=true)"),
                         shown(R"({"target":1,"error":{"code":"E,}\"","errno":-104},"ok":true})", "object"));
    CPPUNIT_ASSERT_EQUAL(std::string(), shown("{}", "object"));
    CPPUNIT_ASSERT_EQUAL(std::string(R"(data="\u001b[2J\n" from="a:1")"),
                         shown(JsonText().add("data", "\x1b[2J\n").add("from", "a:1").toString(), "object"));
}

TEST(LogFormatTest, showsErrorsAsNameAndMessage)
{
    CPPUNIT_ASSERT_EQUAL(std::string("AcceptError: too many open files"),
                         shown(R"({"name":"AcceptError","message":"too many open files"})", "error"));
}

TEST(LogFormatTest, neverBreaksALine)
{
    const std::string nasty("\r\n\x1b]0;x\x07\xC2\x9B\x7f\0\xff", 13);
    for (const std::string& line : {json(message(nasty, "")), text(message(nasty, ""))})
        for (const char c : line)
            CPPUNIT_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    CPPUNIT_ASSERT_EQUAL(std::string("a\\b\"c\\u001b"), printable("a\\b\"c\x1b"));
}
