#include <app/Reloader.h>

#include <utility>

namespace proximux
{

Reloader::Reloader(std::function<ReloadResult()> reload)
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

void Reloader::ask(Done done)
{
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        _asked.push_back(std::move(done));
    }
    _wake.notify_one();
}

void Reloader::run()
{
    std::unique_lock<std::mutex> lock(_mutex);
    while (true)
    {
        _wake.wait(lock, [this] { return !_asked.empty() || _ending; });
        if (_ending)
            return;
        const std::vector<Done> asked = std::exchange(_asked, {});
        lock.unlock();
        const ReloadResult result = _reload();
        for (const Done& done : asked)
            done(result);
        lock.lock();
    }
}

} // namespace proximux
