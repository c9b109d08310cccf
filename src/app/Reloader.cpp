#include <app/Reloader.h>

#include <utility>

namespace proximux
{

Reloader::Reloader(Work work)
    : _work(std::move(work))
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

void Reloader::ask(What what, Done done)
{
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        (what == What::all ? _asked : _askedForCertificates).push_back(std::move(done));
    }
    _wake.notify_one();
}

void Reloader::run()
{
    std::unique_lock<std::mutex> lock(_mutex);
    auto lastLook = Clock::now();
    while (true)
    {
        const bool isDue = !isAsked(lock, lastLook);
        if (_ending)
            return;
        const std::vector<Done> asked = std::exchange(_asked, {});
        const std::vector<Done> askedForCertificates = std::exchange(_askedForCertificates, {});
        lock.unlock();
        carryOut(_work.all, asked);
        carryOut(_work.certificates, askedForCertificates);
        if (isDue)
        {
            look();
            lastLook = Clock::now();
        }
        lock.lock();
    }
}

/// Waits until something is asked for, or it is to end. False: a look at the certificates is due before that.
bool Reloader::isAsked(std::unique_lock<std::mutex>& lock, Clock::time_point lastLook)
{
    const auto is = [this] { return !_asked.empty() || !_askedForCertificates.empty() || _ending; };
    const Duration interval = _work.interval();
    if (!interval.isOff())
        return _wake.wait_until(lock, lastLook + std::chrono::microseconds(interval.us), is);
    _wake.wait(lock, is);
    return true;
}

void Reloader::look()
{
    if (_work.haveCertificatesChanged())
        _work.certificates();
}

void Reloader::carryOut(const std::function<ReloadResult()>& reload, const std::vector<Done>& asked)
{
    if (asked.empty())
        return;
    const ReloadResult result = reload();
    for (const Done& done : asked)
        done(result);
}

} // namespace proximux
