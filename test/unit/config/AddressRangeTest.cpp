#include "support/Test.h"

#include <proximux/AddressRange.h>

#include <string>

namespace proximux
{

class AddressRangeTest : public CppUnit::TestCase
{
protected:
    static bool holds(const char* range, const char* address)
    {
        const auto parsed = AddressRange::parse(range);
        CPPUNIT_ASSERT_MESSAGE(range, parsed.has_value());
        return parsed->contains(address);
    }
};

TEST(AddressRangeTest, refusesWhatIsNotExactlyAnAddress)
{
    for (
        const char* wrong :
        {"",          "10.1",           "010.0.0.1",   "10.0.0.256", "10.0.0.1.2",    "10.0.0.",           " 10.0.0.1",
         "10.0.0.1 ", "0x0a.0.0.1",     "10.0.0.0/33", "10.0.0.0/",  "10.0.0.0/08",   "10.0.0.0/-1",       "10.0.0.1/8",
         "::/129",    "2001:db8::1/32", ":::",         "1::2::3",    "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::",
         "g::",       "::1.2.3",        "1.2.3.4::",   "localhost",  "::%eth0"})
        CPPUNIT_ASSERT_MESSAGE(wrong, !AddressRange::parse(wrong));
}

TEST(AddressRangeTest, saysWhatIsWrong)
{
    std::string why;
    CPPUNIT_ASSERT(!AddressRange::parse("10.0.0.1/8", &why));
    CPPUNIT_ASSERT_EQUAL(std::string("address bits are set beyond the prefix length"), why);
    CPPUNIT_ASSERT(!AddressRange::parse("10.0.0.0/40", &why));
    CPPUNIT_ASSERT_EQUAL(std::string("the prefix length is not 0..32"), why);
}

TEST(AddressRangeTest, holdsItsAddresses)
{
    CPPUNIT_ASSERT(holds("10.0.0.0/8", "10.255.1.2"));
    CPPUNIT_ASSERT(!holds("10.0.0.0/8", "11.0.0.0"));
    CPPUNIT_ASSERT(holds("192.0.2.128/25", "192.0.2.200"));
    CPPUNIT_ASSERT(!holds("192.0.2.128/25", "192.0.2.127"));
    CPPUNIT_ASSERT(holds("192.0.2.7", "192.0.2.7"));
    CPPUNIT_ASSERT(!holds("192.0.2.7", "192.0.2.8"));
    CPPUNIT_ASSERT(holds("0.0.0.0/0", "203.0.113.9"));
    CPPUNIT_ASSERT(!holds("0.0.0.0/0", "2001:db8::1"));
    CPPUNIT_ASSERT(holds("2001:db8::/33", "2001:db8:7fff::1"));
    CPPUNIT_ASSERT(!holds("2001:db8::/33", "2001:db8:8000::1"));
    CPPUNIT_ASSERT(holds("fe80::/10", "fe80::1%eth0"));
}

TEST(AddressRangeTest, takesMappedAddressesAsIPv4)
{
    CPPUNIT_ASSERT(holds("127.0.0.0/8", "::ffff:127.0.0.1"));
    CPPUNIT_ASSERT(holds("127.0.0.0/8", "::FFFF:7f00:1"));
    CPPUNIT_ASSERT(holds("::ffff:10.0.0.0/104", "10.9.8.7"));
    CPPUNIT_ASSERT(!holds("127.0.0.0/8", "::127.0.0.1"));
}

TEST(AddressRangeTest, keepsTheFamiliesApart)
{
    for (const char* range : {"::/0", "::/1", "::/64", "::/80", "::ffff:0:0/95", "::fffe:0:0/95"})
    {
        const auto parsed = AddressRange::parse(range);
        if (!parsed)
            continue; // bits behind the prefix
        for (const char* v4 : {"10.0.0.1", "0.0.0.0", "255.255.255.255", "::ffff:10.0.0.1", "::FFFF:7f00:1"})
            CPPUNIT_ASSERT_MESSAGE(std::string(range) + " " + v4, !parsed->contains(v4));
    }
    for (const char* v6 : {"2001:db8::1", "::1", "::", "fe80::1%eth0", "::fffe:10.0.0.1", "::10.0.0.1"})
        CPPUNIT_ASSERT_MESSAGE(v6, holds("::/0", v6) && !holds("0.0.0.0/0", v6) && !holds("::ffff:0:0/96", v6));
    for (const char* all : {"0.0.0.0/0", "::ffff:0:0/96", "::ffff:0.0.0.0/96"})
        CPPUNIT_ASSERT_MESSAGE(all, holds(all, "10.0.0.1") && holds(all, "::ffff:10.0.0.1"));
    CPPUNIT_ASSERT_EQUAL(std::string("0000:0000:0000:0000:0000:0000:0000:0000/0"),
                         AddressRange::parse("::/0")->toString());
}

TEST(AddressRangeTest, holdsNothingThatIsNoAddress)
{
    for (const char* wrong : {"", "localhost", "010.0.0.1", "10.1", "10.0.0.1/8"})
        CPPUNIT_ASSERT_MESSAGE(wrong, !holds("0.0.0.0/0", wrong));
}

TEST(AddressRangeTest, readsEveryFormOfIPv6)
{
    for (const char* same : {"2001:db8:0:0:0:0:0:1", "2001:0db8::0001", "2001:DB8::1", "2001:db8::0:1"})
        CPPUNIT_ASSERT_MESSAGE(same, holds("2001:db8::1", same));
    CPPUNIT_ASSERT(holds("::", "0:0:0:0:0:0:0:0"));
    CPPUNIT_ASSERT(holds("1::", "1:0:0:0:0:0:0:0"));
    CPPUNIT_ASSERT(holds("64:ff9b::192.0.2.33", "64:ff9b::c000:221"));
}

TEST(AddressRangeTest, anAddressHasAShortForm)
{
    for (const char* text : {"10.0.0.1", "::", "::1", "1::", "2001:db8::1", "2001:db8:0:1:1:1:1:1", "2001:0:0:1::1",
                             "2001:db8::1:0:0:1", "fe80::a:bcde", "1:2:3:4:5:6:7:8"})
        CPPUNIT_ASSERT_EQUAL(std::string(text), AddressRange::textOf(*AddressRange::addressOf(text)));
    CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.1"), AddressRange::textOf(*AddressRange::addressOf("::ffff:10.0.0.1")));
    CPPUNIT_ASSERT(!AddressRange::addressOf("10.0.0.0/8"));
    CPPUNIT_ASSERT(!AddressRange::addressOf("localhost"));
}

TEST(AddressRangeTest, writesItself)
{
    CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.0/8"), AddressRange::parse("10.0.0.0/8")->toString());
    CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.1"), AddressRange::parse("192.0.2.1")->toString());
    CPPUNIT_ASSERT_EQUAL(std::string("2001:0db8:0000:0000:0000:0000:0000:0000/32"),
                         AddressRange::parse("2001:db8::/32")->toString());
}

} // namespace proximux
