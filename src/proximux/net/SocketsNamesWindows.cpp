#include <proximux/net/SocketsNames.h>

#include <proximux/net/Sockets.h>

#include <winsock2.h>

namespace proximux::sockets
{

LookUpFailure lookUpFailure(int code)
{
    return {errorText(code), isExhausted(code) ? code : 0};
}

const char* failedCall(int error)
{
    return error == WSAESHUTDOWN ? "write" : "read";
}

/// The names of POSIX, which mean the same wherever the program runs.
const std::vector<ErrorSymbol>& errorSymbols()
{
    static const std::vector<ErrorSymbol> ALL{
        {WSAECONNRESET, "ECONNRESET"},
        {WSAECONNREFUSED, "ECONNREFUSED"},
        {WSAECONNABORTED, "ECONNABORTED"},
        {WSAETIMEDOUT, "ETIMEDOUT"},
        {WSAESHUTDOWN, "EPIPE"},
        {WSAEHOSTUNREACH, "EHOSTUNREACH"},
        {WSAENETUNREACH, "ENETUNREACH"},
        {WSAENETRESET, "ENETRESET"},
        {WSAEADDRINUSE, "EADDRINUSE"},
        {WSAEADDRNOTAVAIL, "EADDRNOTAVAIL"},
        {WSAEACCES, "EACCES"},
        {WSAEMFILE, "EMFILE"},
        {WSAENOBUFS, "ENOBUFS"},
        {WSA_NOT_ENOUGH_MEMORY, "ENOMEM"},
        {WSAENETDOWN, "ENETDOWN"},
        {WSAEHOSTDOWN, "EHOSTDOWN"},
        {WSAEINVAL, "EINVAL"},
        {WSAEAFNOSUPPORT, "EAFNOSUPPORT"},
        {WSAENOTCONN, "ENOTCONN"},
    };
    return ALL;
}

} // namespace proximux::sockets
