#include <proximux/net/SocketsNames.h>

#include <proximux/net/Sockets.h>

#include <cerrno>

#include <netdb.h>

namespace proximux::sockets
{

LookUpFailure lookUpFailure(int code)
{
    const int error = errno;
    LookUpFailure failure;
    failure.why = code == EAI_SYSTEM ? errorText(error) : ::gai_strerror(code);
    if (code == EAI_MEMORY)
        failure.shortage = ENOMEM;
    else if ((code == EAI_SYSTEM || code == EAI_AGAIN) && isExhausted(error))
        failure.shortage = error;
    return failure;
}

const char* failedCall(int error)
{
    return error == EPIPE ? "write" : "read";
}

const std::vector<ErrorSymbol>& errorSymbols()
{
    static const std::vector<ErrorSymbol> ALL{
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
        {ENOENT, "ENOENT"},
        {ENAMETOOLONG, "ENAMETOOLONG"},
        {EAGAIN, "EAGAIN"},
        {EEXIST, "EEXIST"},
    };
    return ALL;
}

} // namespace proximux::sockets
