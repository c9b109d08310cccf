#pragma once

#include <proximux/Proxy.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace proximux
{

/// Carries out reloads in a thread of its own: files are read, and reactors waited for. What is asked for while one is
/// under way becomes one more afterwards.
class Reloader
{
public:
    using Done = std::function<void(const ReloadResult&)>;

    /// reload: must not throw.
    explicit Reloader(std::function<ReloadResult()> reload);

    /// Waits for the reload that is under way.
    ~Reloader();

    Reloader(const Reloader&) = delete;
    Reloader& operator=(const Reloader&) = delete;

    /// Returns at once. done: is told the result, in the thread of the Reloader; not if that ends first. Any thread.
    void ask(Done done);

private:
    void run();

    const std::function<ReloadResult()> _reload;
    std::mutex _mutex;
    std::condition_variable _wake;
    std::vector<Done> _asked; ///< guarded by _mutex
    bool _ending = false;     ///< likewise
    std::thread _thread;
};

} // namespace proximux
