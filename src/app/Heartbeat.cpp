#include <app/Heartbeat.h>

#include <chrono>
#include <utility>

namespace proximux
{

Heartbeat::Heartbeat(Duration interval, std::function<void()> beat)
    : _beat(std::move(beat))
{
    if (!interval.isOff())
        _thread = std::thread([this, interval] { run(interval); });
}

Heartbeat::~Heartbeat()
{
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        _ending = true;
    }
    _wake.notify_one();
    if (_thread.joinable())
        _thread.join();
}

void Heartbeat::run(Duration interval)
{
    std::unique_lock<std::mutex> lock(_mutex);
    while (!_ending)
    {
        lock.unlock();
        _beat();
        lock.lock();
        _wake.wait_for(lock, std::chrono::microseconds(interval.us), [this] { return _ending; });
    }
}

} // namespace proximux
