#include "simulation/Simulation.h"

#include <proximux/protocol/Registry.h>

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
    if (options.protocol != "auto")
    {
        auto [itsPool, itsExchange] = make(options, options.protocol, nullptr);
        pool = std::move(itsPool);
        exchange = std::move(itsExchange);
        return;
    }
    const auto claims = std::make_shared<PlaceClaims>(options.connections, options.targets);
    AutoExchangeSettings settings;
    settings.idleTimeout = options.exchange.idleTimeout;
    settings.requestBuffer = options.exchange.requestBuffer;
    automatic = std::make_unique<AutoExchange>(settings, world, world,
                                               [this, options, claims](std::string_view name)
                                               {
                                                   Options chosen = options;
                                                   if (name != "resp")
                                                       chosen.exchange.pipeline = 1;
                                                   return make(chosen, name, claims);
                                               });
}

AutoExchange::Tenant Simulation::make(const Options& options, std::string_view name,
                                      std::shared_ptr<PlaceClaims> claims)
{
    LanePoolSettings places;
    for (std::size_t i = 0; i < options.connections; ++i)
        places.targets.push_back(options.anyTarget ? LanePoolSettings::ANY : i % options.targets);
    places.pipeline = options.exchange.pipeline;
    AutoExchange::Tenant made;
    made.pool = std::make_unique<LanePool>(places, *health, world, std::move(claims));
    MultiplexerSettings settings = options.exchange;
    settings.fair = options.connections > 1;
    if (name == "raw")
    {
        made.exchange = std::make_unique<RawExchange>(settings, world, world, *made.pool);
        return made;
    }
    std::shared_ptr<const Protocol> protocol = options.spoken;
    if (!protocol)
    {
        Framing framing = options.framing;
        framing.maxMessage = options.maxMessage;
        protocol = findProtocol(name)->make(framing);
    }
    settings.noisy = protocol->isNoisy();
    settings.requestId = protocol->requestId();
    settings.responseId = protocol->responseId();
    made.exchange = std::make_unique<FramedExchange>(settings, world, world, *made.pool, std::move(protocol));
    return made;
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
