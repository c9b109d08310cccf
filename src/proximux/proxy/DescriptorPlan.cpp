#include <proximux/proxy/DescriptorPlan.h>

#include <algorithm>

namespace proximux
{

namespace
{

constexpr std::size_t LOG = 2;         ///< the file and its successor during rotation
constexpr std::size_t LOOK_UP = 2;     ///< a socket and a file, for each thread of the resolver
constexpr std::size_t SPARE = 4;       ///< for what is opened now and then, such as a file
constexpr std::size_t TURNED_AWAY = 1; ///< a client that is accepted only to be closed at local.max_connections
constexpr std::size_t FEW = 1000;      ///< clients; fewer are reported if local.max_connections is off

/// One for each address on which it listens, and one more for each name, which may have two.
std::size_t listenerDescriptors(const LocalSettings& local)
{
    std::size_t all = 0;
    for (const Endpoint& each : local.endpoints())
        all += each.isLocal() || each.host == "*" || AddressRange::parse(each.host) ? 1 : 2;
    return all;
}

/// Those of the admin port's clients: when the plan is made it listens already.
std::size_t adminDescriptors(const AdminSettings& admin)
{
    return admin.listen.empty() ? 0 : AdminSettings::MAX_CONNECTIONS + 1;
}

} // namespace

DescriptorPlan DescriptorPlan::make(const Configuration& configuration, const sockets::Descriptors& found)
{
    DescriptorPlan plan;
    if (found.limit == 0)
        return plan;
    const bool paired = configuration.exchange.mode == Mode::proxy;
    const std::size_t each = paired ? 2 : 1; // a pair is a client and its target connection
    plan.limit = found.limit;
    plan.setAside = listenerDescriptors(configuration.local) + LOG + LOOK_UP * configuration.io.resolverThreads +
                    SPARE + TURNED_AWAY + adminDescriptors(configuration.admin) +
                    (paired ? 0 : configuration.sharedConnections()) +
                    (configuration.check.isOn() ? configuration.targets.size() : 0);
    const std::size_t taken = found.open + plan.setAside;
    plan.lacking = taken + each - std::min(found.limit, taken + each);
    plan.clients = std::max<std::size_t>((found.limit - std::min(found.limit, taken)) / each, 1);
    return plan;
}

std::optional<std::string> DescriptorPlan::notice(const LocalSettings& local) const
{
    const std::size_t wanted = local.maxConnections > 0 ? static_cast<std::size_t>(local.maxConnections) : FEW;
    if (clients == 0 || clients >= wanted)
        return std::nullopt;
    return "At most " + std::to_string(clients) + " concurrent clients: the limit is " + std::to_string(limit) +
           " descriptors (ulimit -n), of which " + std::to_string(setAside) + " are reserved";
}

} // namespace proximux
