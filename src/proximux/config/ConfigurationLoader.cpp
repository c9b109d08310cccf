#include <proximux/ConfigurationLoader.h>

#include <proximux/config/ConfigurationCheck.h>
#include <proximux/config/FileLayers.h>
#include <proximux/config/ServiceCheck.h>
#include <proximux/config/ServiceLayers.h>
#include <proximux/config/Settings.h>
#include <proximux/config/Values.h>
#include <proximux/system/Surroundings.h>

#include <Poco/File.h>
#include <Poco/Path.h>
#include <Poco/String.h>

#include <algorithm>
#include <utility>

namespace proximux
{

namespace
{

/// Whether this is a variable that Kubernetes sets for a service X: X_PORT=tcp://10.0.0.1:80.
bool isPortLink(std::string_view name, std::string_view value)
{
    constexpr std::string_view PORT = "_PORT";
    const bool named = name.size() > PORT.size() && name.substr(name.size() - PORT.size()) == PORT;
    return named &&
           (value.substr(0, 6) == "tcp://" || value.substr(0, 6) == "udp://" || value.substr(0, 7) == "sctp://");
}

/// Whether the environment is meant for the original, which needs a first target.
bool isForOriginal(const std::map<std::string, std::string>& environment)
{
    const auto isGiven = [&environment](const Setting& setting)
    {
        if (!setting.required || !setting.isOfTarget())
            return false;
        std::string name = setting.environment;
        const auto found = environment.find(name.replace(name.find("_N") + 1, 1, "1"));
        return found != environment.end() && !found->second.empty();
    };
    return std::any_of(settings().begin(), settings().end(), isGiven);
}

/// The notice of a variable with a name of the original that is evidently another program's: its value is invalid, and
/// the setting has a default. Empty: it is meant.
std::string foreignText(const Setting& setting, const std::string& value)
{
    Configuration scratch;
    const std::string wrong = setting.required ? "" : setting.store(value, scratch, 0);
    if (wrong.empty())
        return {};
    return "environment " + setting.environment + " = " + value +
           ": ignored, since it seems to be another program's: " + wrong + "; expected " + setting.expected +
           "; to set " + setting.key + ", use " + setting.ownEnvironment();
}

} // namespace

std::string FoundValue::shown() const
{
    return setting->secret && !text.empty() ? "***" : text;
}

std::string ConfigurationLoader::systemFile()
{
    return surroundings::configurationFile();
}

ConfigurationLoader::ConfigurationLoader()
    : _services(std::make_unique<ServiceLayers>())
{
}

ConfigurationLoader::~ConfigurationLoader() = default;

std::string ConfigurationLoader::systemServices()
{
    return Poco::Path(systemFile()).setFileName("services.d").toString();
}

void ConfigurationLoader::addService(const std::string& name, const std::string& path)
{
    _services->addFile(name, path, "--service");
}

void ConfigurationLoader::addServices(const std::string& folder)
{
    _services->addFolder(folder);
}

void ConfigurationLoader::addSystemServices()
{
    _services->addSystemFolder(systemServices());
}

void ConfigurationLoader::addFile(const std::string& path)
{
    const std::string name = Poco::Path(path).getFileName();
    const std::string extension = Poco::toLower(Poco::Path(path).getExtension());
    FileContent content;
    if (extension == "json")
        content = readJsonFile(path);
    else if (extension == "ini")
        content = readIniFile(path);
    else
        content.refuse("--config " + path + ": unknown file type; expected a name ending in .ini or .json");
    _complete = _complete && content.isRead;
    for (const FileContent::Value& value : content.values)
        add(value.key, value.text, extension == "json" ? Layer::json : Layer::ini, name);
    for (const ServiceContent& service : content.services)
        _services->addMember(service, name);
    _mistakes.insert(_mistakes.end(), content.mistakes.begin(), content.mistakes.end());
}

void ConfigurationLoader::addMistake(const std::string& mistake)
{
    _mistakes.push_back(mistake);
    _complete = false;
}

void ConfigurationLoader::addSystemFile()
{
    if (Poco::File(systemFile()).exists())
        addFile(systemFile());
}

void ConfigurationLoader::addEnvironment()
{
    addEnvironment(surroundings::environment());
}

void ConfigurationLoader::addEnvironment(const std::map<std::string, std::string>& environment)
{
    addOwnEnvironment(environment);
    const bool isMeant = isForOriginal(environment);
    for (const Setting& setting : settings())
    {
        if (setting.environment.empty() || setting.isOfTarget())
            continue;
        const auto found = environment.find(setting.environment);
        if (found == environment.end() || found->second.empty() || isPortLink(setting.environment, found->second))
            continue;
        if (std::string notice = isMeant ? "" : foreignText(setting, found->second); !notice.empty())
            _notices.push_back(std::move(notice));
        else
            add(setting.key, found->second, Layer::environment, "environment " + setting.environment);
    }
    addEnvironmentTargets(environment);
}

/// Adds PROXIMUX_LOCAL_PORT etc.
void ConfigurationLoader::addOwnEnvironment(const std::map<std::string, std::string>& environment)
{
    static const std::string PREFIX = "PROXIMUX_";
    std::string unused;
    for (const auto& [name, value] : environment)
    {
        if (name.compare(0, PREFIX.size(), PREFIX) != 0 || isPortLink(name, value))
            continue;
        const auto key = environmentKey(name.substr(PREFIX.size()));
        std::size_t number = 0;
        if (!key)
            continue;
        if (key->empty())
            unused += (unused.empty() ? "" : ", ") + name;
        else if (!value.empty() || findSetting(*key, number) != nullptr)
            add(*key, value, Layer::environment, "environment " + name);
    }
    if (!unused.empty())
        _notices.push_back("environment " + unused + ": ignored; no setting has this name");
}

/// Adds TARGET_HOST_1 etc. Numbers above PROXY_CONNECTIONS_CNT are ignored, as in the original.
void ConfigurationLoader::addEnvironmentTargets(const std::map<std::string, std::string>& environment)
{
    std::int64_t most = 100000;
    for (const FoundValue& value : _found)
        if (value.layer == Layer::environment && value.setting->key == "pool.connections")
            most = values::integer(value.text).value_or(most);
    for (const Setting& setting : settings())
    {
        if (!setting.isOfTarget() || setting.environment.empty())
            continue;
        const std::size_t mark = setting.environment.find("_N");
        const std::string before = setting.environment.substr(0, mark + 1);
        const std::string after = setting.environment.substr(mark + 2);
        for (auto each = environment.lower_bound(before); each != environment.end(); ++each)
        {
            const std::string& name = each->first;
            if (name.compare(0, before.size(), before) != 0)
                break;
            if (name.size() <= before.size() + after.size() ||
                name.compare(name.size() - after.size(), after.size(), after) != 0)
                continue;
            const std::string digits = name.substr(before.size(), name.size() - before.size() - after.size());
            const auto number = values::integer(digits);
            if (number && *number >= 1 && *number <= most && std::to_string(*number) == digits && !each->second.empty())
                add("target." + digits + setting.key.substr(setting.key.rfind('.')), each->second, Layer::environment,
                    "environment " + name);
        }
    }
}

void ConfigurationLoader::addCommandLine(const std::string& key, const std::string& value, const std::string& option)
{
    add(key, value, Layer::commandLine, "command line " + option);
}

void ConfigurationLoader::addPassedSocket(const Endpoint& endpoint)
{
    const std::string origin = "socket of the service manager";
    if (endpoint.isLocal())
        return add("local.path", endpoint.path, Layer::passedSocket, origin);
    add("local.host", endpoint.host, Layer::passedSocket, origin);
    add("local.port", std::to_string(endpoint.port), Layer::passedSocket, origin);
}

void ConfigurationLoader::add(const std::string& key, const std::string& value, Layer layer, const std::string& origin)
{
    auto found = findValue({key, value}, layer, origin, _mistakes);
    if (!found)
        return;
    if (layer == Layer::environment)
        checkOther(*found);
    _found.push_back(std::move(*found));
}

/// Reports a setting whose PROXIMUX_ variable contradicts the original's variable.
void ConfigurationLoader::checkOther(const FoundValue& value)
{
    for (const FoundValue& other : _found)
        if (other.layer == Layer::environment && other.setting == value.setting && other.number == value.number &&
            other.text != value.text)
            _mistakes.push_back(numberedKey(*value.setting, value.number) + " (" + value.origin + "): differs from " +
                                other.origin + "; expected only one of them, or equal values");
}

LoadResult ConfigurationLoader::load() const
{
    LoadResult result = _services->areUsed() ? ServiceCheck(_found, _mistakes, _complete, *_services).result()
                                             : ConfigurationCheck(_found, _mistakes, _complete).result();
    result.notices.insert(result.notices.begin(), _notices.begin(), _notices.end());
    result.isEmpty = _found.empty() && _mistakes.empty() && !_services->areUsed();
    return result;
}

} // namespace proximux
