#include <proximux/config/Settings.h>

#include <proximux/config/SettingRow.h>
#include <proximux/config/Values.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace proximux
{

namespace table
{

Setting row(const char* key, const char* fallback, kinds::Kind kind, const Words& words, const Names& names)
{
    const std::string_view users = USERS;
    Setting setting;
    setting.key = key;
    setting.fallback = fallback;
    setting.expected = std::move(kind.expected);
    setting.store = std::move(kind.store);
    setting.same = std::move(kind.same);
    setting.scope = words.scope;
    if (setting.scope.compare(0, users.size(), users) == 0)
        setting.scope.replace(0, users.size(), usersOf(key));
    setting.summary = words.summary;
    setting.details = words.details;
    setting.environment = names.environment;
    setting.json = names.json;
    setting.option = names.option;
    return setting;
}

Setting secret(Setting setting)
{
    setting.secret = true;
    return setting;
}

Setting guard(Setting setting, const char* example)
{
    setting.guard = true;
    setting.example = example;
    return setting;
}

Setting required(Setting setting)
{
    setting.required = true;
    return setting;
}

Setting now(Setting setting)
{
    setting.reload = Reload::now;
    return setting;
}

Setting fresh(Setting setting)
{
    setting.reload = Reload::fresh;
    return setting;
}

} // namespace table

namespace
{

std::vector<Setting> makeTable()
{
    std::vector<Setting> all;
    for (const auto& part :
         {table::localSettings(),    table::localTlsSettings(), table::targetSettings(), table::targetTlsSettings(),
          table::exchangeSettings(), table::timeoutSettings(),  table::bufferSettings(), table::framingSettings(),
          table::protocolSettings(), table::authSettings(),     table::peerSettings(),   table::poolSettings(),
          table::checkSettings(),    table::logSettings(),      table::accessSettings(), table::limitsSettings(),
          table::otherSettings(),    table::tlsFileSettings(),  table::adminSettings(),  table::scriptSettings()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

} // namespace

std::string Setting::ownEnvironment() const
{
    std::string name = "PROXIMUX_" + key;
    for (char& c : name)
        c = c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

/// A limit of the process's memory is one, too; the other limits count the clients of a service.
bool Setting::isOfProcess() const
{
    const std::string name = section();
    return name == "log" || name == "io" || name == "shutdown" || name == "admin" || name == "script" ||
           name == "tls" || key == "limits.memory";
}

const std::vector<Setting>& settings()
{
    static const std::vector<Setting> TABLE = makeTable();
    return TABLE;
}

const Setting* findSetting(std::string_view key, std::size_t& number)
{
    number = 0;
    std::string generic(key);
    if (key.substr(0, 7) == "target.")
    {
        const std::size_t dot = key.find('.', 7);
        if (dot == std::string_view::npos)
            return nullptr;
        const std::string_view digits = key.substr(7, dot - 7);
        const auto parsed = values::integer(digits);
        if (!parsed || *parsed < 1 || *parsed > 100000 || std::to_string(*parsed) != digits)
            return nullptr;
        number = static_cast<std::size_t>(*parsed);
        generic = "target.N" + std::string(key.substr(dot));
    }
    for (const Setting& setting : settings())
        if (setting.key == generic)
            return &setting;
    return nullptr;
}

bool isAboutProcess(std::string_view text)
{
    std::size_t number = 0;
    const Setting* setting = findSetting(text.substr(0, text.find_first_of(" :")), number);
    return setting != nullptr && setting->isOfProcess();
}

std::string numberedKey(const Setting& setting, std::size_t number)
{
    std::string key = setting.key;
    if (setting.isOfTarget())
        key.replace(7, 1, std::to_string(number));
    return key;
}

bool isSection(std::string_view name)
{
    return std::any_of(settings().begin(), settings().end(),
                       [name](const Setting& setting) { return setting.section() == name; });
}

} // namespace proximux
