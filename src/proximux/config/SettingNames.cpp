#include <proximux/config/Nearest.h>
#include <proximux/config/Settings.h>

#include <Poco/String.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

/// Suggestions for unknown names.
namespace proximux
{

namespace
{

/// Shorter sections are one typo away from too many words.
constexpr std::size_t LONG_SECTION = 5;

/// "target.2.hots" -> "target.N.hots", because the number is not a typo.
std::string withoutNumber(std::string_view key)
{
    std::string text(key);
    const std::size_t first = text.find('.');
    const std::size_t second = first == std::string::npos ? first : text.find('.', first + 1);
    if (second != std::string::npos && second > first + 1 &&
        std::all_of(text.begin() + static_cast<std::ptrdiff_t>(first) + 1,
                    text.begin() + static_cast<std::ptrdiff_t>(second),
                    [](unsigned char c) { return std::isdigit(c) != 0; }))
        text.replace(first + 1, second - first - 1, "N");
    return text;
}

std::string lastPart(const std::string& key)
{
    return key.substr(key.rfind('.') + 1);
}

/// Considers the options as names of their settings: "listen" and "local.listen" for local.port. Of the settings of one
/// option the last counts, which is the port.
void considerOptions(Nearest& nearest)
{
    for (auto setting = settings().rbegin(); setting != settings().rend(); ++setting)
    {
        if (setting->option.empty())
            continue;
        const std::string name = setting->option.substr(2);
        nearest.consider(name, "setting is " + setting->key);
        nearest.consider(setting->section() + "." + name, "setting is " + setting->key);
    }
}

/// The suggestion of one setting for a key, such as "setting is local.port"; empty if none resembles it.
std::string nearestSetting(std::string_view key)
{
    Nearest nearest(withoutNumber(key));
    for (const Setting& setting : settings())
    {
        nearest.consider(setting.key, "setting is " + setting.key);
        for (const std::string& name : {setting.json, setting.environment, setting.ownEnvironment()})
            nearest.consider(name, "setting is " + setting.key);
    }
    nearest.consider("targetServers", "list is targetServers");
    const bool isWord = key.find('.') == std::string_view::npos;
    for (const Setting& setting : settings())
        if (isWord)
            nearest.consider(setting.section(), "section is " + setting.section());
    considerOptions(nearest); // listen is rather the option than admin.listen
    for (const Setting& setting : settings())
        if (isWord)
            nearest.consider(lastPart(setting.key), "setting is " + setting.key);
    return nearest.phrase();
}

/// The suggestion for a key whose parts are less wrong than the whole: one of another section, or a misspelled section.
std::string nearestByParts(const std::string& key)
{
    const std::string section = key.substr(0, key.find('.'));
    Nearest nearest(section);
    for (const Setting& setting : settings())
        if (!isSection(section))
            nearest.consider(setting.section(), "section is " + setting.section());
        else if (section.size() < key.size() && lastPart(setting.key) == lastPart(key))
            return "setting is " + setting.key;
    return nearest.phrase();
}

bool isDigits(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool endsWith(std::string_view text, std::string_view end)
{
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// Whether this is a variable that Docker or Kubernetes sets for a service: X_SERVICE_HOST, X_SERVICE_PORT and
/// X_SERVICE_PORT_NAME, X_PORT_3307_TCP and X_PORT_3307_TCP_ADDR.
bool isServiceLink(std::string_view name)
{
    if (endsWith(name, "service_host") || endsWith(name, "service_port") ||
        name.find("service_port_") != std::string_view::npos)
        return true;
    for (std::string_view part : {"_proto", "_port", "_addr"})
        if (endsWith(name, part) && !isDigits(name.substr(0, name.size() - part.size())))
        {
            name.remove_suffix(part.size());
            break;
        }
    for (std::string_view transport : {"_tcp", "_udp", "_sctp"})
    {
        if (!endsWith(name, transport))
            continue;
        const std::string_view before = name.substr(0, name.size() - transport.size());
        const std::size_t underscore = before.rfind('_');
        return underscore != std::string_view::npos && isDigits(before.substr(underscore + 1)) &&
               (before.substr(0, underscore) == "port" || endsWith(before.substr(0, underscore), "_port"));
    }
    return false;
}

/// "target_1_keep_alive" -> "target.1.keep_alive"
std::string dotted(std::string name)
{
    const std::size_t first = name.find('_');
    if (first == std::string::npos)
        return name;
    name[first] = '.';
    const std::size_t second = name.find('_', first + 1);
    if (second != std::string::npos && isDigits(std::string_view(name).substr(first + 1, second - first - 1)))
        name[second] = '.';
    return name;
}

/// Whether a name with an unknown section is probably a misspelled setting.
bool isSlip(const std::string& name, const std::string& key)
{
    const std::string section = key.substr(0, key.find('.'));
    for (const Setting& setting : settings())
    {
        std::string whole = setting.key;
        std::replace(whole.begin(), whole.end(), '.', '_');
        if (editDistance(whole, name) <= 1)
            return true;
        const std::string known = setting.section();
        if (section.size() < key.size() && editDistance(known, section) == 1 &&
            (known.size() >= LONG_SECTION || !nearestSetting(key).empty()))
            return true;
    }
    return false;
}

/// "TARGET_HOST_12" -> "TARGET_HOST_N", "targetServers[0].host" -> "targetServers[N-1].host"
std::string withN(std::string_view name)
{
    std::string text;
    for (std::size_t i = 0; i < name.size();)
    {
        const std::size_t end = std::min(name.find_first_not_of("0123456789", i), name.size());
        const bool isPart = i > 0 && (end == name.size() || name[end] == '_' || name[end] == '.' || name[end] == ']');
        const char before = i > 0 ? name[i - 1] : '\0';
        if (end > i && isPart && (before == '_' || before == '.' || before == '['))
            text += before == '[' ? "N-1" : "N";
        else if (end > i)
            text += name.substr(i, end - i);
        else
            text += name[i];
        i = std::max(end, i + 1);
    }
    return text;
}

} // namespace

const Setting* settingNamed(std::string_view name)
{
    const std::string generic = withN(name);
    const auto found = std::find_if(settings().begin(), settings().end(),
                                    [&generic](const Setting& setting)
                                    {
                                        return generic == setting.key || generic == setting.ownEnvironment() ||
                                               generic == setting.environment || generic == setting.json;
                                    });
    return generic.empty() || found == settings().end() ? nullptr : &*found;
}

std::string unknownText(std::string_view key)
{
    std::string nearest = nearestSetting(key);
    if (nearest.empty())
        nearest = nearestByParts(std::string(key));
    return nearest.empty() ? "unknown" : "unknown; the nearest known " + nearest;
}

std::optional<std::string> environmentKey(std::string_view name)
{
    const std::string rest = Poco::toLower(std::string(name));
    std::string key = dotted(rest);
    std::size_t number = 0;
    if (findSetting(key, number) != nullptr)
        return key;
    if (isServiceLink(rest))
        return std::nullopt;
    const std::size_t dot = key.find('.');
    const bool known = dot != std::string::npos && isSection(key.substr(0, dot));
    return known || isSlip(rest, key) ? key : std::string();
}

} // namespace proximux
