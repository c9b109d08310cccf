#include <proximux/telemetry/Labels.h>

#include <proximux/net/Connector.h>

#include <algorithm>
#include <iterator>

namespace proximux
{

namespace
{

struct Code
{
    std::string_view name;
    ConnectFailure failure;
};

constexpr Code CODES[] = {
    {"ECONNREFUSED", ConnectFailure::refused},     {"ETIMEDOUT", ConnectFailure::timeout},
    {"EHOSTUNREACH", ConnectFailure::unreachable}, {"ENETUNREACH", ConnectFailure::unreachable},
    {"EHOSTDOWN", ConnectFailure::unreachable},    {"ENETDOWN", ConnectFailure::unreachable},
    {"EAGAIN", ConnectFailure::timeout},           {"ENOENT", ConnectFailure::refused},
    {"ECONNRESET", ConnectFailure::reset},         {"ECONNABORTED", ConnectFailure::reset},
};

} // namespace

ConnectFailure kindOf(const ConnectError& error)
{
    if (error.ours)
        return ConnectFailure::shortage;
    if (error.syscall == "getaddrinfo")
        return ConnectFailure::name;
    if (error.tls)
        return ConnectFailure::tls;
    const auto* const code = std::find_if(std::begin(CODES), std::end(CODES),
                                          [&error](const Code& each) { return each.name == error.code; });
    return code != std::end(CODES) ? code->failure : ConnectFailure::other;
}

const char* toString(ConnectFailure failure)
{
    switch (failure)
    {
    case ConnectFailure::refused:
        return "refused";
    case ConnectFailure::timeout:
        return "timeout";
    case ConnectFailure::unreachable:
        return "unreachable";
    case ConnectFailure::reset:
        return "reset";
    case ConnectFailure::name:
        return "name";
    case ConnectFailure::tls:
        return "tls";
    case ConnectFailure::shortage:
        return "shortage";
    case ConnectFailure::other:
        return "other";
    }
    return "";
}

const char* toString(TlsReason reason)
{
    switch (reason)
    {
    case TlsReason::noSharedCipher:
        return "no_shared_cipher";
    case TlsReason::unknownCa:
        return "unknown_ca";
    case TlsReason::expired:
        return "expired";
    case TlsReason::name:
        return "name";
    case TlsReason::certificate:
        return "certificate";
    case TlsReason::timeout:
        return "timeout";
    case TlsReason::notTls:
        return "not_tls";
    case TlsReason::closed:
        return "closed";
    case TlsReason::protocol:
        return "protocol";
    }
    return "";
}

const char* toString(RequestOutcome outcome)
{
    switch (outcome)
    {
    case RequestOutcome::answered:
        return "answered";
    case RequestOutcome::error:
        return "error";
    case RequestOutcome::refused:
        return "refused";
    case RequestOutcome::clientGone:
        return "client_gone";
    }
    return "";
}

std::string snakeCase(std::string_view name)
{
    std::string text;
    for (const char c : name)
    {
        const bool isUpper = c >= 'A' && c <= 'Z';
        if (isUpper)
            text += '_';
        text += c == ' ' ? '_' : isUpper ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return text;
}

} // namespace proximux
