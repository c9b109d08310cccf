#include <proximux/config/ServiceCheck.h>

#include <proximux/config/ConfigurationCheck.h>
#include <proximux/config/Settings.h>

#include <algorithm>
#include <utility>

namespace proximux
{

namespace
{

constexpr const char* MAIN = "main";

/// Whether these values are of a service of their own.
bool makeService(const std::vector<FoundValue>& own)
{
    return std::any_of(own.begin(), own.end(),
                       [](const FoundValue& value)
                       {
                           const std::string& key = value.setting->key;
                           return key == "local.port" || key == "local.path" || value.setting->isOfTarget();
                       });
}

/// "local.port = 0 (plc1.ini): wrong" -> "plc1.ini: local.port = 0: wrong"
std::string labelled(const std::string& label, const std::string& origin, std::string text)
{
    const std::string behind = " (" + origin + ")";
    if (const std::size_t at = text.find(behind); at != std::string::npos && !origin.empty())
        text.erase(at, behind.size());
    return label.empty() ? text : label + ": " + text;
}

/// What is said of a setting of the process is so for each service. That it stands in the file of a service is said of
/// that file.
std::string nameOf(const ServiceLayer& service, const std::string& text)
{
    const std::vector<std::string>& own = service.mistakes;
    const bool isOwn = std::find(own.begin(), own.end(), text) != own.end();
    return isAboutProcess(text) && !isOwn ? text : labelled(service.label, service.origin, text);
}

void addOnce(std::vector<std::string>& all, const std::string& text)
{
    if (std::find(all.begin(), all.end(), text) == all.end())
        all.push_back(text);
}

/// An address on which a service listens.
struct Place
{
    Endpoint endpoint;
    bool ipv6Only = false;
};

/// Whether the name localhost stands for this address, too.
bool isLocalhost(const std::string& name, const std::string& address)
{
    return name == "localhost" && (address == "127.0.0.1" || address == "::1");
}

/// Whether a socket on all interfaces has this one's port, too. With `local.ipv6_only` it leaves out IPv4.
bool covers(const Place& all, const Place& one)
{
    const std::string& host = all.endpoint.host;
    const bool isV6 = one.endpoint.host.find(':') != std::string::npos;
    if (host == "0.0.0.0")
        return !isV6 && one.endpoint.host != "*";
    return (host == "*" || host == "::") && (isV6 || !all.ipv6Only);
}

/// Whether only one of them can listen.
bool collide(const Place& a, const Place& b)
{
    if (a.endpoint.isLocal() || b.endpoint.isLocal())
        return a.endpoint.path == b.endpoint.path;
    const std::string& one = a.endpoint.host;
    const std::string& other = b.endpoint.host;
    const bool isSame = one == other || isLocalhost(one, other) || isLocalhost(other, one);
    return a.endpoint.port == b.endpoint.port && a.endpoint.port != 0 && (isSame || covers(a, b) || covers(b, a));
}

bool collide(const LocalSettings& a, const LocalSettings& b)
{
    for (const Endpoint& one : a.endpoints())
        for (const Endpoint& other : b.endpoints())
            if (collide(Place{one, a.ipv6Only}, Place{other, b.ipv6Only}))
                return true;
    return false;
}

} // namespace

ServiceCheck::ServiceCheck(const std::vector<FoundValue>& found, std::vector<std::string> mistakes, bool complete,
                           const ServiceLayers& services)
    : _services(services.all())
{
    _result.mistakes = std::move(mistakes);
    _result.mistakes.insert(_result.mistakes.end(), services.mistakes().begin(), services.mistakes().end());
    chooseMain(found, complete);
    for (const ServiceLayer& service : _services)
        check(service);
    compareAddresses();
    if (!_result.mistakes.empty())
        _result.services.clear();
    else
        _result.configuration = _result.services.front().configuration;
}

/// What the main file says of a service of its own is the first one.
void ServiceCheck::chooseMain(const std::vector<FoundValue>& found, bool complete)
{
    std::vector<FoundValue> own;
    bool isPassed = false;
    for (const FoundValue& value : found)
        if (value.layer == Layer::passedSocket)
            isPassed = true;
        else
            (value.setting->isOfProcess() ? _process : own).push_back(value);
    if (isPassed)
        _result.mistakes.emplace_back("a socket of the service manager: services listen on addresses of their own; "
                                      "expected no socket unit");
    if (!makeService(own))
        return refuseOwn(own);
    const auto same =
        std::find_if(_services.begin(), _services.end(), [](const ServiceLayer& each) { return each.name == MAIN; });
    if (same != _services.end())
        _result.mistakes.push_back("service " + std::string(MAIN) + ": given twice, by " + same->label +
                                   " and by the main file, whose local.port or targets make it");
    _services.insert(_services.begin(), {MAIN, "", "", std::move(own), {}, complete});
}

/// Of a service without an address and without targets there can be no use. A variable may be there for others.
void ServiceCheck::refuseOwn(const std::vector<FoundValue>& own)
{
    for (const FoundValue& value : own)
    {
        const std::string key = numberedKey(*value.setting, value.number) + " = " + value.shown();
        if (value.layer == Layer::environment)
            _result.notices.push_back(key + " (" + value.origin +
                                      "): ignored; it concerns the service main, which has "
                                      "neither a port nor targets");
        else
            _result.mistakes.push_back(key + " (" + value.origin +
                                       "): concerns one service; expected it in the file of each service");
    }
}

void ServiceCheck::check(const ServiceLayer& service)
{
    std::vector<FoundValue> all = _process;
    all.insert(all.end(), service.found.begin(), service.found.end());
    const bool isFile = !service.label.empty();
    const LoadResult one =
        ConfigurationCheck(all, service.mistakes, service.isRead,
                           isFile ? ConfigurationCheck::Of::serviceFile : ConfigurationCheck::Of::process)
            .result();
    for (const std::string& each : one.mistakes)
        addOnce(_result.mistakes, nameOf(service, each));
    for (const std::string& each : one.notices)
        addOnce(_result.notices, nameOf(service, each));
    LoadedService loaded;
    loaded.name = service.name;
    if (one.configuration)
    {
        auto named = std::make_shared<Configuration>(*one.configuration);
        named->service = service.name;
        loaded.configuration = std::move(named);
    }
    for (const FoundValue& value : one.values)
        if (!value.setting->isOfProcess())
            loaded.values.push_back(value);
        else if (_result.services.empty())
            _result.values.push_back(value);
    _result.services.push_back(std::move(loaded));
}

void ServiceCheck::compareAddresses()
{
    for (std::size_t b = 0; b < _services.size(); ++b)
        for (std::size_t a = 0; a < b; ++a)
        {
            const auto& first = _result.services[a].configuration;
            const auto& second = _result.services[b].configuration;
            if (!first || !second || !collide(first->local, second->local))
                continue;
            const Endpoint& address = second->local.endpoint;
            const std::string value =
                address.isLocal() ? "local.path = " + address.path : "local.port = " + std::to_string(address.port);
            _result.mistakes.push_back(labelled(_services[b].label, "", value) + ": the service " + _services[b].name +
                                       " would listen on " + second->local.toString() + ", where the service " +
                                       _services[a].name +
                                       (_services[a].label.empty() ? "" : " (" + _services[a].label + ")") +
                                       " does; expected another address");
        }
}

} // namespace proximux
