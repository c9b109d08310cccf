#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace proximux
{

/// A destination of log lines. Used by one thread at a time, except where noted.
class LogSink
{
public:
    virtual ~LogSink() = default;

    /// Writes whole lines, each with its line feed. Lines that cannot be written are discarded. Returns the reason, or
    /// an empty text on success. Must not throw.
    virtual std::string write(std::string_view lines) noexcept = 0;

    /// Closes and reopens a sink that has a name, so that log rotation can move the file.
    virtual void reopen() noexcept {}

    /// From this time on a write does not wait for a blocked reader. Any thread, also during a write.
    virtual void giveUpAt(std::chrono::steady_clock::time_point) noexcept {}
};

} // namespace proximux
