// ConfigurationCheck: who logs in, and where.

#include <proximux/config/ConfigurationCheck.h>

#include <proximux/auth/UserList.h>
#include <proximux/config/AuthMethods.h>
#include <proximux/config/FileContent.h>
#include <proximux/protocol/Registry.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace proximux
{

namespace
{

/// The users in the file. why: set where they cannot be read.
std::shared_ptr<const auth::UserList> readUsers(const std::string& path, std::string& why)
{
    constexpr std::size_t LONGEST = std::size_t{16} * 1024 * 1024; // bytes
    auto users = std::make_shared<auth::UserList>();
    const std::string text = contentOf(path, LONGEST, why);
    if (why.empty())
        why = users->read(text).value_or("");
    return users;
}

/// hasLogin: targets are signed in at as one user.
void addLookupMistakes(const AuthSettings& auth, bool hasLogin, std::vector<std::string>& mistakes)
{
    const bool asks = !auth.query.empty();
    if (asks && auth.method == AuthMethod::trust)
        mistakes.emplace_back("auth.query: does not apply with auth.method = trust; expected no value");
    else if (asks && auth.user.empty() && !hasLogin)
        mistakes.emplace_back("auth.user: missing; expected the user who asks auth.query");
    if (asks && auth.query.find('\0') != std::string::npos)
        mistakes.emplace_back("auth.query: has a NUL; expected SQL");
    if (!asks && !auth.user.empty())
        mistakes.emplace_back("auth.user: applies with auth.query; expected no value");
    if (!asks && !auth.database.empty())
        mistakes.emplace_back("auth.database: applies with auth.query; expected no value");
}

/// Where the proxy lets clients in, their connections sign in as themselves at all targets, or at none.
void addLoginMistakes(const std::vector<TargetSettings>& targets, std::vector<std::string>& mistakes)
{
    for (std::size_t i = 0; i < targets.size(); ++i)
    {
        const std::string key = "target." + std::to_string(i + 1);
        if (targets[i].hasLogin() != targets[0].hasLogin())
            mistakes.push_back(key + ".username: differs from target.1.username; expected a name for all targets or "
                                     "none");
        if (!targets[i].hasLogin() && !targets[i].password.empty())
            mistakes.push_back(key + ".password: applies with target.N.username; expected no value");
    }
}

/// Each protocol has methods of its own.
void checkAuthMethod(const ProtocolInfo& protocol, AuthMethod method, std::vector<std::string>& mistakes)
{
    if (method == AuthMethod::automatic || method == AuthMethod::trust)
        return;
    const std::string& name = nameOf(method);
    std::string names = "auto, trust";
    for (const std::string_view each : protocol.authMethods)
    {
        if (each == name)
            return;
        names.append(", ").append(each);
    }
    mistakes.push_back("auth.method = " + name + ": is no method of " + std::string(protocol.name) +
                       "; expected one of " + names);
}

} // namespace

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
        else if (targets[i].database != 0)
            _mistakes.push_back(key + ".database: applies" + onlyWith("target.N.database"));
        else if (!protocol.uses("target.N.username") && (!targets[i].username.empty() || !targets[i].password.empty()))
            _mistakes.push_back(key + ".username, .password: apply" + onlyWith("target.N.username"));
    }
    if (!protocol.uses("auth.file"))
        return;
    AuthSettings& auth = _configuration.auth;
    std::string why;
    if (!auth.file.empty())
        auth.users = readUsers(auth.file, why);
    if (!why.empty())
        _mistakes.push_back(nameOf("auth.file") + ": " + why + "; expected lines of \"name\" \"secret\"");
    checkAuthMethod(protocol, auth.method, _mistakes);
    if (auth.file.empty() && auth.query.empty() && auth.method != AuthMethod::trust)
        _mistakes.push_back("auth.file: missing; expected a file with users, " +
                            std::string(protocol.uses("auth.query") ? "auth.query, " : "") + "or auth.method = trust");
    if (!auth.query.empty() && !protocol.uses("auth.query"))
        _mistakes.push_back("auth.query: applies" + onlyWith("auth.query"));
    addLookupMistakes(auth, targets.front().hasLogin(), _mistakes);
    addLoginMistakes(targets, _mistakes);
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
