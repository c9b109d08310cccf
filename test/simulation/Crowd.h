#pragma once

#include "simulation/Simulation.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace proximux
{

/// A Simulation in which what happens is drawn at random, under a seed: a number of clients, each followed by a new one
/// when it has gone, and the targets that the exchange connects to. A derived class knows what they say, and looks at
/// what came of it. Client and Target are what it remembers of one; each has an `id`.
template <class Client, class Target>
class Crowd : protected Simulation
{
public:
    virtual ~Crowd() = default;

    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;

protected:
    Crowd(std::size_t connections, std::uint64_t seed)
        : _random(seed)
        , _connections(connections)
    {
    }

    std::size_t random(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(_random); }
    bool chance(std::size_t oneIn) { return random(oneIn) == 0; }

    void addClients(std::size_t n)
    {
        _clients.resize(n);
        for (std::size_t i = 0; i < n; ++i)
            addClient(i);
    }

    /// Another one in place of the client that has gone.
    void replace(const Client& gone)
    {
        const auto found = _places.find(gone.id.slot);
        const std::size_t place = found->second;
        _places.erase(found);
        addClient(place);
    }

    Client& anyClient() { return _clients[random(_clients.size())]; }

    Target& anyTarget()
    {
        return std::next(_targets.begin(), static_cast<std::ptrdiff_t>(random(_targets.size())))->second;
    }

    /// Takes some of what waits for it. How much it takes at once from now on is random too, once in `slow` times.
    /// False: nothing waits.
    template <class Id>
    bool reads(Id id, World::Side& side, std::size_t slow, std::size_t most)
    {
        side.room = chance(slow) ? random(most) : std::numeric_limits<std::size_t>::max();
        if (side.waiting.empty())
            return false;
        takes(id, 1 + random(300));
        return true;
    }

    /// Follows up what the exchange has done.
    void look()
    {
        for (const TargetId id : world.dialled)
        {
            _targets[id.slot].id = id;
            targetAdded(_targets[id.slot]);
        }
        world.dialled.clear();
        lookAtConnections();
        beforeLook();
        while (!world.touchedTargets.empty())
        {
            const auto found = _targets.find(world.touchedTargets.back());
            world.touchedTargets.pop_back();
            if (found == _targets.end())
                continue;
            lookAtTarget(found->second);
            if (world.has(found->second.id))
                continue;
            const auto closed = world.closedTargets.find(found->first);
            targetClosed(found->second, closed->second);
            world.closedTargets.erase(closed);
            _targets.erase(found);
        }
        while (!world.touchedClients.empty())
        {
            const auto found = _places.find(world.touchedClients.back());
            world.touchedClients.pop_back();
            if (found != _places.end())
                lookAtClient(_clients[found->second]);
        }
    }

    /// What the targets do in so many turns.
    void targetTurns(int turns)
    {
        for (int i = 0; i < turns && !_targets.empty(); ++i)
        {
            targetActs(anyTarget());
            look();
        }
    }

    /// Goes on until no client waits any more.
    void serveAll()
    {
        for (int turns = 0; turns < 20000; ++turns)
        {
            bool isAwaited = false;
            for (Client& client : _clients)
            {
                isAwaited = waits(client) || isAwaited;
                clientReads(client);
                if (world.has(client.id) && !client.says.empty())
                    clientSpeaks(client);
                look();
            }
            if (!isAwaited)
                return;
            targetTurns(20);
            timePasses(1000);
        }
        fail("clients wait for ever:" + waiting());
    }

    /// Those that wait, for the text of a failure.
    [[nodiscard]] std::string waiting() const
    {
        std::string who;
        for (const Client& client : _clients)
            if (waits(client))
                who += " " + std::to_string(client.id.slot);
        return who;
    }

    virtual void lookAtConnections() const
    {
        if (world.targets.size() > _connections)
            fail("more target connections than allowed");
    }

    [[nodiscard]] virtual bool waits(const Client& client) const = 0;
    virtual void clientReads(Client& client) = 0;
    virtual void clientSpeaks(Client& client) = 0; ///< says some of what it has to say
    virtual void targetActs(Target& target) = 0;
    virtual void timePasses(std::int64_t us)
    {
        pass({us});
        look();
    }

    virtual void targetAdded(Target&) {}
    virtual void beforeLook() {}
    virtual void lookAtTarget(Target& target) = 0;
    virtual void targetClosed(Target& target, const World::Closed& closed) = 0;
    virtual void lookAtClient(Client& client) = 0; ///< replaces it where it has gone
    [[noreturn]] virtual void fail(const std::string& what) const = 0;

    std::vector<Client> _clients;                           ///< always as many
    std::unordered_map<std::uint32_t, std::size_t> _places; ///< in _clients, by slot
    std::map<std::uint32_t, Target> _targets;               ///< by slot

private:
    void addClient(std::size_t place)
    {
        const ClientId id = world.addClient();
        _clients[place] = Client();
        _clients[place].id = id;
        _places[id.slot] = place;
        exchange->clientOpened(id, now);
    }

    std::mt19937_64 _random;
    std::size_t _connections;
};

} // namespace proximux
