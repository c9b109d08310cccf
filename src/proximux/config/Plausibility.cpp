#include <proximux/config/Plausibility.h>

#include <proximux/config/Settings.h>
#include <proximux/protocol/Registry.h>

#include <Poco/String.h>
#include <Poco/StringTokenizer.h>

#include <algorithm>

namespace proximux
{

namespace
{

/// Whether the modes that a scope names, if any, include this one.
bool suits(const std::string& scope, Mode mode)
{
    const Poco::StringTokenizer words(scope, " ,", Poco::StringTokenizer::TOK_IGNORE_EMPTY);
    bool namesModes = false;
    for (const Mode each : {Mode::proxy, Mode::fifo, Mode::funnel})
        namesModes = namesModes || words.has(Poco::toLower(std::string(toString(each))));
    return !namesModes || words.has(Poco::toLower(std::string(toString(mode))));
}

/// Whether the protocols that use a setting, if only some do, include this one or, with auto, one that it may detect.
bool suits(const std::string& key, const std::string& protocol)
{
    if (usersOf(key).empty() || findProtocol(protocol)->uses(key))
        return true;
    const auto& choices = choicesOfAuto();
    return protocol == AUTO &&
           std::any_of(choices.begin(), choices.end(), [&key](const ProtocolInfo* each) { return each->uses(key); });
}

/// Whether a socket on all interfaces of this name is reached at this host. Of IPv4 alone, localhost may be another.
bool reaches(const std::string& everywhere, bool onlyV6, const std::string& host)
{
    const bool isV4 = host.compare(0, 4, "127.") == 0;
    if (everywhere == "0.0.0.0")
        return isV4;
    const bool isAll = everywhere == "*" || everywhere == "::";
    return isAll && (host == "::1" || (!onlyV6 && (isV4 || host == "localhost")));
}

/// Whether a connection to the target reaches what listens there.
bool isReached(const Endpoint& listening, bool onlyV6, const Endpoint& target)
{
    if (listening.isLocal() || target.isLocal())
        return listening.path == target.path;
    const std::string here = Poco::toLower(listening.host);
    const std::string there = Poco::toLower(target.host);
    const bool isLoopback = there == "::1" || (there == "127.0.0.1" && !onlyV6); // the addresses of localhost
    const bool same = here == there || (here == "localhost" && isLoopback);
    return listening.port != 0 && listening.port == target.port && (same || reaches(here, onlyV6, there));
}

/// "local.path; it applies to TCP"; empty: the setting has an effect.
std::string obstacle(const Setting& setting, const LocalSettings& local)
{
    static const std::vector<std::string> OF_TCP{"local.ipv6_only", "local.keep_alive", "local.user_timeout"};
    static const std::vector<std::string> OF_PATH{"local.path_mode", "local.path_group", "access.uids"};
    const auto isOne = [&setting](const std::vector<std::string>& keys)
    { return std::find(keys.begin(), keys.end(), setting.key) != keys.end(); };
    static const std::vector<std::string> OF_ADDRESSES{"access.deny", "access.allow"};
    if (local.endpoint.isLocal())
        return isOne(OF_TCP) || (isOne(OF_ADDRESSES) && !local.proxyProtocol) ? "local.path; it applies to TCP" : "";
    return isOne(OF_PATH) ? "local.port; it applies to local.path" : "";
}

/// "exchange.mode = proxy; it applies to fifo, funnel"; empty: the setting has an effect.
std::string obstacle(const Setting& setting, const ExchangeSettings& exchange)
{
    const std::string applies = "; it applies to " + setting.scope;
    if (!suits(setting.scope, exchange.mode))
        return "exchange.mode = " + Poco::toLower(std::string(toString(exchange.mode))) + applies;
    if (!suits(setting.key, exchange.protocol))
        return "exchange.protocol = " + exchange.protocol + applies;
    if (setting.key == "exchange.pipeline" && exchange.protocol != AUTO && exchange.pipeline.value_or(1) > 1 &&
        exchange.pairingInForce() == Pairing::exclusive)
        return "exchange.pairing = exclusive; it applies to order and identifier";
    return {};
}

} // namespace

std::string ineffectiveText(const FoundValue& value, const Configuration& configuration)
{
    std::string what;
    if (value.text != value.setting->fallback)
        what = obstacle(*value.setting, configuration.exchange) + obstacle(*value.setting, configuration.local);
    return what.empty() ? what
                        : numberedKey(*value.setting, value.number) + " (" + value.origin + "): no effect with " + what;
}

bool isItself(const LocalSettings& local, const Endpoint& target)
{
    const std::vector<Endpoint> all = local.endpoints();
    return std::any_of(all.begin(), all.end(),
                       [&local, &target](const Endpoint& each) { return isReached(each, local.ipv6Only, target); });
}

} // namespace proximux
