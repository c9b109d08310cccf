#include "support/Test.h"

#include <thread>

namespace
{

thread_local int number = 1;
int seen = 0;

/// Says at the end of its thread what another thread_local object is.
struct Witness
{
    ~Witness() { seen = number; } // which begins anew if its memory was freed

    int uses = 0;
};

thread_local Witness witness;

} // namespace

/// What a thread has of its own.
class ThreadEndTest : public CppUnit::TestCase
{
};

TEST(ThreadEndTest, destroysObjectsBeforeTheirMemoryIsFreed)
{
    std::thread(
        []
        {
            number = 2;
            ++witness.uses;
        })
        .join();
    CPPUNIT_ASSERT_EQUAL(2, seen);
}
