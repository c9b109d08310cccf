#pragma once

#include <proximux/Instant.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace proximux
{

/// Calls a function at intervals, in a thread of its own, while it lives.
class Heartbeat
{
public:
    /// interval off: no thread, no calls. The first call is made at once. `beat` must not throw.
    Heartbeat(Duration interval, std::function<void()> beat);

    /// Ends the thread; no call is made after it.
    ~Heartbeat();

    Heartbeat(const Heartbeat&) = delete;
    Heartbeat& operator=(const Heartbeat&) = delete;

private:
    void run(Duration interval);

    const std::function<void()> _beat;
    std::mutex _mutex;
    std::condition_variable _wake;
    bool _ending = false; ///< guarded by _mutex
    std::thread _thread;
};

} // namespace proximux
