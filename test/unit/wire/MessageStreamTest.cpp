#include "support/Test.h"

#include <proximux/wire/LineFramer.h>
#include <proximux/wire/MessageStream.h>

#include <string>
#include <vector>

namespace proximux
{

class MessageStreamTest : public CppUnit::TestCase
{
protected:
    LineFramer framer{"\r\n", 10};
    MessageStream stream{framer};
    std::size_t begun = 0;
    std::vector<std::string> messages{""};

    const char* feed(Bytes bytes, std::size_t most = 100)
    {
        return stream.feed(
            bytes, [this] { ++begun; },
            [this, most](Bytes taken, bool last)
            {
                messages.back().append(taken);
                if (last)
                    messages.emplace_back();
                return messages.size() <= most;
            });
    }
};

TEST(MessageStreamTest, cutsMessagesHoweverTheyCome)
{
    for (const char* piece : {"a", "b\r", "\nc\r\n\r", "\n"})
        CPPUNIT_ASSERT(feed(piece) == nullptr);
    CPPUNIT_ASSERT((std::vector<std::string>{"ab\r\n", "c\r\n", "\r\n", ""}) == messages);
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, begun);
    CPPUNIT_ASSERT(stream.isAtRest());
}

TEST(MessageStreamTest, isNotAtRestWithinAMessage)
{
    CPPUNIT_ASSERT(stream.isAtRest());
    feed("a");
    CPPUNIT_ASSERT(!stream.isAtRest());
}

TEST(MessageStreamTest, keepsWhatIsNotTaken)
{
    feed("a\r\nb\r\nc", 1);
    CPPUNIT_ASSERT_EQUAL(std::string("b\r\nc"), stream.kept());
    CPPUNIT_ASSERT(!stream.isAtRest());
    feed("\r\n");
    CPPUNIT_ASSERT((std::vector<std::string>{"a\r\n", "b\r\n", "c\r\n", ""}) == messages);
}

TEST(MessageStreamTest, saysWhyTheStreamIsMalformed)
{
    CPPUNIT_ASSERT(feed("a\r\n") == nullptr);
    CPPUNIT_ASSERT(feed("01234567890123") != nullptr);
    CPPUNIT_ASSERT_EQUAL(std::string("a\r\n"), messages.front());
}

} // namespace proximux
