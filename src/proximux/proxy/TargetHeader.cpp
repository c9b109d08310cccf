#include <proximux/proxy/TargetHeader.h>

#include <proximux/wire/ProxyHeader.h>

#include <algorithm>

namespace proximux
{

namespace
{

using Version = TargetSettings::ProxyProtocol;

/// One end of a connection: an address, or "unix" with a colon and a path where that is known.
ProxyEnd endOf(const Endpoint& endpoint)
{
    const std::string unix = UNIX_HOST;
    const std::string& host = endpoint.host;
    if (const auto address = AddressRange::addressOf(std::string_view(host).substr(0, host.find('%'))))
        return ProxyEnd::of(*address, endpoint.port);
    ProxyEnd end;
    if (host.compare(0, unix.size(), unix) != 0)
        return end;
    end.family = ProxyEnd::Family::local;
    end.path = host.substr(std::min(unix.size() + 1, host.size()));
    return end;
}

std::string textOf(const ProxyHeader& header, const TargetSettings& target)
{
    return target.proxyProtocol == Version::v1 ? proxyHeaderV1(header) : proxyHeaderV2(header, target.proxyExtensions);
}

} // namespace

std::string targetHeaderFor(const TargetSettings& target, const ClientInfo& client, poco_socket_t socket)
{
    if (target.proxyProtocol == Version::off)
        return {};
    ProxyHeader header;
    header.source = endOf({client.address, client.port});
    header.destination = endOf(sockets::endsOf(socket).here);
    if (client.announced)
    {
        header.uniqueId = client.announced->uniqueId;
        header.authority = client.announced->authority;
        header.alpn = client.announced->alpn;
        header.ssl = client.announced->ssl;
    }
    if (client.tls)
    {
        header.authority = client.tls->serverName;
        header.alpn = client.tls->alpn;
        header.ssl = proxySsl(*client.tls);
    }
    return textOf(header, target);
}

std::string targetHeaderOfOurs(const TargetSettings& target, const sockets::Ends& ends)
{
    if (target.proxyProtocol == Version::off)
        return {};
    ProxyHeader header;
    header.isLocal = true;
    header.source = endOf(ends.here);
    header.destination = endOf(ends.there);
    return textOf(header, target);
}

} // namespace proximux
