#include "support/Test.h"

#include "MysqlMessages.h"

#include <proximux/protocol/mysql/Description.h>
#include <proximux/protocol/mysql/Fields.h>
#include <proximux/protocol/mysql/PacketReader.h>
#include <proximux/protocol/mysql/Statements.h>

using namespace proximux;
using namespace proximux::mysql::test;
using namespace std::string_literals;

/// The small parts that the watcher is made of.
class MysqlPartsTest : public CppUnit::TestCase
{
protected:
    static mysql::Description describeQuery(Bytes arguments)
    {
        const mysql::Statements none(0);
        return describe(*mysql::findCommand(0x03), arguments, {BASE | mysql::capability::QUERY_ATTRIBUTES, none, 1024});
    }
};

TEST(MysqlPartsTest, readerFindsTwoPacketsInOneRead)
{
    const std::string bytes = packets(0, "one") + packets(7, "") + packets(9, "two");
    Bytes input = bytes;
    mysql::PacketReader reader;
    std::string seen;
    while (!input.empty())
    {
        const auto piece = reader.next(input);
        seen += piece.header ? std::to_string(reader.sequence()) : "";
        seen.append(piece.payload);
        seen += piece.ended ? "." : "";
    }
    CPPUNIT_ASSERT_EQUAL(std::string("0one.7.9two."), seen);
}

TEST(MysqlPartsTest, readerJoinsPacketsOfOneMessage)
{
    const std::string bytes = packets(3, std::string(mysql::PacketReader::FULL, 'x'));
    Bytes input = bytes;
    mysql::PacketReader reader;
    int headers = 0;
    int messages = 0;
    int ends = 0;
    while (!input.empty())
    {
        const auto piece = reader.next(input);
        headers += piece.header ? 1 : 0;
        messages += piece.first ? 1 : 0;
        ends += piece.ended ? 1 : 0;
    }
    CPPUNIT_ASSERT_EQUAL(2, headers);
    CPPUNIT_ASSERT_EQUAL(1, messages);
    CPPUNIT_ASSERT_EQUAL(1, ends);
    CPPUNIT_ASSERT(reader.isBetweenMessages());
}

TEST(MysqlPartsTest, readerIsBetweenMessagesOnlyThere)
{
    const std::string bytes = packets(0, "one");
    mysql::PacketReader reader;
    CPPUNIT_ASSERT(reader.isBetweenMessages());
    for (std::size_t i = 0; i < bytes.size(); ++i)
    {
        Bytes input = Bytes(bytes).substr(i, 1);
        reader.next(input);
        CPPUNIT_ASSERT_EQUAL(i + 1 == bytes.size(), reader.isBetweenMessages());
    }
}

TEST(MysqlPartsTest, fieldsReadNumbersOfEveryLength)
{
    const std::string bytes = "\x7F\xFC\x01\x02\xFD\x01\x02\x03\xFE\x01\x02\x03\x04\x05\x06\x07\x08\x02hizero\0rest"s;
    mysql::Fields fields(bytes);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0x7F}, fields.lengthEncodedNumber());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0x0201}, fields.lengthEncodedNumber());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0x030201}, fields.lengthEncodedNumber());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0x0807060504030201}, fields.lengthEncodedNumber());
    CPPUNIT_ASSERT_EQUAL(std::string("hi"), std::string(fields.lengthEncodedText()));
    CPPUNIT_ASSERT_EQUAL(std::string("zero"), std::string(fields.zeroTerminated()));
    CPPUNIT_ASSERT_EQUAL(std::string("rest"), std::string(fields.rest()));
    CPPUNIT_ASSERT(fields.isGood());
}

TEST(MysqlPartsTest, fieldsNeverReadBeyondTheEnd)
{
    for (const std::string& bytes : {""s, "\xFB"s, "\xFF"s, "\xFC\1"s,
                                     "\x05"
                                     "abc"s,
                                     "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s})
    {
        mysql::Fields fields(bytes);
        CPPUNIT_ASSERT_EQUAL(std::string(), std::string(fields.lengthEncodedText()));
        CPPUNIT_ASSERT(!fields.isGood());
        CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, fields.number(1));
    }
    mysql::Fields fields("no zero");
    CPPUNIT_ASSERT_EQUAL(std::string(), std::string(fields.zeroTerminated()));
    CPPUNIT_ASSERT(!fields.isGood());
}

TEST(MysqlPartsTest, greetingGivesCapabilitiesOfBothKinds)
{
    const std::uint64_t mariaDb = (BASE & ~mysql::capability::MYSQL) | mysql::capability::MARIADB_CACHE_METADATA;
    CPPUNIT_ASSERT(mysql::readCapabilities(greeting(mariaDb).substr(4)) == mariaDb);
    const std::uint64_t mySql = BASE | mysql::capability::DEPRECATE_EOF;
    CPPUNIT_ASSERT(mysql::readCapabilities(greeting(mySql | mysql::capability::MARIADB_PROGRESS).substr(4)) == mySql);
    CPPUNIT_ASSERT(!mysql::readCapabilities("\x0A"
                                            "5.0"));
    CPPUNIT_ASSERT(!mysql::readCapabilities(""));
}

TEST(MysqlPartsTest, loginGivesWhatBothSidesHave)
{
    const std::uint64_t server = BASE | mysql::capability::COMPRESS | mysql::capability::DEPRECATE_EOF;
    const std::string packet = login(BASE | mysql::capability::DEPRECATE_EOF | mysql::capability::ZSTD, "u", "d");
    const auto said = mysql::readLogin(Bytes(packet).substr(4), server);
    CPPUNIT_ASSERT(said.has_value());
    CPPUNIT_ASSERT_EQUAL(BASE | mysql::capability::DEPRECATE_EOF, said->capabilities);
    CPPUNIT_ASSERT_EQUAL(std::string("u"), std::string(said->user));
    CPPUNIT_ASSERT_EQUAL(std::string("d"), std::string(said->database));
    for (std::size_t n = 0; n < 33; ++n)
        CPPUNIT_ASSERT(!mysql::readLogin(Bytes(packet).substr(4, n), server));
}

TEST(MysqlPartsTest, descriptionSkipsAttributesOfEveryType)
{
    const std::vector<std::pair<int, std::string>> values = {
        {0x01, "a"},    {0x02, "ab"},    {0x0D, "ab"},       {0x03, "abcd"},
        {0x04, "abcd"}, {0x09, "abcd"},  {0x05, "abcdefgh"}, {0x08, "abcdefgh"},
        {0x06, ""},     {0x07, "\2ab"},  {0x0A, "\4abcd"},   {0x0B, std::string(1, '\0')},
        {0x0C, "\2ab"}, {0xFE, "\3abc"}, {0xF6, "\3abc"}};
    std::string types;
    std::string all;
    for (const auto& value : values)
    {
        types += number(static_cast<std::uint64_t>(value.first), 2) + text("name");
        all += value.second;
    }
    types += number(0xFE, 2) + text("null"); // the 16th has no value
    const std::string arguments = number(16, 1) + "\1\0\x80\1"s + types + all + "SELECT 1";
    CPPUNIT_ASSERT_EQUAL(std::string("SELECT 1"), describeQuery(arguments).text);
    CPPUNIT_ASSERT_EQUAL(std::string("SELECT 1"), describeQuery("\0\1SELECT 1"s).text);
}

TEST(MysqlPartsTest, descriptionWithholdsWhatItCanNotRead)
{
    for (const std::string& arguments :
         {"\1\1\0\0SELECT 1"s, "\1\1\0\1\xFE\0\1n\x50short"s, "\xFE\1\1\1\1\1\1\1\1SELECT"s, "\2"s, ""s})
    {
        const mysql::Description description = describeQuery(arguments);
        CPPUNIT_ASSERT_EQUAL(std::string("query <withheld>"), description.text);
        CPPUNIT_ASSERT(description.secret);
    }
}

TEST(MysqlPartsTest, statementsStayWithinTheirLimits)
{
    mysql::Statements statements(100);
    statements.add(1, {std::string(60, 'a'), false});
    statements.add(2, {std::string(60, 'b'), true});
    CPPUNIT_ASSERT_EQUAL(std::string(60, 'a'), statements.find(1)->text);
    CPPUNIT_ASSERT_EQUAL(std::string(), statements.find(2)->text);
    CPPUNIT_ASSERT(statements.find(2)->secret);
    statements.remove(1);
    statements.add(2, {std::string(60, 'c'), false});
    CPPUNIT_ASSERT_EQUAL(std::string(60, 'c'), statements.find(2)->text);
    for (std::uint32_t id = 3; id < 5000; ++id)
        statements.add(id, {"x", false});
    CPPUNIT_ASSERT_EQUAL(mysql::Statements::MOST, statements.size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{100}, statements.textSize());
    CPPUNIT_ASSERT(statements.find(4999) == nullptr);
    statements.clear();
    CPPUNIT_ASSERT(statements.find(2) == nullptr);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, statements.textSize());
}
