// ConfigurationCheck: the address on which it listens, and those of targets.

#include <proximux/config/ConfigurationCheck.h>

#include <proximux/system/Capabilities.h>

#include <algorithm>
#include <string>

namespace proximux
{

namespace
{

constexpr const char* LOCAL_HOST = "local.host";
constexpr const char* LOCAL_PORT = "local.port";
constexpr const char* LOCAL_PATH = "local.path";

std::string contradiction(const FoundValue& lower, const FoundValue& passed, const std::string& where)
{
    return lower.setting->key + " = " + lower.text + " (" + lower.origin + "): the " + passed.origin + " listens on " +
           where + "; expected the same, or no value";
}

} // namespace

/// A lower layer may not contradict the socket that was passed in. Port 0 and the name of a host do not.
void ConfigurationCheck::checkPassed(const FoundValue& lower)
{
    const FoundValue* passed = inForce(lower.setting->key);
    if (passed == nullptr || passed->layer != Layer::passedSocket || lower.text == passed->text)
        return;
    const auto range = AddressRange::parse(lower.text);
    const bool isPort = lower.setting->key == LOCAL_PORT;
    const bool isHost = lower.setting->key == LOCAL_HOST;
    const bool agrees = isPort ? lower.text == "0" : isHost && (!range || range->contains(passed->text));
    if (!agrees)
        _mistakes.push_back(contradiction(lower, *passed, passed->text));
}

/// A path takes the place of host and port. Of different layers the higher one decides, as for any setting.
void ConfigurationCheck::chooseAddress()
{
    const FoundValue* path = pathInForce(LOCAL_PATH);
    const FoundValue* host = inForce(LOCAL_HOST);
    const FoundValue* port = inForce(LOCAL_PORT);
    if (path == nullptr)
        return;
    if (port != nullptr && port->layer == Layer::passedSocket)
        _mistakes.push_back(contradiction(*path, *port, "port " + port->text));
    else if (port != nullptr && path->layer == Layer::passedSocket && port->text != "0")
        _mistakes.push_back(contradiction(*port, *path, path->text));
    for (const FoundValue* other : {host, port})
        if (other != nullptr && other->layer == path->layer)
            _mistakes.push_back(nameOf(LOCAL_PATH) + ": " + other->setting->key +
                                " is set, too; expected one of the two");
    if (port != nullptr && port->layer > path->layer)
        return drop(LOCAL_PATH);
    drop(LOCAL_HOST);
    drop(LOCAL_PORT);
}

void ConfigurationCheck::drop(const std::string& key)
{
    _inForce.erase(std::remove(_inForce.begin(), _inForce.end(), inForce(key)), _inForce.end());
}

void ConfigurationCheck::checkTargetPaths()
{
    for (std::size_t number = 1; number <= _targetCount; ++number)
    {
        const FoundValue* path = pathInForce("target.N.path", number);
        if (path == nullptr)
            continue;
        for (const char* key : {"target.N.host", "target.N.port"})
            if (const FoundValue* other = inForce(key, number))
                _mistakes.push_back(numberedKey(*path->setting, number) + " = " + path->text + " (" + path->origin +
                                    "): " + numberedKey(*other->setting, number) +
                                    " is set, too; expected one of the two");
    }
}

/// Nobody would be kept out by users where the system tells none.
void ConfigurationCheck::checkLocal()
{
    if (inForce("access.uids") != nullptr && _configuration.local.endpoint.isLocal() && !tellsPeers())
        _mistakes.push_back(nameOf("access.uids") +
                            ": this system does not tell whose process connects; expected no value");
}

/// Of a setting that may be empty, which is the same as none.
const FoundValue* ConfigurationCheck::pathInForce(const std::string& key, std::size_t number) const
{
    const FoundValue* path = inForce(key, number);
    return path != nullptr && !path->text.empty() ? path : nullptr;
}

/// Whether a path stands in the place of this required host or port.
bool ConfigurationCheck::hasPath(const Setting& setting, std::size_t number) const
{
    return pathInForce(setting.isOfTarget() ? "target.N.path" : LOCAL_PATH, number) != nullptr;
}

} // namespace proximux
