#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>

namespace proximux
{

/// Takes lines of a story from any thread, and gives them to the one that writes them: who tells, a reactor among them,
/// never waits for a terminal.
class Narrator
{
public:
    /// limit: lines that may wait; further ones are left out.
    explicit Narrator(std::size_t limit = 10000)
        : _limit(limit)
    {
    }

    /// A line without its line feed. Any thread.
    void say(const std::string& line);

    /// A line that begins with the time since the Narrator was made: "   0.042 s  ...". Any thread.
    void report(const std::string& what);

    /// No further lines. Any thread.
    void close();

    /// Waits for the next line; false: it is closed, and all were given.
    bool next(std::string& line);

private:
    const std::chrono::steady_clock::time_point _begin = std::chrono::steady_clock::now();
    const std::size_t _limit;
    std::mutex _mutex; ///< guards what follows
    std::condition_variable _changed;
    std::deque<std::string> _lines;
    bool _closed = false;
};

} // namespace proximux
