#include <proximux/system/ProcessFacts.h>

#include <Poco/Process.h>
#include <Poco/Timestamp.h>

namespace proximux
{

namespace
{

/// When the program was loaded.
const Poco::Timestamp STARTED;

} // namespace

std::optional<std::uint64_t> residentMemory()
{
    return std::nullopt;
}

void releaseMemory()
{
    // there is nothing for this that all of these systems have
}

ProcessFacts processFacts()
{
    long user = 0;
    long system = 0;
    Poco::Process::times(user, system);
    ProcessFacts facts;
    facts.started = Duration::microseconds(STARTED.epochMicroseconds());
    facts.cpu = Duration::seconds(user + system);
    return facts;
}

} // namespace proximux
