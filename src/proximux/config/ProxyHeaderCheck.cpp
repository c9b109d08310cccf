// ConfigurationCheck: headers of the PROXY protocol.

#include <proximux/config/ConfigurationCheck.h>

namespace proximux
{

namespace
{

/// Whether only this machine can connect there.
bool isLoopback(const std::string& host)
{
    return host == "localhost" || host == "::1" || host.compare(0, 4, "127.") == 0;
}

} // namespace

void ConfigurationCheck::checkProxyHeaders()
{
    const LocalSettings& local = _configuration.local;
    if (!local.proxyFrom.empty() && !local.proxyProtocol)
        _notices.push_back(nameOf("local.proxy_from") + ": no effect with local.proxy_protocol = off");
    if (local.proxyProtocol && local.proxyFrom.empty() && !isLoopback(local.endpoint.host))
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
    const std::string key = "target." + std::to_string(number) + ".proxy_";
    if (target.proxyProtocol != Header::off && _configuration.exchange.mode != Mode::proxy)
        _mistakes.push_back(nameOf(key + "protocol") + ": a connection that clients share has no one client; expected "
                                                       "off, or exchange.mode = proxy");
    if (target.proxyExtensions != 0 && target.proxyProtocol != Header::v2)
        _mistakes.push_back(nameOf(key + "tlvs") + ": is used with target.N.proxy_protocol = v2 only");
}

} // namespace proximux
