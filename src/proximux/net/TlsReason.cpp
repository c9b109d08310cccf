#include <proximux/net/Tls.h>

namespace proximux
{

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

} // namespace proximux
