// Tls: of a library that was built without.

#include <proximux/config/TlsFiles.h>

#include <Poco/Exception.h>

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

std::string makeCertificate(const std::string&, const std::string&, int)
{
    throw Poco::RuntimeException("this program was built without TLS");
}

} // namespace proximux::tls
