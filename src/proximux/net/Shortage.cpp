#include <proximux/net/Shortage.h>

#include <utility>

namespace proximux
{

Shortage& Shortage::ofProcess()
{
    static Shortage shortage;
    return shortage;
}

Shortage::Ticket Shortage::await(Reactor& reactor, Reactor::Call call)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    _waiters.emplace(++_last, Waiter{reactor, std::move(call)});
    _waiting.store(_waiters.size(), std::memory_order_relaxed);
    return _last;
}

void Shortage::withdraw(Ticket ticket)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    _waiters.erase(ticket);
    _waiting.store(_waiters.size(), std::memory_order_relaxed);
}

void Shortage::callNext() noexcept
{
    try
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        if (_waiters.empty())
            return;
        const auto first = _waiters.begin();
        first->second.reactor.post(std::move(first->second.call));
        _waiters.erase(first);
        _waiting.store(_waiters.size(), std::memory_order_relaxed);
    }
    catch (const std::exception&)
    {
        return; // out of memory: no call is posted; every waiter retries by its own timer
    }
}

} // namespace proximux
