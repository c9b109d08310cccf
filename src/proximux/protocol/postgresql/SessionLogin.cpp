#include <proximux/protocol/postgresql/SessionLogin.h>

#include <proximux/protocol/postgresql/Messages.h>
#include <proximux/protocol/postgresql/SessionSettings.h>
#include <proximux/protocol/postgresql/TargetDialog.h>

#include <string>
#include <utility>

namespace proximux::postgresql
{

namespace
{

/// Has `login` stand for this session.
std::shared_ptr<Login> withSettings(Login login, const SessionSettings& settings)
{
    login.settings = settings;
    login.says = login.key;
    for (const auto& [name, value] : settings)
        login.says.append(name).append(1, '\0').append(value).append(1, '\0');
    login.change = [settings](const Login& other, std::size_t)
    { return std::make_unique<SettingsDialog>(alignment(other.settings, settings)); };
    return std::make_shared<Login>(std::move(login));
}

} // namespace

SessionLogins::SessionLogins(std::shared_ptr<auth::Authenticator> authenticator, const Startup& startup,
                             const std::optional<auth::ScramKeys>& proven, std::optional<auth::Secret> found)
{
    Login login;
    login.key = startup.keyFor(authenticator->identityAt(0, startup.user, proven).name);
    login.begin =
        [authenticator = std::move(authenticator), startup, proven, found = std::move(found)](std::size_t target)
    {
        const auth::Identity identity =
            authenticator->identityAt(target, startup.user, proven, found ? &*found : nullptr);
        return std::make_unique<TargetDialog>(authenticator, identity, startup.packetFor(identity.name));
    };
    _first = withSettings(std::move(login), {{std::string(APPLICATION_NAME), literal(startup.applicationName)}});
}

std::shared_ptr<const Login> SessionLogins::with(const SessionSettings& settings) const
{
    if (settings == _first->settings)
        return _first;
    const std::shared_ptr<Login> login = withSettings(*_first, settings);
    login->opens = _first;
    return login;
}

std::string greetingFor(const Startup& startup, Bytes greeting)
{
    std::string told;
    eachMessage(greeting,
                [&](char type, Bytes body)
                {
                    if (type == BACKEND_KEY)
                        return;
                    const bool isName = type == 'S' && textAt(body, 0) == APPLICATION_NAME;
                    std::string own;
                    appendText(own, APPLICATION_NAME);
                    appendText(own, startup.applicationName);
                    told += message(type, isName ? Bytes(own) : body);
                });
    return told;
}

std::string cancelRequestFor(Bytes greeting)
{
    std::string request;
    eachMessage(greeting,
                [&request](char type, Bytes body)
                {
                    if (type != BACKEND_KEY)
                        return;
                    request.clear();
                    appendNumber(request, STARTUP_HEADER + body.size(), 4);
                    appendNumber(request, CANCEL, 4);
                    request.append(body);
                });
    return request;
}

} // namespace proximux::postgresql
