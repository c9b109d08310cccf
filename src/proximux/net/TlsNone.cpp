// Tls: of a library that was built without.

#include <proximux/config/TlsFiles.h>

namespace proximux::tls
{

bool isBuiltIn()
{
    return false;
}

namespace
{

TlsResult none()
{
    return {nullptr, "", {{"tls", "this program was built without TLS; expected off"}}};
}

} // namespace

TlsResult forTarget(const TargetTls&, const std::string&)
{
    return none();
}

TlsResult forClients(const LocalTls&)
{
    return none();
}

} // namespace proximux::tls
