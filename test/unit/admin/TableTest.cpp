#include "support/Test.h"

#include <proximux/admin/Table.h>

#include <string>

namespace proximux::admin
{

class TableTest : public CppUnit::TestCase
{
};

TEST(TableTest, columnsAreAlignedAndMissingValuesAreMarked)
{
    Table table({"id", "address", "waits"});
    table.add({std::uint64_t{7}, "10.0.0.1:4711", std::optional<Duration>()});
    table.add({std::uint64_t{1234}, "", std::optional<Duration>(Duration::milliseconds(3200))});
    CPPUNIT_ASSERT_EQUAL(std::string("id    address        waits\n"
                                     "7     10.0.0.1:4711  -\n"
                                     "1234  -              3.2s\n"),
                         table.toText());
    CPPUNIT_ASSERT_EQUAL(std::string(R"([{"id":7,"address":"10.0.0.1:4711","waits":null},)"
                                     R"({"id":1234,"address":null,"waits":3.200}])"),
                         table.toJson());
}

TEST(TableTest, anEmptyTableHasItsHead)
{
    const Table table({"a", "b"});
    CPPUNIT_ASSERT_EQUAL(std::string("a  b\n"), table.toText());
    CPPUNIT_ASSERT_EQUAL(std::string("[]"), table.toJson());
}

TEST(TableTest, whatAPeerHasSentBreaksNeitherForm)
{
    Table table({"text"});
    table.add({std::string("a\n\x1b[2J\"<b>\xff")});
    CPPUNIT_ASSERT_EQUAL(std::string("text\na..[2J\"<b>\xff\n"), table.toText());
    CPPUNIT_ASSERT_EQUAL(std::string("[{\"text\":\"a\\n\\u001b[2J\\\"<b>\xEF\xBF\xBD\"}]"), table.toJson());
}

TEST(TableTest, zeroMayBeMissing)
{
    CPPUNIT_ASSERT_EQUAL(std::string("-"), Table::Cell::unlessZero(0).text);
    CPPUNIT_ASSERT_EQUAL(std::string("null"), Table::Cell::unlessZero(0).json);
    CPPUNIT_ASSERT_EQUAL(std::string("5"), Table::Cell::unlessZero(5).json);
}

TEST(TableTest, durationsAreShort)
{
    const std::pair<std::int64_t, const char*> expected[] = {
        {-5, "0ms"},      {0, "0ms"},       {250, "250ms"},      {999, "999ms"},      {1000, "1.0s"},
        {59900, "59.9s"}, {60000, "1m00s"}, {3599000, "59m59s"}, {11100000, "3h05m"}, {183600000, "2d03h"},
    };
    for (const auto& [milliseconds, text] : expected)
        CPPUNIT_ASSERT_EQUAL(std::string(text), shortText(Duration::milliseconds(milliseconds)));
}

TEST(TableTest, timesAreThoseOfTheCalendar)
{
    CPPUNIT_ASSERT_EQUAL(std::string("2026-11-29T06:30:00Z"), timeText(1795933800000));
}

} // namespace proximux::admin
