#include <proximux/config/ConfigurationChanges.h>

#include <proximux/auth/UserList.h>
#include <proximux/config/Settings.h>

#include <algorithm>

namespace proximux
{

namespace
{

using Matches = std::vector<std::optional<std::size_t>>;

class Comparison
{
public:
    Comparison(const Configuration& before, const Configuration& after)
        : _before(before)
        , _after(after)
        , _matches(matchEndpoints(endpointsOf(before.targets), endpointsOf(after.targets)))
    {
    }

    ConfigurationChanges run()
    {
        for (const Setting& setting : settings())
            if (setting.isOfTarget())
                compareTargets(setting);
            else if (!setting.same(_before, _after, 0, 0))
                differs(setting, setting.key);
        nameTargets();
        compareFiles();
        if (ownLogin(_before) != ownLogin(_after))
            _changes.mistakes.emplace_back("target.N.username: to or from client, it needs a restart");
        return std::move(_changes);
    }

private:
    void differs(const Setting& setting, const std::string& key)
    {
        if (setting.reload == Reload::restart)
            _changes.mistakes.push_back(key + ": needs a restart");
        else
            _changes.changed.push_back(key);
    }

    void compareTargets(const Setting& setting)
    {
        for (std::size_t i = 0; i < _matches.size(); ++i)
            if (_matches[i] && !setting.same(_before, _after, *_matches[i], i))
                differs(setting, numberedKey(setting, i + 1));
    }

    /// Those that are new, or are no more.
    void nameTargets()
    {
        for (std::size_t i = 0; i < _matches.size(); ++i)
            if (!_matches[i])
                _changes.changed.push_back("target " + _after.targets[i].endpoint.toString() + " added");
        for (std::size_t i = 0; i < _before.targets.size(); ++i)
            if (std::find(_matches.begin(), _matches.end(), std::optional<std::size_t>(i)) == _matches.end())
                _changes.changed.push_back("target " + _before.targets[i].endpoint.toString() + " removed");
    }

    /// Files whose content is another one: those of TLS, and that of users.
    void compareFiles()
    {
        const auto& before = _before.auth.users;
        const auto& after = _after.auth.users;
        if (before != nullptr && after != nullptr && !before->isSame(*after))
            _changes.changed.emplace_back("auth.file: what is in it");
        compareFiles("local", _before.local.tls, _after.local.tls);
        for (std::size_t i = 0; i < _matches.size(); ++i)
            if (_matches[i])
                compareFiles("target." + std::to_string(i + 1), _before.targets[*_matches[i]].tls,
                             _after.targets[i].tls);
    }

    void compareFiles(const std::string& whose, const TlsSettings& before, const TlsSettings& after)
    {
        if (before.isOn() && after.isOn() && before.fingerprint != after.fingerprint)
            _changes.changed.push_back(whose + ".tls: what is in its files");
    }

    static bool ownLogin(const Configuration& configuration)
    {
        return !configuration.targets.empty() && configuration.targets.front().isOwnLogin();
    }

    const Configuration& _before;
    const Configuration& _after;
    const Matches _matches;
    ConfigurationChanges _changes;
};

} // namespace

std::vector<Endpoint> endpointsOf(const std::vector<TargetSettings>& targets)
{
    std::vector<Endpoint> endpoints;
    endpoints.reserve(targets.size());
    for (const TargetSettings& target : targets)
        endpoints.push_back(target.endpoint);
    return endpoints;
}

Matches matchEndpoints(const std::vector<Endpoint>& before, const std::vector<Endpoint>& after)
{
    std::vector<bool> taken(before.size());
    Matches matches;
    for (const Endpoint& endpoint : after)
    {
        std::optional<std::size_t> match;
        for (std::size_t i = 0; i < before.size() && !match; ++i)
            if (!taken[i] && before[i] == endpoint)
                match = i;
        if (match)
            taken[*match] = true;
        matches.push_back(match);
    }
    return matches;
}

ConfigurationChanges changesOf(const Configuration& before, const Configuration& after)
{
    return Comparison(before, after).run();
}

} // namespace proximux
