#include "support/Test.h"

#include <proximux/system/ProcessFacts.h>

#include <chrono>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

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

/// In a process of its own, whose only thread this is: a thread that other tests have left may close a descriptor.
TEST(ProcessFactsTestLinux, aFileIsOneDescriptor)
{
    const pid_t child = fork();
    CPPUNIT_ASSERT(child >= 0);
    if (child == 0)
    {
        const std::uint64_t before = *processFacts().descriptors;
        const std::ifstream file("/proc/self/stat");
        const ProcessFacts facts = processFacts();
        _exit(*facts.descriptors == before + 1 && *facts.maxDescriptors > before ? 0 : 1);
    }
    int status = -1;
    CPPUNIT_ASSERT_EQUAL(child, waitpid(child, &status, 0));
    CPPUNIT_ASSERT_EQUAL(0, status);
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
