#pragma once

#include "simulation/Simulation.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_set>
#include <vector>

namespace proximux
{

/// Reloads at random: other connections to other targets, other settings, and targets that are to be connected anew.
class OracleReloads
{
public:
    static constexpr std::size_t TARGETS = 2;

    /// connections: at most. targets: among how many. With ids it is one: they are of a target, and an answer that
    /// comes late could be one of another.
    OracleReloads(std::size_t connections, std::size_t targets)
        : _connections(connections)
        , _targets(targets)
    {
    }

    /// random(n): a number below n.
    template <class Random>
    void happen(Simulation& simulation, MultiplexerSettings settings, const Random& random)
    {
        std::vector<std::size_t> targets;
        for (std::size_t i = 0; i < std::max<std::size_t>(_connections - random(2), 1); ++i)
            targets.push_back(random(_targets));
        _allowed.assign(TARGETS, 0);
        for (const std::size_t target : targets)
            ++_allowed[target];
        TargetChanges changes;
        changes.renewed = {random(2) == 0, random(4) == 0};
        settings.maxRequests = 1 + random(6);
        settings.maxQueue = 200 + random(200);
        settings.responseBuffer = 100 + random(200);
        settings.totalBuffer = 15000 + random(10000);
        settings.reserve = 500 + random(1500);
        settings.idleTimeout = settings.inactiveTimeout = random(2) == 0 ? Duration::off() : Duration::seconds(1000);
        settings.queueTimeout = random(2) == 0 ? Duration::off() : Duration::seconds(1000);
        simulation.reloads(targets, changes, settings);
        for (const auto& [slot, target] : simulation.world.targets)
            _before.insert(slot);
    }

    /// A connection is opened only where there are fewer than its target may have, with those from before a reload.
    [[nodiscard]] bool hold(const World& world) const
    {
        std::vector<std::size_t> all(TARGETS);
        std::vector<bool> opened(TARGETS);
        for (const auto& [slot, target] : world.targets)
        {
            ++all[target.index];
            opened[target.index] = opened[target.index] || _before.count(slot) == 0;
        }
        for (std::size_t i = 0; i < _allowed.size(); ++i)
            if (opened[i] && all[i] > _allowed[i])
                return false;
        return !_allowed.empty() || world.targets.size() <= _connections;
    }

private:
    std::size_t _connections;
    std::size_t _targets;
    std::vector<std::size_t> _allowed;         ///< connections to each target; empty: no reload was
    std::unordered_set<std::uint32_t> _before; ///< connections that were there at a reload
};

} // namespace proximux
