// ConfigurationCheck: headers of the PROXY protocol.

#include <proximux/config/ConfigurationCheck.h>

#include <algorithm>

namespace proximux
{

namespace
{

/// Whether others than this machine can connect there.
bool isOpen(const std::string& host)
{
    return host != "localhost" && host != "::1" && host.compare(0, 4, "127.") != 0;
}

bool isOpen(const LocalSettings& local)
{
    const auto& others = local.otherHosts;
    return !local.endpoint.isLocal() &&
           (isOpen(local.endpoint.host) ||
            std::any_of(others.begin(), others.end(), [](const std::string& host) { return isOpen(host); }));
}

} // namespace

void ConfigurationCheck::checkProxyHeaders()
{
    const LocalSettings& local = _configuration.local;
    if (!local.proxyFrom.empty() && !local.proxyProtocol)
        _notices.push_back(nameOf("local.proxy_from") + ": no effect with local.proxy_protocol = off");
    if (local.proxyProtocol && local.proxyFrom.empty() && isOpen(local))
        _notices.push_back("local.proxy_protocol = on without local.proxy_from: whoever can connect to " +
                           local.endpoint.toString() + " can claim any address");
    for (std::size_t number = 1; number <= _targetCount; ++number)
        checkTargetHeader(number);
}

/// The specification, section 2, forbids a header for connections that are multiplexed.
void ConfigurationCheck::checkTargetHeader(std::size_t number)
{
    using Header = TargetSettings::ProxyProtocol;
    const TargetSettings& target = _configuration.targets[number - 1];
    if (target.proxyProtocol != Header::off && _configuration.exchange.mode != Mode::proxy)
        _mistakes.push_back(nameOf("target.N.proxy_protocol", number) +
                            ": a connection that clients share has no one client; expected "
                            "off, or exchange.mode = proxy");
    if (target.proxyExtensions != 0 && target.proxyProtocol != Header::v2)
        _mistakes.push_back(nameOf("target.N.proxy_tlvs", number) + ": is used with target.N.proxy_protocol = v2 only");
}

} // namespace proximux
