#include <app/Reloader.h>

#include <utility>

namespace proximux
{

Reloader::Reloader(std::function<void()> reload)
    : _reload(std::move(reload))
    , _thread([this] { run(); })
{
}

Reloader::~Reloader()
{
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        _ending = true;
    }
    _wake.notify_one();
    _thread.join();
}

void Reloader::ask()
{
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        _asked = true;
    }
    _wake.notify_one();
}

void Reloader::run()
{
    std::unique_lock<std::mutex> lock(_mutex);
    while (true)
    {
        _wake.wait(lock, [this] { return _asked || _ending; });
        if (_ending)
            return;
        _asked = false;
        lock.unlock();
        _reload();
        lock.lock();
    }
}

} // namespace proximux
