#include "support/FramerCheck.h"
#include "support/Test.h"

#include <proximux/wire/FixedFramer.h>
#include <proximux/wire/LengthFramer.h>
#include <proximux/wire/LineFramer.h>

namespace proximux
{

class FramersTest : public CppUnit::TestCase
{
protected:
    static FramerCheck line(const std::string& delimiter, std::size_t max = 1000)
    {
        return FramerCheck([delimiter, max] { return std::make_unique<LineFramer>(delimiter, max); });
    }

    static FramerCheck length(const LengthField& field, std::size_t max = 1000)
    {
        return FramerCheck([field, max] { return std::make_unique<LengthFramer>(field, max); });
    }

    static LengthField field(std::size_t offset, std::size_t width, std::int64_t adjust = 0)
    {
        LengthField made;
        made.offset = offset;
        made.width = width;
        made.adjust = adjust;
        return made;
    }

    static const char* tooLong() { return "a message longer than exchange.max_message"; }
};

TEST(FramersTest, findsLines)
{
    line("\n").finds({"a\n", "\n", "long line\r\n", std::string("\0\xff\n", 3)});
}

TEST(FramersTest, findsLinesWithALongDelimiter)
{
    line("\r\n").finds({"a\r\n", "\r\n", "b\rc\nd\r\r\n", "\n\r\n"});
    line(std::string("\0", 1)).finds({std::string("a\n\0", 3), std::string("\0", 1)});
}

TEST(FramersTest, findsADelimiterThatBeginsInItself)
{
    line("aab").finds({"aaaab", "aab", "abaab", "aacaab"});
    line("abab").finds({"aabab", "abaabab", "cabacabab"});
}

TEST(FramersTest, takesALineOfTheLargestSizeAndNoByteMore)
{
    line("\n", 4).finds({"abc\n", "\n", "ab\n"});
    line("\r\n", 4).finds({"ab\r\n", "\r\n"});
    line("\n", 4).refuses("abcd\n", "a line longer than exchange.max_message");
    line("\n", 4).refuses("a\nabcde", "a line longer than exchange.max_message");
    line("\r\n", 4).refuses("abc\r\n", "a line longer than exchange.max_message");
}

TEST(FramersTest, findsMessagesOfOneSize)
{
    const FramerCheck fixed([] { return std::make_unique<FixedFramer>(3); });
    fixed.finds({"abc", "\n\n\n", "def"});
    const FramerCheck one([] { return std::make_unique<FixedFramer>(1); });
    one.finds({"a", "b", "c"});
}

TEST(FramersTest, findsMessagesByTheirLength)
{
    length(field(0, 4)).finds({std::string("\0\0\0\3abc", 7), std::string("\0\0\0\0", 4), std::string("\0\0\0\1x", 5)});
    length(field(2, 1)).finds({std::string("xy\2ab", 5), std::string("xy\0", 3)});
}

TEST(FramersTest, readsEachWidthAndOrder)
{
    for (std::size_t width = 1; width <= 8; ++width)
    {
        std::string big(width, '\0');
        big.back() = 5;
        length(field(1, width)).finds({"h" + big + "12345", "h" + big + "abcde"});
        LengthField little = field(1, width);
        little.order = LengthField::Order::little;
        length(little).finds({"h" + std::string(big.rbegin(), big.rend()) + "12345"});
    }
    length(field(0, 2)).finds({std::string("\1\4", 2) + std::string(260, 'x')});
}

TEST(FramersTest, readsDigits)
{
    LengthField digits = field(0, 4);
    digits.encoding = LengthField::Encoding::decimal;
    length(digits).finds({"0003abc", "0000", "0012abcdefghijkl"});
    digits.encoding = LengthField::Encoding::hexadecimal;
    length(digits).finds({"000Cabcdefghijkl", "000aabcdefghij"});
    LengthField bcd = field(0, 2);
    bcd.encoding = LengthField::Encoding::bcd;
    length(bcd).finds(
        {std::string("\x00\x12", 2) + "abcdefghijkl", std::string("\x01\x00", 2) + std::string(100, 'y')});
}

TEST(FramersTest, refusesWhatIsNoDigit)
{
    const char* reason = "a length field with non-digit characters";
    LengthField digits = field(0, 4);
    digits.encoding = LengthField::Encoding::decimal;
    for (const char* wrong : {"000a", "-001", " 001", "+001"})
        length(digits).refuses(wrong, reason);
    digits.encoding = LengthField::Encoding::hexadecimal;
    length(digits).refuses("000g", reason);
    LengthField bcd = field(0, 2);
    bcd.encoding = LengthField::Encoding::bcd;
    length(bcd).refuses(std::string("\x00\x1a", 2), reason);
    length(bcd).refuses(std::string("\xa0\x10", 2), reason);
}

TEST(FramersTest, adjustsTheLength)
{
    length(field(0, 2, -2)).finds({std::string("\0\5abc", 5), std::string("\0\2", 2)}); // counts itself
    length(field(0, 1, 3)).finds({std::string("\1abcd", 5), std::string("\0abc", 4)});  // a trailer
    length(field(0, 2, -2)).refuses(std::string("\0\1", 2), "a length smaller than its own header");
    LengthField least = field(0, 1);
    least.min = 2;
    length(least).finds({"\2ab"});
    length(least).refuses("\1a", "a length below exchange.length_min");
}

TEST(FramersTest, takesAMessageOfTheLargestSizeAndNoByteMore)
{
    length(field(0, 1), 5).finds({"\4abcd"});
    length(field(0, 1), 5).refuses("\5abcde", tooLong());
    length(field(0, 2, -2), 5).finds({std::string("\0\5abc", 5)});
    length(field(0, 2, -2), 5).refuses(std::string("\0\6abcd", 6), tooLong());
    length(field(0, 1, 2), 5).finds({"\2abcd"});
    length(field(0, 1, 2), 5).refuses("\3abcde", tooLong());
}

TEST(FramersTest, refusesLengthsThatCanNotBe)
{
    for (const std::int64_t adjust : {std::int64_t{0}, std::int64_t{-65536}, std::int64_t{65536}})
    {
        length(field(0, 8, adjust)).refuses(std::string(8, '\xff'), tooLong());
        length(field(0, 8, adjust)).refuses("\x7f" + std::string(7, '\xff'), tooLong());
        length(field(0, 8, adjust)).refuses("\x80" + std::string(7, '\0'), tooLong());
    }
}

/// A long line in small pieces costs as many steps as it has bytes: every byte is taken when it is first seen.
TEST(FramersTest, looksAtEachByteOnce)
{
    LineFramer framer("\r\n", 1000000);
    const std::string piece = "\r\r\r\r\r\r\r\r";
    for (int i = 0; i < 100000; ++i)
        CPPUNIT_ASSERT_EQUAL(piece.size(), framer.feed(piece).taken);
    CPPUNIT_ASSERT(framer.feed("\n").kind == Framer::Progress::Kind::complete);
}

} // namespace proximux
