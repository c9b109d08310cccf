#pragma once

#include <proximux/Instant.h>

#include <cstdint>
#include <optional>

namespace proximux
{

/// What a metric says of the process itself. Nothing: this system does not tell.
struct ProcessFacts
{
    Duration started;                            ///< since 1970, UTC
    Duration cpu;                                ///< user and system time
    std::optional<std::uint64_t> residentMemory; ///< bytes
    std::optional<std::uint64_t> descriptors;    ///< open
    std::optional<std::uint64_t> maxDescriptors; ///< that may be open
    std::uint64_t logRecordsDropped = 0;         ///< by the program's log, which fills it in
};

/// What the system knows of this process, but for the log. Any thread; reads files of the system.
ProcessFacts processFacts();

} // namespace proximux
