#include "simulation/Simulation.h"

#include <proximux/protocol/Registry.h>

#include <map>
#include <utility>

namespace proximux
{

void Simulation::begin(const Options& options)
{
    now = Instant{1000000};
    automatic.reset();
    exchange.reset();
    pool.reset();
    world = World();
    health = std::make_unique<Targets>(options.targets, options.backoff, options.seed);
    std::vector<std::size_t> targets;
    for (std::size_t i = 0; i < options.connections; ++i)
        targets.push_back(options.anyTarget ? Places::ANY : i % options.targets);
    places = std::make_shared<Places>(targets);
    _anyTarget = options.anyTarget;
    _fair = options.connections > 1;
    _protocol.reset();
    if (options.protocol != "auto")
    {
        auto [itsPool, itsExchange] = make(options, options.protocol);
        pool = std::move(itsPool);
        exchange = std::move(itsExchange);
        return;
    }
    AutoExchangeSettings settings;
    settings.idleTimeout = options.exchange.idleTimeout;
    settings.requestBuffer = options.exchange.requestBuffer;
    automatic = std::make_unique<AutoExchange>(settings, world, world,
                                               [this, options](std::string_view name)
                                               {
                                                   Options chosen = options;
                                                   if (name != "resp")
                                                       chosen.exchange.pipeline = 1;
                                                   return make(chosen, name);
                                               });
}

AutoExchange::Tenant Simulation::make(const Options& options, std::string_view name)
{
    LanePoolSettings lanes;
    lanes.pipeline = options.exchange.pipeline;
    AutoExchange::Tenant made;
    made.pool = std::make_unique<LanePool>(lanes, *health, world, places);
    if (name == "raw")
    {
        made.exchange = std::make_unique<RawExchange>(completed(options.exchange, nullptr), world, world, *made.pool);
        return made;
    }
    std::shared_ptr<const Protocol> protocol = options.spoken;
    if (!protocol)
    {
        Framing framing = options.framing;
        framing.maxMessage = options.maxMessage;
        protocol = findProtocol(name)->make(framing);
    }
    _protocol = protocol;
    made.exchange = std::make_unique<FramedExchange>(completed(options.exchange, protocol.get()), world, world,
                                                     *made.pool, std::move(protocol));
    return made;
}

/// With what the number of connections and the protocol say.
MultiplexerSettings Simulation::completed(MultiplexerSettings settings, const Protocol* protocol) const
{
    settings.fair = _fair;
    if (protocol == nullptr)
        return settings;
    settings.noisy = protocol->isNoisy();
    settings.twoWay = protocol->isTwoWay();
    settings.requestId = protocol->requestId();
    settings.responseId = protocol->responseId();
    return settings;
}

void Simulation::reloads(const std::vector<std::size_t>& targets, const TargetChanges& changes,
                         const MultiplexerSettings& settings)
{
    std::map<std::size_t, std::size_t> connections;
    for (const std::size_t target : targets)
        ++connections[target];
    std::vector<Targets::Assigned> assigned;
    for (const auto& [target, most] : connections)
        assigned.push_back({target, _anyTarget ? Targets::UNLIMITED : most});
    places->assign(_anyTarget ? std::vector<std::size_t>{Places::ANY} : targets);
    health->assign(assigned);
    LanePoolSettings lanes;
    lanes.pipeline = settings.pipeline;
    pool->reconfigure(lanes, changes);
    exchange->reconfigure(completed(settings, _protocol.get()), changes, now);
}

Exchange& Simulation::running() const
{
    if (automatic)
        return *automatic;
    return *exchange;
}

Multiplexer::Usage Simulation::usage() const
{
    return automatic ? automatic->usage() : exchange->usage();
}

ClientId Simulation::join()
{
    const ClientId id = world.addClient();
    running().clientOpened(id, now);
    return id;
}

void Simulation::says(ClientId client, Bytes bytes)
{
    running().request(client, bytes, now);
}

void Simulation::opens(TargetId target)
{
    world.target(target).held = false;
    running().targetOpened(target, now);
}

void Simulation::answers(TargetId target, Bytes bytes)
{
    running().response(target, bytes, now);
}

void Simulation::takes(ClientId client, std::size_t n)
{
    const std::size_t waiting = World::take(world.client(client), n);
    world.touchedClients.push_back(client.slot);
    running().clientSent(client, waiting, now);
}

void Simulation::takes(TargetId target, std::size_t n)
{
    const std::size_t waiting = World::take(world.target(target), n);
    world.touchedTargets.push_back(target.slot);
    running().targetSent(target, waiting, now);
}

Instant Simulation::pass(Duration time)
{
    now.us += time.us;
    return running().expire(now);
}

std::string Simulation::got(ClientId client)
{
    return std::exchange(world.client(client).sent, std::string());
}

std::string Simulation::got(TargetId target)
{
    return std::exchange(world.target(target).sent, std::string());
}

} // namespace proximux
