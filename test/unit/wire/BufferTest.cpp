#include "support/Test.h"

#include <proximux/wire/Buffer.h>

#include <random>
#include <string>

namespace proximux
{

class BufferTest : public CppUnit::TestCase
{
};

TEST(BufferTest, isFirstInFirstOut)
{
    Buffer buffer;
    buffer.append("abc");
    buffer.append("");
    buffer.append("def");
    CPPUNIT_ASSERT_EQUAL(std::string("abcdef"), std::string(buffer.waiting()));
    buffer.consume(2);
    CPPUNIT_ASSERT_EQUAL(std::string("cdef"), std::string(buffer.waiting()));
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, buffer.size());
}

TEST(BufferTest, holdsNoMemoryWhileEmpty)
{
    Buffer buffer;
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, buffer.capacity());
    buffer.append("abc");
    buffer.consume(3);
    CPPUNIT_ASSERT(buffer.isEmpty());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, buffer.capacity());
    buffer.append("abc");
    buffer.clear();
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, buffer.capacity());
}

TEST(BufferTest, keepsItsBytesThroughAnySequence)
{
    std::minstd_rand random(7);
    Buffer buffer;
    std::string model;
    char next = 0;
    for (int step = 0; step < 20000; ++step)
    {
        std::string piece(random() % 50, ' ');
        for (char& c : piece)
            c = ++next;
        buffer.append(piece);
        model += piece;
        const std::size_t n = random() % (model.size() + 1);
        buffer.consume(n);
        model.erase(0, n);
        CPPUNIT_ASSERT(buffer.waiting() == model);
    }
}

TEST(BufferTest, usesConsumedRoomAgain)
{
    Buffer buffer;
    buffer.append(std::string(100, 'x'));
    for (int i = 0; i < 1000; ++i)
    {
        buffer.consume(90);
        buffer.append(std::string(90, 'y'));
    }
    CPPUNIT_ASSERT(buffer.capacity() <= 400);
}

} // namespace proximux
