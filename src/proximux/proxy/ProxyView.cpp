#include <proximux/proxy/ProxyView.h>

#include <algorithm>
#include <utility>

namespace proximux
{

namespace
{

/// Whether a new connection may be tried.
bool mayBeTried(Targets::Health health, bool isBackOffOver)
{
    switch (health)
    {
    case Targets::Health::living:
    case Targets::Health::trial:
        return true;
    case Targets::Health::dead:
        return isBackOffOver;
    case Targets::Health::down:
    case Targets::Health::drained:
    case Targets::Health::closed:
        break;
    }
    return false;
}

} // namespace

const char* toString(ProxyInspector::Phase phase)
{
    static constexpr const char* NAMES[] = {"starting", "serving", "draining", "ended"};
    return NAMES[static_cast<std::size_t>(phase)];
}

ProxyView::ProxyView(Runtime& runtime, const Workers& workers)
    : _runtime(runtime)
    , _workers(workers)
    , _running(runtime.configuration()->io.threads)
    , _ended(runtime.configuration()->io.threads)
{
}

/// A Proxy may have been told to end meanwhile.
void ProxyView::started()
{
    Phase expected = Phase::starting;
    _phase.compare_exchange_strong(expected, Phase::serving);
}

/// One that has ended already stays so.
void ProxyView::ending()
{
    Phase now = _phase;
    while (now != Phase::ended && !_phase.compare_exchange_weak(now, Phase::draining))
        continue;
}

void ProxyView::ended(std::size_t reactor)
{
    _ended[reactor] = true;
    if (--_running == 0)
        _phase = Phase::ended;
}

std::vector<TargetView> ProxyView::targets() const
{
    const Instant now = _runtime.clock.now();
    const Targets& targets = _runtime.targets;
    std::vector<TargetView> all;
    for (const std::size_t i : targets.inOrder())
    {
        const Targets::Health health = targets.health(i);
        const Instant retry = targets.retryAt(i, now);
        const bool isDead = health == Targets::Health::dead;
        TargetView view{_runtime.directory.of(i)->endpoint.toString(),
                        toString(health),
                        mayBeTried(health, retry <= now),
                        targets.connections(i),
                        _runtime.errors.ofTarget(i),
                        std::nullopt};
        if (isDead && retry != Instant::never())
            view.retryIn = std::max(retry - now, Duration{});
        all.push_back(std::move(view));
    }
    return all;
}

bool ProxyView::setDuty(const std::string& target, Targets::Duty duty)
{
    bool isKnown = false;
    for (const std::size_t i : _runtime.targets.inOrder())
    {
        if (target != std::to_string(_runtime.targets.numberOf(i)) &&
            target != _runtime.directory.of(i)->endpoint.toString())
            continue;
        _runtime.targets.setDuty(i, duty, _runtime.clock.now());
        tellDuty(i, duty);
        isKnown = true;
    }
    return isKnown;
}

void ProxyView::tellDuty(std::size_t target, Targets::Duty duty) const
{
    static constexpr const char* TOLD[] = {" is ready again", " is drained", " is closed"};
    if (_runtime.log.wants(LogScope::pool, LogLevel::info))
        _runtime.log.text(LogScope::pool, LogLevel::info,
                          "target " + std::to_string(_runtime.targets.numberOf(target)) +
                              TOLD[static_cast<std::size_t>(duty)] + ": an administrator wants it");
}

void ProxyView::pause(bool paused)
{
    _runtime.targets.pause(paused);
    if (_runtime.log.wants(LogScope::pool, LogLevel::info))
        _runtime.log.text(LogScope::pool, LogLevel::info,
                          paused ? "Paused by an administrator: target connections are closed, and none is opened"
                                 : "Resumed by an administrator: target connections are opened again");
}

bool ProxyView::isRunning(std::size_t reactor) const
{
    return _phase != Phase::starting && !_ended[reactor];
}

void ProxyView::post(std::size_t reactor, std::function<void(InspectedWorker&)> call)
{
    Worker& worker = *_workers[reactor];
    worker.reactor().post([&worker, call = std::move(call)] { call(worker); });
}

} // namespace proximux
