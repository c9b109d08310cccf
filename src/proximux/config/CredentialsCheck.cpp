// ConfigurationCheck: who logs in, and where.

#include <proximux/config/ConfigurationCheck.h>

#include <proximux/protocol/Registry.h>

#include <string>
#include <vector>

namespace proximux
{

/// Credentials without an effect would give a false sense of security.
void ConfigurationCheck::checkCredentials(const ProtocolInfo& protocol)
{
    const std::vector<TargetSettings>& targets = _configuration.targets;
    const auto onlyWith = [&protocol](std::string_view key) {
        return " to exchange.protocol = " + usersOf(key) + " only; expected no value with " +
               std::string(protocol.name);
    };
    if (!protocol.uses("local.password") && !_configuration.local.password.empty())
        _mistakes.push_back(nameOf("local.password") + ": applies" + onlyWith("local.password"));
    for (std::size_t i = 0; i < targets.size(); ++i)
    {
        const std::string key = "target." + std::to_string(i + 1);
        if (protocol.uses("target.N.database"))
        {
            checkOwnLogin(targets[i], key);
            if (targets[i].database != targets[0].database) // any connection may serve any client
                _mistakes.push_back(key + ".database = " + std::to_string(targets[i].database) +
                                    ": differs from target.1.database; expected " +
                                    std::to_string(targets[0].database));
        }
        else if (!targets[i].username.empty() || !targets[i].password.empty() || targets[i].database != 0)
            _mistakes.push_back(key + ".username, .password, .database: apply" + onlyWith("target.N.database"));
    }
}

/// Which login a connection has would depend on the target.
void ConfigurationCheck::checkOwnLogin(const TargetSettings& target, const std::string& key)
{
    const bool own = _configuration.targets.front().isOwnLogin();
    if (own != target.isOwnLogin())
        _mistakes.push_back(key +
                            ".username: differs from target.1.username; expected \"client\" for all targets or none");
    if (!target.isOwnLogin())
        return;
    if (!target.password.empty() || target.database != 0)
        _mistakes.push_back(key + ".password, .database: do not apply with " + key +
                            ".username = client; expected no value");
    if (!_configuration.local.password.empty() && &target == &_configuration.targets.front())
        _mistakes.push_back(nameOf("local.password") +
                            ": does not apply with target.1.username = client, with which the "
                            "target checks passwords; expected no value");
}

} // namespace proximux
