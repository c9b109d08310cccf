#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>

namespace proximux
{

/// A queue of output lines: any thread adds lines, one thread writes them. So threads that report, such as a reactor's,
/// never wait for a terminal.
class Narrator
{
public:
    /// limit: maximum number of waiting lines; further ones are dropped.
    explicit Narrator(std::size_t limit = 10000)
        : _limit(limit)
    {
    }

    /// Adds a line, without its line feed. Any thread.
    void say(const std::string& line);

    /// Adds a line prefixed with the time since construction: "   0.042 s  ...". Any thread.
    void report(const std::string& what);

    /// Accepts no further lines. Any thread.
    void close();

    /// Waits for the next line. Returns false when it is closed and all lines were taken.
    bool next(std::string& line);

private:
    const std::chrono::steady_clock::time_point _begin = std::chrono::steady_clock::now();
    const std::size_t _limit;
    std::mutex _mutex; ///< guards the members below
    std::condition_variable _changed;
    std::deque<std::string> _lines;
    bool _closed = false;
};

} // namespace proximux
