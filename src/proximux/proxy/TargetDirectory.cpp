#include <proximux/proxy/TargetDirectory.h>

#include <proximux/config/ConfigurationChanges.h>
#include <proximux/config/TlsFiles.h>

#include <numeric>

namespace proximux
{

namespace
{

/// Whether a connection that was opened for the one is as the other wants it.
bool connectsAlike(const TargetSettings& a, const TargetSettings& b)
{
    return a.username == b.username && a.password == b.password && a.database == b.database &&
           isSecuredAlike(a.tls, b.tls);
}

} // namespace

std::size_t connectionLimit(const Configuration& configuration, const TargetSettings& target)
{
    switch (configuration.exchange.mode)
    {
    case Mode::fifo:
        return 1;
    case Mode::funnel:
        return target.connections;
    case Mode::proxy:
    case Mode::automatic:
        break;
    }
    return 0;
}

TargetDirectory::TargetDirectory(const std::vector<TargetSettings>& targets)
{
    for (const TargetSettings& target : targets)
        _targets.push_back(std::make_shared<const TargetSettings>(target));
}

std::shared_ptr<const TargetSettings> TargetDirectory::of(std::size_t target) const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    return _targets[target];
}

TargetAssignment TargetDirectory::first() const
{
    TargetAssignment first;
    first.indices.resize(_targets.size());
    std::iota(first.indices.begin(), first.indices.end(), std::size_t{0});
    return first;
}

TargetAssignment TargetDirectory::assign(const Configuration& configuration, Targets& targets)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    TargetAssignment made;
    made.indices = indicesFor(configuration.targets, targets, made.changes);
    made.changes.renewed.resize(_targets.size());
    std::vector<Targets::Assigned> assigned;
    for (std::size_t i = 0; i < made.indices.size(); ++i)
    {
        const std::size_t index = made.indices[i];
        const TargetSettings& wanted = configuration.targets[i];
        made.changes.renewed[index] = !connectsAlike(*_targets[index], wanted);
        _targets[index] = std::make_shared<const TargetSettings>(wanted);
        const bool counted = configuration.exchange.mode == Mode::funnel;
        assigned.push_back({index, counted ? wanted.connections : Targets::UNLIMITED});
    }
    targets.assign(assigned);
    return made;
}

/// With the lock. Retired targets keep their endpoint here, so one that is there again has the index it had.
std::vector<std::size_t> TargetDirectory::indicesFor(const std::vector<TargetSettings>& wanted, Targets& targets,
                                                     TargetChanges& changes)
{
    std::vector<Endpoint> known;
    for (const auto& target : _targets)
        known.push_back(target->endpoint);
    const auto matches = matchEndpoints(known, endpointsOf(wanted));
    std::vector<bool> taken(_targets.size());
    for (const auto& match : matches)
        if (match)
            taken[*match] = true;
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < wanted.size(); ++i)
    {
        if (matches[i])
        {
            indices.push_back(*matches[i]);
            continue;
        }
        const std::size_t index = targets.makeRoom(taken);
        taken.resize(std::max(taken.size(), index + 1));
        taken[index] = true;
        if (index == _targets.size())
            _targets.emplace_back();
        _targets[index] = std::make_shared<const TargetSettings>(wanted[i]);
        changes.fresh.push_back(index);
        indices.push_back(index);
    }
    return indices;
}

} // namespace proximux
