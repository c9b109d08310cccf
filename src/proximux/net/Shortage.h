#pragma once

#include <proximux/net/loop/Reactor.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>

namespace proximux
{

/// The queue of connection attempts that wait for a descriptor, a port or memory of this process. One per process, as
/// these resources are. Any thread.
class Shortage
{
public:
    using Ticket = std::uint64_t; ///< 0: none

    static Shortage& ofProcess();

    /// Queues a call. It is posted to the reactor once, when a resource is freed and all earlier calls were posted.
    /// Withdraw it before the reactor is destroyed.
    Ticket await(Reactor& reactor, Reactor::Call call);

    /// Removes a queued call; no effect if it was posted already.
    void withdraw(Ticket ticket);

    /// A connection was closed: the longest-waiting attempt may retry. Nearly free of cost if none waits.
    void givenBack() noexcept
    {
        if (_waiting.load(std::memory_order_relaxed) > 0)
            callNext();
    }

    [[nodiscard]] std::size_t waiting() const { return _waiting.load(std::memory_order_relaxed); }

private:
    struct Waiter
    {
        Reactor& reactor;
        Reactor::Call call;
    };

    void callNext() noexcept;

    std::atomic<std::size_t> _waiting{0};
    std::mutex _mutex;                 ///< guards the members below
    std::map<Ticket, Waiter> _waiters; ///< oldest first
    Ticket _last = 0;
};

} // namespace proximux
