#pragma once

#include <proximux/Configuration.h>
#include <proximux/Events.h>
#include <proximux/Log.h>
#include <proximux/net/Resolver.h>
#include <proximux/net/loop/Clock.h>
#include <proximux/proxy/AddressLimits.h>
#include <proximux/proxy/TargetDirectory.h>
#include <proximux/targets/Targets.h>
#include <proximux/telemetry/OutageRecords.h>
#include <proximux/telemetry/RecentErrors.h>

#include <Poco/Exception.h>

#include <memory>
#include <optional>
#include <string>

namespace proximux
{

/// The state that all workers of a Proxy share. Owned by the Proxy and outlives them; its members may be used from any
/// thread.
struct Runtime
{
    explicit Runtime(const std::shared_ptr<const Configuration>& checked, std::uint64_t seed)
        : log(checked->log.maskAddresses, checked->service)
        , targets(checked->targets.size(), {checked->pool.backoffMin, checked->pool.backoffMax}, seed)
        , directory(checked->targets)
        , addresses(seed)
        , resolver(checked->io.resolverThreads)
        , _configuration(checked)
    {
    }

    /// The configuration in force: that of the last reload. Workers keep it until they are told of another.
    [[nodiscard]] std::shared_ptr<const Configuration> configuration() const
    {
        return std::atomic_load(&_configuration);
    }

    void use(std::shared_ptr<const Configuration> checked)
    {
        log.maskAddresses(checked->log.maskAddresses);
        targets.setBackoff({checked->pool.backoffMin, checked->pool.backoffMax});
        std::atomic_store(&_configuration, std::move(checked));
    }

    const SteadyClock clock;
    Events events;
    Log log;
    Targets targets;
    TargetDirectory directory;
    AddressLimits addresses;
    OutageRecords outages; ///< targets to which no connection could be opened
    OutageRecords logins;  ///< targets that refused the prologue
    RecentErrors errors;
    Resolver resolver;

private:
    std::shared_ptr<const Configuration> _configuration;
};

/// Logs a failure, and keeps it for an administrator.
inline void tell(Runtime& runtime, LogScope scope, const char* name, const std::string& message)
{
    runtime.errors.add(name, message);
    runtime.log.failure(scope, name, message);
}

/// Calls a listener; the only place that does. Catches what it throws and returns that as text.
template <class Call>
std::optional<std::string> guarded(const Call& call)
{
    try
    {
        call();
        return std::nullopt;
    }
    catch (const Poco::Exception& exception)
    {
        return exception.displayText();
    }
    catch (const std::exception& exception)
    {
        return exception.what();
    }
    catch (...)
    {
        return "an exception of unknown type";
    }
}

/// Raises an event. Returns the text of an exception that a listener threw.
template <class Args>
std::optional<std::string> raise(Event<Args>& event, Args& args)
{
    if (!event.isHeard())
        return std::nullopt;
    return guarded([&event, &args] { event.notify(nullptr, args); });
}

/// Raises an event and logs exceptions of its listeners.
template <class Args>
void announce(const Runtime& runtime, Event<Args>& event, Args args)
{
    if (const auto thrown = raise(event, args))
        runtime.log.failure(LogScope::server, "ListenerError", *thrown);
}

} // namespace proximux
