// Proxy: the facade; what it does is in Impl.

#include <proximux/proxy/ProxyImpl.h>

#include <proximux/config/TlsFiles.h>
#include <proximux/proxy/Snapshot.h>

#include <Poco/Exception.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

namespace
{

/// What a ConfigurationLoader has not made.
bool lacksTls(const TlsSettings& tls)
{
    return tls.isOn() && !tls.context;
}

std::shared_ptr<const Configuration> checked(std::shared_ptr<const Configuration> configuration)
{
    if (!configuration)
        throw Poco::InvalidArgumentException("proximux::Proxy: no configuration; see LoadResult::mistakes");
    const auto lacks = [](const TargetSettings& target) { return lacksTls(target.tls); };
    if (!lacksTls(configuration->local.tls) &&
        std::none_of(configuration->targets.begin(), configuration->targets.end(), lacks))
        return configuration;
    auto complete = std::make_shared<Configuration>(*configuration);
    const std::vector<TlsMistake> mistakes = readTlsFiles(*complete);
    if (mistakes.empty())
        return complete;
    throw Poco::InvalidArgumentException(mistakes.front().toString());
}

} // namespace

Proxy::Proxy(std::shared_ptr<const Configuration> configuration)
    : _impl(std::make_unique<Impl>(checked(std::move(configuration))))
{
    _impl->view.setStatistics([this] { return statistics(); });
}

Proxy::~Proxy() = default;

void Proxy::start()
{
    _impl->start([this] { _impl->server->start(); });
}

void Proxy::listen()
{
    _impl->server->listen();
}

void Proxy::startOn(int listener)
{
    _impl->start([this, listener] { _impl->server->startOn(listener); });
}

ReloadResult Proxy::reload(std::shared_ptr<const Configuration> configuration)
{
    return _impl->reload(checked(std::move(configuration)));
}

PreparedReload Proxy::prepare(std::shared_ptr<const Configuration> configuration)
{
    return _impl->prepare(checked(std::move(configuration)));
}

std::uint64_t Proxy::apply(const PreparedReload& prepared)
{
    const std::lock_guard<std::mutex> one(_impl->reloading);
    return _impl->apply(prepared);
}

bool Proxy::isResponsive()
{
    return _impl->isResponsive();
}

void Proxy::drain()
{
    _impl->drain(_impl->runtime.configuration()->shutdown.delay);
}

void Proxy::retire()
{
    _impl->drain(Duration{0});
}

void Proxy::stop()
{
    _impl->stop();
}

void Proxy::wait()
{
    std::unique_lock<std::mutex> lock(_impl->mutex);
    _impl->ended.wait(lock, [this] { return _impl->running == 0; });
}

std::uint16_t Proxy::port() const
{
    return _impl->server->port();
}

Statistics Proxy::statistics() const
{
    Statistics statistics = snapshot(_impl->runtime, *_impl->server, _impl->workers);
    statistics.limited = _impl->gate.limited();
    statistics.untracked = _impl->gate.untracked();
    statistics.unaffordable = _impl->gate.unaffordable();
    const std::lock_guard<std::mutex> lock(_impl->mutex);
    statistics.draining = _impl->draining;
    return statistics;
}

ProxyInspector& Proxy::inspector()
{
    return _impl->view;
}

Events& Proxy::events()
{
    return _impl->runtime.events;
}

} // namespace proximux
