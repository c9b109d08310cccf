// Proxy: a reload.

#include <proximux/proxy/ProxyImpl.h>

#include <proximux/config/ConfigurationChanges.h>

#include <Poco/Exception.h>

#include <algorithm>
#include <utility>

namespace proximux
{

ReloadResult Proxy::Impl::reload(const std::shared_ptr<const Configuration>& configuration)
{
    const std::lock_guard<std::mutex> one(reloading);
    PreparedReload prepared = prepare(configuration);
    if (!prepared.mistakes.empty())
        return {std::move(prepared.mistakes), {}, 0};
    const std::uint64_t clients = apply(prepared);
    return {{}, std::move(prepared.changed), clients};
}

PreparedReload Proxy::Impl::prepare(const std::shared_ptr<const Configuration>& configuration)
{
    const auto before = runtime.configuration();
    ConfigurationChanges changes = changesOf(*before, *configuration);
    PreparedReload prepared;
    const LocalSettings& local = configuration->local;
    if (local.endpoints() != before->local.endpoints() || local.ipv6Only != before->local.ipv6Only)
        try
        {
            prepared.listeners = TCPServer::listenOn(serverSettings(local), present());
        }
        catch (const Poco::IOException& exception)
        {
            changes.mistakes.push_back(exception.message());
        }
    {
        const std::lock_guard<std::mutex> lock(mutex);
        if (draining)
            changes.mistakes.emplace_back("the server is stopping");
        else if (running < workers.size())
            changes.mistakes.emplace_back("the server is starting, or has ended");
    }
    prepared.mistakes = std::move(changes.mistakes);
    prepared.changed = std::move(changes.changed);
    prepared.configuration = configuration;
    return prepared;
}

ListeningSockets Proxy::Impl::present()
{
    const std::lock_guard<std::mutex> lock(mutex);
    return listening;
}

/// Cannot fail. The first worker assigns the targets, so that nothing is opened between that and its exchange's knowing
/// of it; there are several workers only where none of them needs to know.
std::uint64_t Proxy::Impl::apply(const PreparedReload& prepared)
{
    const auto& configuration = prepared.configuration;
    runtime.use(configuration);
    warnOfTls(*configuration);
    listenTo();
    for (Pulse& pulse : pulses)
        pulse.applied = false;
    const auto tellWorker = [this, configuration](std::size_t number, const TargetAssignment& assignment)
    {
        workers[number]->reconfigure(configuration, assignment);
        const std::lock_guard<std::mutex> lock(mutex);
        pulses[number].applied = true;
        ended.notify_all();
    };
    workers.front()->reactor().post(
        [this, configuration, listeners = prepared.listeners, tellWorker]
        {
            applyToServer(*configuration, listeners);
            const TargetAssignment assignment = runtime.directory.assign(*configuration, runtime.targets);
            for (const std::size_t target : assignment.changes.fresh)
                runtime.errors.forgetTarget(target);
            tellWorker(0, assignment);
            for (std::size_t number = 1; number < workers.size(); ++number)
                workers[number]->reactor().post([tellWorker, number, assignment] { tellWorker(number, assignment); });
        });
    std::unique_lock<std::mutex> lock(mutex);
    if (!prepared.listeners.empty())
        listening = prepared.listeners;
    ended.wait(lock, [this] { return isApplied(); });
    return static_cast<std::uint64_t>(server->currentConnections());
}

void Proxy::Impl::applyToServer(const Configuration& configuration, const ListeningSockets& listeners)
{
    gate.use(configuration.limits);
    server->reconfigure(serverSettings(configuration.local), listeners);
    if (const std::string refusal = server->permit(); !refusal.empty())
        runtime.log.failure(LogScope::server, "ListenError", refusal);
    dealOutDescriptors(configuration);
}

/// By each worker; one that has ended needs nothing any more, and the first one tells the others.
bool Proxy::Impl::isApplied() const
{
    return pulses.front().ended ||
           std::all_of(pulses.begin(), pulses.end(), [](const Pulse& pulse) { return pulse.applied || pulse.ended; });
}

} // namespace proximux
