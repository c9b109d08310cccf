#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>

namespace proximux
{

/// Carries out reloads in a thread of its own: files are read, and reactors waited for. What is asked for while one is
/// under way becomes one more afterwards.
class Reloader
{
public:
    /// reload: must not throw.
    explicit Reloader(std::function<void()> reload);

    /// Waits for the reload that is under way.
    ~Reloader();

    Reloader(const Reloader&) = delete;
    Reloader& operator=(const Reloader&) = delete;

    /// Returns at once. Any thread.
    void ask();

private:
    void run();

    const std::function<void()> _reload;
    std::mutex _mutex;
    std::condition_variable _wake;
    bool _asked = false;  ///< guarded by _mutex
    bool _ending = false; ///< likewise
    std::thread _thread;
};

} // namespace proximux
