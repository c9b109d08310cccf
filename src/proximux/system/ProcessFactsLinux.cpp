#include <proximux/system/ProcessFacts.h>

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>

namespace proximux
{

namespace
{

Duration read(clockid_t clock)
{
    timespec time{};
    if (clock_gettime(clock, &time) != 0)
        return {};
    return Duration::seconds(time.tv_sec) + Duration::microseconds(time.tv_nsec / 1000);
}

/// The n-th field of /proc/self/stat, from 3: those before it are the number and the name, which may have spaces.
std::string fieldOfStat(int n)
{
    std::ifstream file("/proc/self/stat");
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    const std::size_t name = text.rfind(')');
    if (name == std::string::npos)
        return {};
    std::istringstream fields(text.substr(name + 1));
    std::string field;
    for (int i = 3; i <= n; ++i)
        fields >> field;
    return field;
}

/// By the clocks, because /proc/stat may be hidden from a service.
Duration started()
{
    constexpr int START_TIME = 22;
    const long ticks = sysconf(_SC_CLK_TCK);
    const auto start = std::strtoll(fieldOfStat(START_TIME).c_str(), nullptr, 10);
    const Duration sinceBoot{start * (1000000 / (ticks > 0 ? ticks : 100))};
    return {read(CLOCK_REALTIME).us - read(CLOCK_BOOTTIME).us + sinceBoot.us};
}

std::optional<std::uint64_t> descriptors()
{
    std::error_code error;
    std::uint64_t open = 0;
    std::filesystem::directory_iterator each("/proc/self/fd", error);
    for (; !error && each != std::filesystem::directory_iterator(); each.increment(error))
        ++open;
    if (error || open == 0)
        return std::nullopt;
    return open - 1; // without that of the folder
}

std::optional<std::uint64_t> maxDescriptors()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return std::nullopt;
    return limit.rlim_cur;
}

} // namespace

std::optional<std::uint64_t> residentMemory()
{
    std::ifstream file("/proc/self/statm");
    std::uint64_t all = 0;
    std::uint64_t resident = 0;
    if (!(file >> all >> resident))
        return std::nullopt;
    return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void releaseMemory()
{
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

ProcessFacts processFacts()
{
    ProcessFacts facts;
    facts.started = started();
    facts.cpu = read(CLOCK_PROCESS_CPUTIME_ID);
    facts.residentMemory = residentMemory();
    facts.descriptors = descriptors();
    facts.maxDescriptors = maxDescriptors();
    return facts;
}

} // namespace proximux
