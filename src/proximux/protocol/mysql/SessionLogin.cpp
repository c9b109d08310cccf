#include <proximux/protocol/mysql/SessionLogin.h>

#include <proximux/protocol/mysql/SessionSettings.h>
#include <proximux/protocol/mysql/TargetDialog.h>

#include <utility>

namespace proximux::mysql
{

SessionLogins::SessionLogins(std::shared_ptr<auth::Authenticator> authenticator, std::shared_ptr<SharedCommons> commons,
                             Opening opening, const SessionSettings& settings)
    : _authenticator(std::move(authenticator))
    , _commons(std::move(commons))
    , _opening(std::move(opening))
{
    _key = _authenticator->identityAt(0, _opening.user, std::nullopt).name + '\0' + _opening.user + '\0' +
           std::to_string(_opening.capabilities) + '\0';
    _first = with(settings);
}

std::shared_ptr<const Login> SessionLogins::with(const SessionSettings& settings) const
{
    if (_first != nullptr && settings == _first->settings)
        return _first;
    auto login = std::make_shared<Login>();
    login->key = login->says = _key;
    login->settings = settings;
    for (const auto& [name, value] : settings)
        login->says.append(name).append(1, '\0').append(value).append(1, '\0');
    if (settings.count(setting::INSERTED) != 0) // the statement may change it: no other session is like this one
        login->says.append(std::to_string(++_commons->told));
    const auto identityAt = [authenticator = _authenticator, opening = _opening](std::size_t target)
    {
        auth::Identity identity = authenticator->identityAt(target, opening.user, std::nullopt);
        identity.provenKey = opening.provenKey;
        return identity;
    };
    const auto dialog = [authenticator = _authenticator, commons = _commons, identityAt,
                         capabilities = _opening.capabilities, settings](std::size_t target)
    { return std::make_unique<TargetDialog>(authenticator, commons, identityAt(target), capabilities, settings); };
    login->begin = dialog;
    login->restore = [dialog](std::size_t target)
    {
        auto made = dialog(target);
        made->changeUser();
        return made;
    };
    login->change = [dialog, settings](const Login& other, std::size_t target)
    {
        auto made = dialog(target);
        if (const auto commands = alignment(other.settings, settings))
            made->say(*commands);
        else
            made->changeUser();
        return made;
    };
    return login;
}

std::shared_ptr<const Login> greetingLogin(std::shared_ptr<SharedCommons> commons)
{
    auto login = std::make_shared<Login>();
    login->says = std::string(1, '\0'); // no user has this name
    login->begin = [commons = std::move(commons)](std::size_t) { return std::make_unique<GreetingDialog>(commons); };
    return login;
}

} // namespace proximux::mysql
