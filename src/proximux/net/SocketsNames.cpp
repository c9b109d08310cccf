// Names of hosts, and of errors.

#include <proximux/net/SocketsNames.h>

#include <proximux/net/Sockets.h>
#include <proximux/system/SystemError.h>

namespace proximux::sockets
{

namespace
{

std::vector<Poco::Net::SocketAddress> lookUp(const std::string& host, std::uint16_t port, int flags,
                                             LookUpFailure& failure)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    addrinfo* first = nullptr;
    systemerror::forget();
    const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &first);
    if (code != 0)
    {
        failure = lookUpFailure(code);
        return {};
    }
    std::vector<Poco::Net::SocketAddress> addresses;
    for (const addrinfo* info = first; info != nullptr; info = info->ai_next)
    {
        if (info->ai_family == AF_INET)
            reinterpret_cast<sockaddr_in*>(info->ai_addr)->sin_port = htons(port);
        else if (info->ai_family == AF_INET6)
            reinterpret_cast<sockaddr_in6*>(info->ai_addr)->sin6_port = htons(port);
        else
            continue;
        addresses.emplace_back(info->ai_addr, static_cast<poco_socklen_t>(info->ai_addrlen));
    }
    ::freeaddrinfo(first);
    if (addresses.empty())
        failure.why = "no IPv4 or IPv6 address";
    return addresses;
}

} // namespace

std::vector<Poco::Net::SocketAddress> lookUp(const std::string& host, std::uint16_t port, std::string& why,
                                             int* shortage)
{
    LookUpFailure failure;
    auto addresses = lookUp(host, port, 0, failure);
    if (shortage != nullptr)
        *shortage = failure.shortage;
    if (addresses.empty())
        why = failure.why;
    return addresses;
}

std::vector<Poco::Net::SocketAddress> parseNumeric(const std::string& host, std::uint16_t port)
{
    LookUpFailure unused;
    return lookUp(host, port, AI_NUMERICHOST, unused);
}

std::string errorName(int error)
{
    for (const ErrorSymbol& symbol : errorSymbols())
        if (symbol.error == error)
            return symbol.name;
    return "E" + std::to_string(error);
}

std::string errorText(int error)
{
    return systemerror::text(error);
}

} // namespace proximux::sockets
