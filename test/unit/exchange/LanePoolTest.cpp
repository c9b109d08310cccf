#include "support/Test.h"

#include <proximux/exchange/mux/LanePool.h>

#include <memory>
#include <random>
#include <vector>

namespace proximux
{

/// The states of its connections are tested by the rules of the multiplexer; here, which one takes the next request.
class LanePoolTest : public CppUnit::TestCase
{
protected:
    static constexpr std::size_t PLACES = 70;
    static constexpr std::size_t PIPELINE = 8;

    class Dialer : public TargetDialer
    {
    public:
        TargetId openTarget(std::size_t, std::size_t number, Instant, ClientId) override
        {
            return {static_cast<std::uint32_t>(number), 1};
        }
    };

    LanePoolTest()
    {
        while (_pool.open(Instant{}) != LanePool::NONE)
            continue;
        for (std::size_t i = 0; i < PLACES; ++i)
        {
            _pool.opened(i);
            _pool.settled(i, Instant{});
        }
    }

    /// By looking at all.
    [[nodiscard]] std::size_t leastOfAll() const
    {
        std::size_t least = LanePool::NONE;
        for (std::size_t i = 0; i < PLACES; ++i)
            if (_loads[i] < PIPELINE && (least == LanePool::NONE || _loads[i] < _loads[least]))
                least = i;
        return least;
    }

    void load(std::size_t place, std::size_t requests)
    {
        _pool.load(place, requests);
        _loads[place] = requests;
    }

    Targets _targets{1, Backoff{Duration::milliseconds(1), Duration::milliseconds(1)}, 1};
    Dialer _dialer;
    LanePool _pool{{Duration::seconds(5), PIPELINE},
                   _targets,
                   _dialer,
                   std::make_shared<Places>(std::vector<std::size_t>(PLACES, 0))};
    std::vector<std::size_t> _loads = std::vector<std::size_t>(PLACES, 0);
};

TEST(LanePoolTest, theLeastLoadedIsFoundWhateverChanges)
{
    std::mt19937 random(7);
    for (int i = 0; i < 20000; ++i)
    {
        const std::size_t requests = random() % 4 == 0 ? LanePool::FULL : random() % (PIPELINE + 2);
        load(random() % PLACES, requests);
        CPPUNIT_ASSERT_EQUAL(leastOfAll(), _pool.leastLoaded());
    }
}

TEST(LanePoolTest, whereAllAreFullNoneIs)
{
    for (std::size_t i = 0; i < PLACES; ++i)
        load(i, i % 2 == 0 ? LanePool::FULL : PIPELINE);
    CPPUNIT_ASSERT_EQUAL(LanePool::NONE, _pool.leastLoaded());
    load(69, 3);
    load(64, 3);
    CPPUNIT_ASSERT_EQUAL(std::size_t{64}, _pool.leastLoaded());
    _pool.closed(64, Instant{});
    CPPUNIT_ASSERT_EQUAL(std::size_t{69}, _pool.leastLoaded());
    _pool.closed(69, Instant{});
    CPPUNIT_ASSERT_EQUAL(LanePool::NONE, _pool.leastLoaded());
}

} // namespace proximux
