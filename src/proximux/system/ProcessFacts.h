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

    // the program fills these in
    std::uint64_t logRecordsDropped = 0; ///< by its log
    bool isReloaded = true;              ///< the last reload was applied, or there was none
    Duration configured;                 ///< when the configuration came into force, since 1970
};

/// Bytes of memory that the process has; see ProcessFacts. Any thread; reads a file of the system.
std::optional<std::uint64_t> residentMemory();

/// Gives memory that was freed back to the system, as far as it is known how. Any thread.
void releaseMemory();

/// What the system knows of this process. Any thread; reads files of the system.
ProcessFacts processFacts();

} // namespace proximux
