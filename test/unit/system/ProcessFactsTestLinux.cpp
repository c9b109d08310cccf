#include "support/Test.h"

#include <proximux/system/ProcessFacts.h>

#include <chrono>
#include <fstream>

namespace proximux
{

/// What Linux tells of this process.
class ProcessFactsTestLinux : public CppUnit::TestCase
{
};

TEST(ProcessFactsTestLinux, itStartedBeforeNow)
{
    using namespace std::chrono;
    const auto now = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
    const ProcessFacts facts = processFacts();
    CPPUNIT_ASSERT(facts.started.us < now + 1000000);
    CPPUNIT_ASSERT(facts.started.us > now - std::int64_t{24} * 3600 * 1000000);
}

TEST(ProcessFactsTestLinux, aFileIsOneDescriptor)
{
    const std::uint64_t before = *processFacts().descriptors;
    const std::ifstream file("/proc/self/stat");
    CPPUNIT_ASSERT_EQUAL(before + 1, *processFacts().descriptors);
    CPPUNIT_ASSERT(*processFacts().maxDescriptors > before);
}

TEST(ProcessFactsTestLinux, workTakesTimeAndMemory)
{
    const ProcessFacts before = processFacts();
    while (processFacts().cpu <= before.cpu)
    {
    }
    CPPUNIT_ASSERT(*before.residentMemory > 100000);
}

} // namespace proximux
