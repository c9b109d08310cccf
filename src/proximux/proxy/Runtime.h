#pragma once

#include <proximux/Configuration.h>
#include <proximux/Events.h>
#include <proximux/Log.h>
#include <proximux/net/Resolver.h>
#include <proximux/net/loop/Clock.h>
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
    explicit Runtime(std::shared_ptr<const Configuration> checked, std::uint64_t seed)
        : configuration(std::move(checked))
        , log(configuration->log.maskAddresses)
        , targets(configuration->targets.size(), {configuration->pool.backoffMin, configuration->pool.backoffMax}, seed)
        , outages(configuration->targets.size())
        , errors(configuration->targets.size())
        , resolver(configuration->io.resolverThreads)
    {
    }

    const std::shared_ptr<const Configuration> configuration;
    const SteadyClock clock;
    Events events;
    Log log;
    Targets targets;
    OutageRecords outages;
    RecentErrors errors;
    Resolver resolver;
};

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
