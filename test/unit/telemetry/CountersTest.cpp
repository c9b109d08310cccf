#include "support/Test.h"

#include <SourceDir.h>

#include <proximux/telemetry/Counters.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

namespace proximux
{

/// The table of counters, and its copy in the documents.
class CountersTest : public CppUnit::TestCase
{
};

TEST(CountersTest, eachMemberHasARow)
{
    std::set<std::string> names;
    std::set<const void*> members;
    std::size_t size = 0;
    const Counters<std::uint64_t> counters;
    forEachCounter(
        [&](const CounterInfo& info, const auto& member)
        {
            CPPUNIT_ASSERT_MESSAGE(info.name, names.insert(info.name).second);
            CPPUNIT_ASSERT_MESSAGE(info.name, members.insert(&member).second);
            size += sizeof(member);
        },
        counters);
    CPPUNIT_ASSERT_EQUAL(sizeof(counters), size);
}

TEST(CountersTest, workersAreAdded)
{
    LiveCounters first;
    LiveCounters second;
    first.bytesIn += 3;
    second.bytesIn += 4;
    second.bytesIn += 5;
    second.tied[2] += 1;
    count(first.queueDuration, Duration{60});
    count(second.queueDuration, Duration{70});
    Statistics sum;
    sum.accepted = 7;
    add(sum, first);
    add(sum, second);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{7}, sum.accepted);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{12}, sum.bytesIn);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, sum.bytesOut);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, sum.tied[2]);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, sum.tied[1]);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, sum.queueDuration.buckets[1]);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{130}, sum.queueDuration.sum);
}

TEST(CountersTest, workersAreAddedForATarget)
{
    std::array<LiveTargetCounters, 2> workers;
    std::uint64_t n = 0;
    for (LiveTargetCounters& each : workers)
    {
        each.opening.set(++n);
        each.idle.set(++n);
        each.busy.set(++n);
        each.tied.set(++n);
        each.desyncs.set(++n);
        each.connectFailures[2].set(++n);
    }
    TargetStatistics sum;
    for (const LiveTargetCounters& each : workers)
        add(sum, each);
    const std::vector<std::uint64_t> expected{8, 10, 12, 14, 16, 18};
    const std::vector<std::uint64_t> added{sum.opening, sum.idle,    sum.busy,
                                           sum.tied,    sum.desyncs, sum.connectFailures[2]};
    CPPUNIT_ASSERT(expected == added);
}

TEST(CountersTest, documentHasEach)
{
    std::ifstream file(PROXIMUX_SOURCE_DIR "/docs/operations.md");
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    text.erase(std::remove(text.begin(), text.end(), '`'), text.end());
    forEachCounter(
        [&text](const CounterInfo& info)
        {
            const std::string row = std::string("\n| ") + info.name + " | " + toString(info.kind) + " | " + info.unit +
                                    " | " + info.help + " |\n";
            CPPUNIT_ASSERT_MESSAGE("docs/operations.md lacks" + row, text.find(row) != std::string::npos);
        });
}

} // namespace proximux
