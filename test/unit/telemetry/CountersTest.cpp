#include "support/Test.h"

#include <SourceDir.h>

#include <proximux/telemetry/Counters.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

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
    const Statistics statistics;
    forEachCounter(
        [&](const CounterInfo& info, const auto& member)
        {
            CPPUNIT_ASSERT_MESSAGE(info.name, names.insert(info.name).second);
            CPPUNIT_ASSERT_MESSAGE(info.name, members.insert(&member).second);
            size += sizeof(member);
        },
        statistics);
    CPPUNIT_ASSERT_EQUAL(sizeof(Statistics), size);
}

TEST(CountersTest, workersAreAdded)
{
    LiveCounters first;
    LiveCounters second;
    first.bytesIn += 3;
    second.bytesIn += 4;
    second.bytesIn += 5;
    second.tied[2] += 1;
    Statistics sum;
    sum.accepted = 7;
    add(sum, first);
    add(sum, second);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{7}, sum.accepted);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{12}, sum.bytesIn);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, sum.bytesOut);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, sum.tied[2]);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, sum.tied[1]);
}

TEST(CountersTest, documentHasEach)
{
    std::ifstream file(PROXIMUX_SOURCE_DIR "/docs/operations.md");
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    text.erase(std::remove(text.begin(), text.end(), '`'), text.end());
    forEachCounter(
        [&text](const CounterInfo& info)
        {
            const std::string row = std::string("\n| ") + info.name + " | " +
                                    (info.kind == CounterKind::gauge ? "gauge" : "counter") + " | " + info.unit +
                                    " | " + info.help + " |\n";
            CPPUNIT_ASSERT_MESSAGE("docs/operations.md lacks" + row, text.find(row) != std::string::npos);
        });
}

} // namespace proximux
