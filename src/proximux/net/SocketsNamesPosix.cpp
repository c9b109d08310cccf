// Names of hosts, and of errors.

#include <proximux/net/Sockets.h>

#if !defined(_WIN32)

#include <array>
#include <cerrno>
#include <system_error>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace proximux::sockets
{

namespace
{

/// The local shortage that may have caused a failed look-up, as errno, or 0.
int shortageOf(int code, int error)
{
    if (code == EAI_MEMORY)
        return ENOMEM;
    return (code == EAI_SYSTEM || code == EAI_AGAIN) && isExhausted(error) ? error : 0;
}

std::vector<Poco::Net::SocketAddress> lookUp(const std::string& host, std::uint16_t port, int flags, std::string& why,
                                             int* shortage)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    addrinfo* first = nullptr;
    errno = 0;
    const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &first);
    if (code != 0)
    {
        if (shortage != nullptr)
            *shortage = shortageOf(code, errno);
        why = code == EAI_SYSTEM ? errorText(errno) : ::gai_strerror(code);
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
        addresses.emplace_back(info->ai_addr, info->ai_addrlen);
    }
    ::freeaddrinfo(first);
    if (addresses.empty())
        why = "no IPv4 or IPv6 address";
    return addresses;
}

} // namespace

std::vector<Poco::Net::SocketAddress> lookUp(const std::string& host, std::uint16_t port, std::string& why,
                                             int* shortage)
{
    if (shortage != nullptr)
        *shortage = 0;
    return lookUp(host, port, 0, why, shortage);
}

std::vector<Poco::Net::SocketAddress> parseNumeric(const std::string& host, std::uint16_t port)
{
    std::string why;
    return lookUp(host, port, AI_NUMERICHOST, why, nullptr);
}

const char* failedCall(int error)
{
    return error == EPIPE ? "write" : "read";
}

std::string errorName(int error)
{
    struct Name
    {
        int error;
        const char* name;
    };
    static constexpr std::array<Name, 20> NAMES{{
        {ECONNRESET, "ECONNRESET"},
        {ECONNREFUSED, "ECONNREFUSED"},
        {ECONNABORTED, "ECONNABORTED"},
        {ETIMEDOUT, "ETIMEDOUT"},
        {EPIPE, "EPIPE"},
        {EHOSTUNREACH, "EHOSTUNREACH"},
        {ENETUNREACH, "ENETUNREACH"},
        {EADDRINUSE, "EADDRINUSE"},
        {EADDRNOTAVAIL, "EADDRNOTAVAIL"},
        {EACCES, "EACCES"},
        {EPERM, "EPERM"},
        {EMFILE, "EMFILE"},
        {ENFILE, "ENFILE"},
        {ENOBUFS, "ENOBUFS"},
        {ENOMEM, "ENOMEM"},
        {ENETDOWN, "ENETDOWN"},
        {EHOSTDOWN, "EHOSTDOWN"},
        {EINVAL, "EINVAL"},
        {EAFNOSUPPORT, "EAFNOSUPPORT"},
        {ENOTCONN, "ENOTCONN"},
    }};
    for (const Name& known : NAMES)
        if (known.error == error)
            return known.name;
    return "E" + std::to_string(error);
}

std::string errorText(int error)
{
    return std::generic_category().message(error);
}

} // namespace proximux::sockets

#endif
