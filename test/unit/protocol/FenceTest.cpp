#include "support/Test.h"

#include <proximux/protocol/Fence.h>

namespace proximux
{

class FenceTest : public CppUnit::TestCase
{
protected:
    static void assertFound(const std::string& answer, const std::string& input, std::size_t before, bool whole)
    {
        Fence fence;
        fence.answer = answer;
        const Fence::Place place = fence.find(input);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(input, before, place.before);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(input, whole, place.whole);
    }
};

TEST(FenceTest, findsTheAnswerWhereverItIsCut)
{
    const std::string answer = "A A B\n";
    const std::string response = "A \nB\nA ";
    const std::string all = response + answer;
    for (std::size_t n = 0; n < all.size(); ++n)
    {
        Fence fence;
        fence.answer = answer;
        const Fence::Place place = fence.find(Bytes(all).substr(0, n));
        CPPUNIT_ASSERT(!place.whole && place.before <= response.size());
    }
    assertFound(answer, all + "more", response.size(), true);
    assertFound(answer, "", 0, false);
}

TEST(FenceTest, keepsTheLongestBeginning)
{
    assertFound("ABABC", "xABAB", 1, false);
    assertFound("ABABC", "ABABABABC", 4, true);
    assertFound("ABABC", "ABABD", 5, false);
    assertFound("ABABC", "ABABCABABC", 0, true);
    assertFound("A", "xyz", 3, false);
}

} // namespace proximux
