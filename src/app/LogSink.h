#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace proximux
{

/// Where log lines end up. Used by one thread at a time, except where said.
class LogSink
{
public:
    virtual ~LogSink() = default;

    /// Writes whole lines, each with its line feed. What could not be written is given up. Returns why; empty: all is
    /// written. Must not throw.
    virtual std::string write(std::string_view lines) noexcept = 0;

    /// Closes and opens anew what has a name, so that somebody else can have moved it away.
    virtual void reopen() noexcept {}

    /// From then on a write no longer waits for a reader that does not read. From any thread, also during a write.
    virtual void giveUpAt(std::chrono::steady_clock::time_point) noexcept {}
};

} // namespace proximux
