#include "support/Test.h"

#include <proximux/exchange/mux/Identifiers.h>
#include <proximux/exchange/mux/State.h>

#include <set>
#include <vector>

namespace proximux
{

/// The ids of all requests to one target.
class IdentifiersTest : public CppUnit::TestCase
{
protected:
    static constexpr Duration S = Duration::seconds(1);

    Request _request;
    Instant _now{1000000};

    static Identifiers made(std::size_t width, std::uint64_t seed = 1, Duration reuse = Duration::seconds(300))
    {
        return Identifiers({width, 8, reuse, seed});
    }
};

TEST(IdentifiersTest, beginAtARandomPlace)
{
    for (const std::size_t width : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{4}, std::size_t{8}})
    {
        std::set<std::vector<std::uint64_t>> begins;
        for (std::uint64_t seed = 0; seed < 20; ++seed)
        {
            Identifiers ids = made(width, seed);
            std::vector<std::uint64_t> first(4);
            for (std::uint64_t& id : first)
                id = ids.take(_request, _now);
            begins.insert(first);
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{20}, begins.size());
    }
}

TEST(IdentifiersTest, noIdIsUsedTwiceBeforeAllOthersWere)
{
    for (const std::size_t width : {std::size_t{1}, std::size_t{2}, std::size_t{3}})
    {
        Identifiers ids = made(width);
        std::set<std::uint64_t> seen;
        const std::size_t all = width == 1 ? 256 : 65536;
        for (std::size_t i = 0; i < all; ++i)
        {
            const std::uint64_t id = ids.take(_request, _now);
            CPPUNIT_ASSERT(id < std::uint64_t{1} << 8 * width);
            CPPUNIT_ASSERT(seen.insert(id).second);
            ids.answered(id);
        }
        const std::uint64_t next = ids.take(_request, _now);
        CPPUNIT_ASSERT_EQUAL(width < 3, seen.count(next) == 1);
    }
}

/// Its late answer may come over the next connection, and over any other.
TEST(IdentifiersTest, anIdWithoutAResponseIsReserved)
{
    Identifiers ids = made(1, 7, S);
    const std::uint64_t lost = ids.take(_request, _now);
    ids.lost(lost, _now);
    CPPUNIT_ASSERT(ids.find(lost) == nullptr);
    for (int i = 0; i < 2000; ++i)
    {
        const std::uint64_t id = ids.take(_request, _now);
        CPPUNIT_ASSERT(id != lost);
        ids.answered(id);
    }
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 256; ++i)
    {
        const std::uint64_t id = ids.take(_request, _now + S);
        seen.insert(id);
        ids.answered(id);
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, seen.count(lost));
}

TEST(IdentifiersTest, noneIsFreeWhileAllAreUsedOrReserved)
{
    Identifiers ids = made(1, 1, S);
    std::vector<std::uint64_t> used;
    while (ids.hasFree())
        used.push_back(ids.take(_request, _now));
    CPPUNIT_ASSERT_EQUAL(std::size_t{256}, used.size());
    CPPUNIT_ASSERT(ids.nextFree() == Instant::never());
    ids.lost(used[3], _now);
    ids.lost(used[4], _now + S);
    CPPUNIT_ASSERT(!ids.hasFree());
    CPPUNIT_ASSERT(ids.nextFree() == _now + S);
    ids.restore(_now + S - Duration{1});
    CPPUNIT_ASSERT(!ids.hasFree());
    ids.restore(_now + S);
    CPPUNIT_ASSERT_EQUAL(used[3], ids.take(_request, _now + S));
    CPPUNIT_ASSERT(!ids.hasFree());
    ids.answered(used[9]);
    CPPUNIT_ASSERT_EQUAL(used[9], ids.take(_request, _now + S));
}

TEST(IdentifiersTest, anIdThatARequestBringsIsUsedByNoOther)
{
    Identifiers ids = made(2, 1, S);
    CPPUNIT_ASSERT(ids.mayClaim(0x1234));
    Request other;
    ids.claim(0x1234, other);
    CPPUNIT_ASSERT(!ids.mayClaim(0x1234));
    CPPUNIT_ASSERT(ids.find(0x1234) == &other);
    for (int i = 0; i < 70000; ++i)
    {
        const std::uint64_t id = ids.take(_request, _now);
        CPPUNIT_ASSERT(id != 0x1234);
        CPPUNIT_ASSERT(!ids.mayClaim(id));
        ids.answered(id);
    }
    ids.lost(0x1234, _now);
    CPPUNIT_ASSERT(!ids.mayClaim(0x1234));
    ids.restore(_now + S);
    CPPUNIT_ASSERT(ids.mayClaim(0x1234));
}

TEST(IdentifiersTest, wideIdsAreRandomAndNeverReserved)
{
    for (const std::size_t width : {std::size_t{4}, std::size_t{6}, std::size_t{8}})
    {
        Identifiers ids = made(width);
        std::set<std::uint64_t> seen;
        std::uint64_t bits = 0;
        for (int i = 0; i < 100000; ++i)
        {
            const std::uint64_t id = ids.take(_request, _now);
            CPPUNIT_ASSERT(width == 8 || id < std::uint64_t{1} << 8 * width);
            CPPUNIT_ASSERT(seen.insert(id).second);
            bits |= id;
            ids.lost(id, _now);
        }
        CPPUNIT_ASSERT_EQUAL(width == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * width) - 1, bits);
        CPPUNIT_ASSERT(ids.nextFree() == Instant::never());
    }
}

TEST(IdentifiersTest, anIdFindsItsRequestAlone)
{
    Identifiers ids = made(4);
    const std::uint64_t id = ids.take(_request, _now);
    CPPUNIT_ASSERT(ids.find(id) == &_request);
    for (unsigned bit = 0; bit < 32; ++bit)
        CPPUNIT_ASSERT(ids.find(id ^ std::uint64_t{1} << bit) == nullptr);
    ids.answered(id);
    CPPUNIT_ASSERT(ids.find(id) == nullptr);
}

} // namespace proximux
