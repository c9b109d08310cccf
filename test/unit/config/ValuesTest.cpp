#include "support/Test.h"

#include <proximux/config/Values.h>

#include <optional>
#include <string>
#include <vector>

namespace proximux
{

class ValuesTest : public CppUnit::TestCase
{
};

TEST(ValuesTest, readsWholeNumbersAndNothingElse)
{
    CPPUNIT_ASSERT_EQUAL(std::int64_t{80}, values::integer("80").value());
    CPPUNIT_ASSERT_EQUAL(std::int64_t{-2}, values::integer("-2").value());
    for (const char* wrong : {"", " 80", "80 ", "12abc", "0x50", "1,000", "+1", "1.0", "99999999999999999999", "-"})
        CPPUNIT_ASSERT_MESSAGE(wrong, !values::integer(wrong));
}

TEST(ValuesTest, readsBooleansAndNothingElse)
{
    for (const char* yes : {"1", "true", "yes", "on"})
        CPPUNIT_ASSERT_MESSAGE(yes, values::boolean(yes) == std::optional<bool>(true));
    for (const char* no : {"0", "false", "no", "off"})
        CPPUNIT_ASSERT_MESSAGE(no, values::boolean(no) == std::optional<bool>(false));
    for (const char* wrong : {"", "2", "TRUE", "y", "1 "})
        CPPUNIT_ASSERT_MESSAGE(wrong, !values::boolean(wrong));
}

TEST(ValuesTest, readsSizesWithUnits)
{
    CPPUNIT_ASSERT_EQUAL(std::int64_t{1000}, values::size("1000").value());
    CPPUNIT_ASSERT_EQUAL(std::int64_t{65536}, values::size("64K").value());
    CPPUNIT_ASSERT_EQUAL(std::int64_t{65536}, values::size("64KiB").value());
    CPPUNIT_ASSERT_EQUAL(std::int64_t{10485760}, values::size("10M").value());
    CPPUNIT_ASSERT_EQUAL(std::int64_t{1073741824}, values::size("1G").value());
    for (const char* wrong : {"", "K", "-1", "64k", "64 K", "64KB", "1T", "9223372036854775807G"})
        CPPUNIT_ASSERT_MESSAGE(wrong, !values::size(wrong));
}

TEST(ValuesTest, readsDurationsWithUnits)
{
    CPPUNIT_ASSERT(Duration::milliseconds(250) == values::duration("250").value());
    CPPUNIT_ASSERT(Duration::milliseconds(250) == values::duration("250ms").value());
    CPPUNIT_ASSERT(Duration::seconds(5) == values::duration("5s").value());
    CPPUNIT_ASSERT(Duration::seconds(120) == values::duration("2m").value());
    CPPUNIT_ASSERT(Duration::seconds(3600) == values::duration("1h").value());
    CPPUNIT_ASSERT(values::duration("-1").value().isOff());
    for (const char* wrong : {"", "s", "-2", "-1s", "1.5s", "5 s", "5S", "99999999999999999h"})
        CPPUNIT_ASSERT_MESSAGE(wrong, !values::duration(wrong));
}

TEST(ValuesTest, writesDurationsAsTheyAreRead)
{
    for (const char* text : {"5s", "250ms", "-1", "0s"})
        CPPUNIT_ASSERT_EQUAL(std::string(text), values::toText(values::duration(text).value()));
}

TEST(ValuesTest, splitsHostAndPort)
{
    const auto plain = values::hostPort("db.example:3306");
    CPPUNIT_ASSERT(plain && plain->host == "db.example" && plain->port == "3306");
    const auto v6 = values::hostPort("[2001:db8::1]:80");
    CPPUNIT_ASSERT(v6 && v6->host == "2001:db8::1" && v6->port == "80");
    for (const char* wrong : {"", "3306", ":3306", "db:", "2001:db8::1:80", "[]:80", "[::1]", "unix:/run/x", "a/b:80"})
        CPPUNIT_ASSERT_MESSAGE(wrong, !values::hostPort(wrong));
}

} // namespace proximux
