#pragma once

#include <proximux/reactor/Reactor.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>

namespace proximux
{

/// Those who could not connect for lack of a descriptor, a port or memory, and wait until somebody gives one back. One
/// for the process, as these are. Any thread.
class Shortage
{
public:
    using Ticket = std::uint64_t; ///< 0: none

    static Shortage& ofProcess();

    /// The call is posted to the reactor when something was given back and all who came before were called; once.
    /// Withdraw it before the reactor goes.
    Ticket await(Reactor& reactor, Reactor::Call call);

    /// Without effect where the call was posted already.
    void withdraw(Ticket ticket);

    /// A connection was closed: who waits for longest may try again. Costs next to nothing where nobody waits.
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
    std::mutex _mutex;                 ///< guards what follows
    std::map<Ticket, Waiter> _waiters; ///< the first came first
    Ticket _last = 0;
};

} // namespace proximux
